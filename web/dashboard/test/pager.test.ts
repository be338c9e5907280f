import { setImmediate } from 'node:timers/promises';
import type { Event, EventsPage, EventsQuery } from '@omninode-ai/eventfeed';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pager, type PagerOptions } from '../src/pages/explore/pager';
import { compare, placeOf } from '../src/pages/explore/place';
import { eventAt } from './kit';

const START = Date.parse('2026-10-01T08:00:00Z');

const at = (tenths: number) =>
  `${new Date(START + Math.floor(tenths / 10)).toISOString().slice(0, -1)}${tenths % 10}00Z`;

/** History as the server has it: pages by keyset, and each look at it finds more written. */
class History {
  readonly events: Event[] = [];
  asked: EventsQuery[] = [];
  failing = false;
  /** Written after each page. */
  writes: number[] = [];

  write(...tenths: number[]): void {
    for (const t of tenths) this.events.push(eventAt(this.events.length + 1, { timestamp: at(t) }));
  }

  readonly load = async (query: EventsQuery, signal: AbortSignal): Promise<EventsPage> => {
    this.asked.push(query);
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.failing) throw new Error('the store is away');
    const order = { by: query.order_by ?? 'timestamp', direction: query.order_direction ?? 'desc' };
    const [begin, limit = 100] = [Number(query.cursor ?? 0), query.limit];
    const matching = this.events
      .filter(({ timestamp: t }) => (query.start_time ?? '') <= t && t < (query.end_time ?? '9'))
      .filter(({ position }) => position <= (query.through ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => compare(placeOf(a), placeOf(b), order));
    const events = matching.slice(begin, begin + limit);
    const more = begin + limit < matching.length;
    const next = this.writes.shift();
    if (next !== undefined) this.write(next);
    return {
      events,
      count: events.length,
      has_more: more,
      next_cursor: more ? String(begin + limit) : null,
      options: {},
    };
  };
}

function bench(tenths: readonly number[], more: Partial<PagerOptions> = {}) {
  const history = new History();
  history.write(...tenths);
  const order = { by: 'timestamp', direction: 'desc' } as const;
  const options = { query: {}, order, through: tenths.length, at: null, load: history.load, page: 4, ...more };
  const pager = new Pager(options);
  const want = history.events.toSorted((a, b) => compare(placeOf(a), placeOf(b), options.order)).map((e) => e.position);
  return { history, pager, want };
}

function positions(pager: Pager): number[] {
  const { rows } = pager.getSnapshot();
  return Array.from({ length: rows.length }, (_, i) => rows.at(i)).flatMap((row) =>
    row?.kind === 'event' ? [row.event.position] : [],
  );
}

/** Scrolls on in one direction until there is no more: the last row of it in sight each time, as in the list. */
async function scroll(pager: Pager, way: 'up' | 'down', look = () => {}): Promise<void> {
  for (let i = 0; !pager.getSnapshot().ended[way]; i++) {
    if (i === 1000) throw new Error(`${way}: no end after ${i} pages`);
    const edge = way === 'down' ? pager.getSnapshot().rows.length - 1 : 0;
    pager.see(edge, edge);
    await setImmediate();
    look();
  }
}

const moments = fc.array(fc.nat(30), { minLength: 1, maxLength: 60 });
const order = fc.record({
  by: fc.constant('timestamp' as const),
  direction: fc.constantFrom('asc' as const, 'desc' as const),
});

test('scrolled to both ends, every event is there once and in order, whatever is written meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(moments, order, fc.option(fc.nat(30)), moments, async (tenths, by, middle, writes) => {
      const { history, pager, want } = bench(tenths, { order: by, at: middle === null ? null : at(middle) });
      history.writes = writes;
      await pager.open();
      await scroll(pager, 'up');
      await scroll(pager, 'down');
      expect(positions(pager)).toEqual(want);
    }),
  );
});

test('by position, too', async () => {
  const { pager, want } = bench([5, 1, 9, 2, 2, 7, 3, 3, 1], { order: { by: 'position', direction: 'desc' } });
  await pager.open();
  await scroll(pager, 'down');
  expect(positions(pager)).toEqual(want);
});

test('what is let go far away is read again, and what is in memory has no hole', async () => {
  await fc.assert(
    fc.asyncProperty(moments, order, moments, async (tenths, by, writes) => {
      const { history, pager, want } = bench(tenths, { order: by, most: { events: 10, payloads: 1e9 } });
      history.writes = writes;
      await pager.open();
      const all = new Set<number>();
      const look = () => {
        const there = positions(pager);
        const from = want.indexOf(there[0] ?? 0);
        expect(there).toEqual(want.slice(from, from + there.length));
        expect(there.length).toBeLessThanOrEqual(14);
        for (const p of there) all.add(p);
      };
      look();
      for (const way of ['down', 'up', 'down'] as const) await scroll(pager, way, look);
      expect(all.size).toBe(want.length);
    }),
  );
});

test('rows that stay keep their place, counted with what came above them', async () => {
  const { pager } = bench([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], { at: at(3) });
  await pager.open();
  const { rows: before } = pager.getSnapshot();
  const indexOf = (rows: typeof before) =>
    Array.from({ length: rows.length }, (_, i) => rows.at(i)).findIndex(
      (r) => r?.kind === 'event' && r.event.position === 3,
    );
  const was = indexOf(before) - (before.shift ?? 0);
  await pager.load('up');
  const { rows: after } = pager.getSnapshot();
  expect(indexOf(after)).toBeGreaterThan(indexOf(before));
  expect(indexOf(after) - (after.shift ?? 0)).toBe(was);
});

test('it reads on where rows are in sight that are not loaded, and no further', async () => {
  const { history, pager } = bench(Array.from({ length: 40 }, (_, i) => i));
  await pager.open();
  expect(history.asked.length).toBe(1);
  pager.see(0, 1);
  await setImmediate();
  expect(history.asked.length).toBe(1);
  pager.see(0, 10);
  await setImmediate();
  expect(pager.getSnapshot().loaded).toBe(12);
});

test('a failure is told, what was read stays, and it can be tried again', async () => {
  const { history, pager, want } = bench(Array.from({ length: 10 }, (_, i) => i));
  await pager.open();
  history.failing = true;
  await pager.load('down');
  expect(pager.getSnapshot()).toMatchObject({ loaded: 4, failure: { message: 'the store is away' } });
  history.failing = false;
  pager.retry();
  await setImmediate();
  await scroll(pager, 'down');
  expect(positions(pager)).toEqual(want);
  expect(pager.getSnapshot().failure).toBeNull();
});

test('by position it ends where memory does, and says so', async () => {
  const { pager } = bench(
    Array.from({ length: 40 }, (_, i) => i),
    {
      order: { by: 'position', direction: 'desc' },
      most: { events: 10, payloads: 1e9 },
    },
  );
  await pager.open();
  await scroll(pager, 'down');
  expect(pager.getSnapshot()).toMatchObject({ loaded: 12, capped: true });
});
