import { expect, test } from 'vitest';
import { eventAt, eventsFrom, feedBench } from './kit';

test('it opens with the last hundred, then shows what comes, the newest first', () => {
  const { client, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  expect(client.last.from).toEqual({ last: 100 });
  client.last.open(...eventsFrom(1, 3));
  client.last.events(eventAt(4));
  expect(positions()).toEqual([4, 3, 2, 1]);
  expect(snapshot()).toMatchObject({ phase: 'live', position: 4, total: 4 });
});

test('a pause freezes the rows and their counts, counts what comes, and shows it all afterwards', () => {
  const { client, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(...eventsFrom(1, 3));
  feed.hold('paused');
  client.last.events(...eventsFrom(4, 40, { tenant_id: 'beta' }));
  expect(positions()).toEqual([3, 2, 1]);
  expect(snapshot()).toMatchObject({
    held: 'paused',
    fresh: 37,
    counts: { tenant_ids: [{ value: 'acme', count: 3 }] },
  });
  feed.follow();
  expect(positions()).toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
  expect(snapshot()).toMatchObject({ held: null, fresh: 0 });
});

test('rows that are held are held when the ring has long gone on', () => {
  const { client, feed, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(...eventsFrom(1, 100));
  feed.hold('scrolled');
  client.last.events(...eventsFrom(101, 20_100));
  const { rows, fresh } = snapshot();
  expect([rows.length, fresh]).toEqual([100, 20_000]);
  expect(rows.at(99)).toMatchObject({ event: { position: 1 } });
});

test('the counts are those of the rows', () => {
  const { client, feed, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(...eventsFrom(1, 10_050, { outcome: 'open' }));
  client.last.events(...eventsFrom(10_051, 10_060, { outcome: 'failure' }));
  const { rows, counts } = snapshot();
  expect(rows.length).toBe(10_000);
  expect(counts.outcomes).toEqual([
    { value: 'open', count: 9_990 },
    { value: 'failure', count: 10 },
  ]);
});

test('the rows of the filter before stay, and stay live, until the next one is granted', () => {
  const { client, feed, positions } = feedBench();
  feed.setFilter({});
  client.last.open(...eventsFrom(1, 2));
  const first = client.last;
  feed.setFilter({ tenant_ids: ['acme'] });
  first.events(eventAt(3));
  expect(positions()).toEqual([3, 2, 1]);
  client.last.open(eventAt(2));
  expect(first.undone).toBe(true);
  first.events(eventAt(4));
  expect(positions()).toEqual([2]);
});

test('a filter that is refused says where, and changes nothing', () => {
  const { client, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(...eventsFrom(1, 2));
  const first = client.last;
  feed.setFilter({ where: 'payload.x >' });
  client.last.refuse('bad_filter', 'wants a value', { line: 1, column: 12 });
  first.events(eventAt(3));
  expect(positions()).toEqual([3, 2, 1]);
  expect(snapshot().refusal).toEqual({ message: 'wants a value', at: { line: 1, column: 12 }, kept: true });
  feed.setFilter({});
  expect(snapshot().refusal).toBeNull();
  expect(client.asked.length).toBe(2);
});

test('a break is a row where it was, with what was caught up', () => {
  const { client, clock, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(eventAt(1));
  client.tell({
    type: 'state',
    state: { state: 'waiting', attempt: 1, pauseMs: 1, until: 0, reason: { kind: 'network' } },
  });
  expect(snapshot().phase).toBe('catching_up');
  clock.pass(3_200);
  client.last.notice({ type: 'subscribed', filter: {}, position: 1, head: 3 });
  client.last.events(...eventsFrom(2, 3));
  client.last.notice({ type: 'caught_up', position: 3, events: 2 });
  client.last.events(eventAt(4));
  expect(positions()).toEqual([4, 3, 2, 'reconnected', 1]);
  expect(snapshot().rows.at(3)).toMatchObject({ note: { what: 'reconnected', afterMs: 4_200, events: 2 } });
});

test('what retention took is a row', () => {
  const { client, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(eventAt(123));
  client.last.notice({ type: 'reset', reason: 'retention', position: 9_000, from: { position: 123, epoch: 'k' } });
  client.last.events(eventAt(9_001));
  expect(positions()).toEqual([9_001, 'retention', 123]);
  expect(snapshot().rows.at(1)).toMatchObject({ note: { from: 123, to: 9_000 } });
});

test('previews lie above, and settle into place once', () => {
  const { client, feed, positions, snapshot } = feedBench();
  feed.setFilter({});
  client.last.open(eventAt(1));
  const previews = eventsFrom(2, 4).map(({ position: _p, stored_at: _s, ...event }) => event);
  client.last.notice({ type: 'preview', events: previews });
  client.last.notice({ type: 'preview', events: previews });
  expect(positions()).toEqual(['preview', 'preview', 'preview', 1]);
  expect(snapshot()).toMatchObject({ previews: 3, counts: { tenant_ids: [{ value: 'acme', count: 4 }] } });
  const key = snapshot().rows.at(2)?.key;
  client.last.events(eventAt(2));
  expect(positions()).toEqual(['preview', 'preview', 2, 1]);
  expect(snapshot().rows.at(2)?.key).toBe(key);
  client.last.events(eventAt(3, { offset: '4' })); // the one before was a duplicate: it is never stored
  expect(positions()).toEqual([3, 2, 1]);
  expect(snapshot().counts.tenant_ids).toEqual([{ value: 'acme', count: 3 }]);
});

test('previews that the store never took go when it is back', () => {
  const { client, clock, feed, positions } = feedBench();
  feed.setFilter({});
  client.last.open(eventAt(1));
  const { position: _p, stored_at: _s, ...preview } = eventAt(2);
  client.last.notice({ type: 'preview', events: [preview] });
  client.tell({ type: 'status', store: 'ok', kafka: 'ok', relay: 'none' });
  clock.pass(11_000);
  expect(positions()).toEqual([1]);
});

test('it is painted ten times a second at most, and once where nobody looks', () => {
  const { client, clock, feed } = feedBench();
  let paints = 0;
  feed.subscribe(() => paints++);
  feed.setFilter({});
  client.last.open(eventAt(1));
  clock.pass(1_000);
  paints = 0;
  for (let p = 2; p <= 1_001; p++) {
    client.last.events(eventAt(p));
    clock.pass(1);
  }
  expect(paints).toBeGreaterThan(5);
  expect(paints).toBeLessThanOrEqual(11);
  clock.isHidden = true;
  clock.pass(1_000);
  paints = 0;
  for (let p = 1_002; p <= 3_001; p++) {
    client.last.events(eventAt(p));
    clock.pass(1);
  }
  expect(paints).toBeLessThanOrEqual(3); // at once, and after one and two seconds
});
