import { expect, test } from 'vitest';
import { Payload } from '../src/api/payload';
import { eventRow, type Row } from '../src/events/row';
import { Ring, sizeOf } from '../src/live/ring';
import { eventAt } from './kit';

const row = (position: number, payload = '{}') => eventRow(eventAt(position, { payload: new Payload(payload) }));
const positions = (ring: Ring) => ring.copy().map((r) => (r.kind === 'event' ? r.event.position : null));

test('the newest rows stay, and who leaves is told', () => {
  const gone: Row[] = [];
  const ring = new Ring((r) => gone.push(r), { rows: 3, bytes: 1 << 20 });
  for (let p = 1; p <= 5; p++) ring.push(row(p));
  expect(positions(ring)).toEqual([5, 4, 3]);
  expect(gone.map((r) => r.kind === 'event' && r.event.position)).toEqual([1, 2]);
});

test('large rows give way before their number is reached', () => {
  const large = 'x'.repeat(10_000);
  const ring = new Ring(() => {}, { rows: 100, bytes: 50_000 });
  for (let p = 1; p <= 100; p++) ring.push(row(p, `"${large}"`));
  expect(ring.length).toBe(4);
  expect(ring.bytes).toBeLessThanOrEqual(50_000);
  ring.push(row(101, `"${'x'.repeat(90_000)}"`)); // one row is kept, however large
  expect(positions(ring)).toEqual([101]);
  ring.push(row(102));
  expect(positions(ring)).toEqual([102]);
  expect(ring.bytes).toBe(sizeOf(row(102)));
});

test('a view of the ring keeps its length while the ring goes on', () => {
  const ring = new Ring(() => {}, { rows: 3, bytes: 1 << 20 });
  for (let p = 1; p <= 3; p++) ring.push(row(p));
  const rows = ring.rows();
  ring.push(row(4));
  expect(rows.length).toBe(3);
  expect(rows.at(0)).toMatchObject({ event: { position: 3 } });
  expect(rows.at(2)).toBeUndefined(); // it has given way
  expect(rows.at(3)).toBeUndefined();
});

test('a row is replaced where it is, if it is still there', () => {
  const ring = new Ring(() => {}, { rows: 2, bytes: 1 << 20 });
  const first = ring.push(row(1));
  ring.replace(first, row(10));
  ring.push(row(2));
  expect(positions(ring)).toEqual([2, 10]);
  ring.push(row(3));
  ring.replace(first, row(11));
  expect(positions(ring)).toEqual([3, 2]);
  ring.clear();
  expect([ring.length, ring.bytes]).toEqual([0, 0]);
});
