import type { Event } from '@omninode-ai/eventfeed';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { treeOf } from '../src/pages/trace/tree';
import { eventAt } from './kit';

const START = Date.parse('2026-10-01T08:00:00Z');

/** An event so many ms after the first, by its letter and that of its cause. */
function event(id: string, ms: number, cause: string | null = null, more: Partial<Event> = {}): Event {
  return eventAt(more.position ?? ms + 1, {
    event_id: id,
    causation_id: cause,
    timestamp: new Date(START + ms).toISOString(),
    ...more,
  });
}

/** Each row as its depth in dots and its id, with what is odd about it. */
function drawn(events: readonly Event[], most?: number): string[] {
  return treeOf(events, most).nodes.map((n) => {
    const id = n.kind === 'event' ? n.event.event_id : `?${n.id}`;
    const flags = n.kind === 'event' && n.flags.length > 0 ? ` (${n.flags.join(', ')})` : '';
    return `${'.'.repeat(n.depth)}${id}${flags}`;
  });
}

test('each event is below its cause, the earlier above the later, whatever order they come in', () => {
  const events = [event('a', 0), event('b', 10, 'a'), event('c', 20, 'b'), event('d', 30, 'c'), event('e', 15, 'a')];
  const want = ['a', '.b', '..c', '...d', '.e'];
  expect(drawn(events)).toEqual(want);
  expect(drawn(events.toReversed())).toEqual(want);
});

test('what names no cause stands by its time, and it is said', () => {
  expect(drawn([event('a', 0), event('b', 10, 'a'), event('x', 5)])).toEqual(['a', '.b', 'x (by time)']);
  const flat = treeOf([event('b', 10), event('a', 0), event('c', 20, 'c-1')]);
  expect(flat.byTime).toBe(true);
  expect(flat.nodes.map((n) => n.kind === 'event' && n.event.event_id)).toEqual(['a', 'b', 'c']);
});

test('a cause that is not there is one row above all that name it', () => {
  const tree = treeOf([event('a', 0), event('b', 10, 'gone'), event('c', 20, 'gone'), event('d', 30, 'b')]);
  expect(tree.nodes).toMatchObject([
    { event: { event_id: 'a' } },
    { kind: 'missing', id: 'gone', tenant: 'acme', depth: 0, effects: 2 },
    { event: { event_id: 'b' }, depth: 1 },
    { event: { event_id: 'd' }, depth: 2 },
    { event: { event_id: 'c' }, depth: 1 },
  ]);
  expect(tree.counts.missing).toBe(1);
});

test('a cause is looked for in the same tenant only', () => {
  expect(drawn([event('a', 0), event('b', 10, 'a', { tenant_id: 'beta' })])).toEqual(['a', '?a', '.b']);
});

test('events that cause each other are a tree from the earliest on', () => {
  expect(drawn([event('a', 10, 'c'), event('b', 0, 'a'), event('c', 20, 'b'), event('d', 30, 'c')])).toEqual([
    'b (cycle)',
    '.c',
    '..a (skew)',
    '..d',
  ]);
  expect(drawn([event('a', 0, 'a'), event('b', 5, 'a')])).toEqual(['a (cycle)', '.b']);
});

test('an effect before its cause is flagged', () => {
  expect(drawn([event('a', 100), event('b', 40, 'a')])).toEqual(['a', '.b (skew)']);
});

test('of too many, those nearest the root are shown, and the others counted', () => {
  const chain = Array.from({ length: 20 }, (_, i) => event(`n${i}`, i, i === 0 ? null : `n${i - 1}`));
  const late = [event('x', 1_000, 'n0'), event('y', 1_001, 'x')];
  const tree = treeOf([...chain, ...late], 6);
  expect(drawn([...chain, ...late], 6)).toEqual(['n0', '.n1', '..n2', '...n3', '.x', '..y']);
  expect(tree.hidden).toBe(16);
  expect(tree.nodes.find((n) => n.kind === 'event' && n.event.event_id === 'n3')).toMatchObject({ hidden: 1 });
});

test('a chain of 6,000 is 5,000 rows', () => {
  const chain = Array.from({ length: 6_000 }, (_, i) => event(`n${i}`, i, i === 0 ? null : `n${i - 1}`));
  const tree = treeOf(chain);
  expect(tree.nodes.length).toBe(5_000);
  expect(tree.nodes.at(-1)).toMatchObject({ depth: 4_999, hidden: 1 });
  expect(tree.hidden).toBe(1_000);
});

test('whatever names whatever as its cause, each event has one row', () => {
  const arbitrary = fc.array(fc.record({ ms: fc.nat(50), cause: fc.option(fc.nat(25)) }), { maxLength: 20 });
  fc.assert(
    fc.property(arbitrary, (list) => {
      const events = list.map(({ ms, cause }, i) =>
        event(`e${i}`, ms, cause === null ? null : `e${cause}`, { position: i + 1 }),
      );
      const { nodes, hidden } = treeOf(events);
      const ids = nodes.flatMap((n) => (n.kind === 'event' ? [n.event.event_id] : []));
      expect(ids.toSorted()).toEqual(events.map((e) => e.event_id).toSorted());
      expect(hidden).toBe(0);
      let depth = 0;
      for (const n of nodes) {
        expect(n.depth).toBeLessThanOrEqual(depth + 1);
        depth = n.depth;
      }
    }),
  );
});
