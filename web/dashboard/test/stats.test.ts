import type { Histogram } from '@omninode-ai/eventfeed';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countable } from '../src/pages/stats/countable';
import { familiesOf, splitType } from '../src/pages/stats/families';
import { minutesOf, spanOf, windowOf } from '../src/pages/stats/range';
import { byOutcome, byPart, largest, stacked, sum } from '../src/pages/stats/series';

const count = fc.nat(1000);
const at = (i: number) => new Date(Date.parse('2026-10-01T08:00:00Z') + i * 60_000).toISOString();

function histogram(...buckets: [success: number, failure: number, open: number, other: number][]): Histogram {
  return {
    buckets: buckets.map(([success, failure, open, other], i) => ({ start: at(i), success, failure, open, other })),
    width_ms: 60_000,
    start: at(0),
    end: at(buckets.length),
    complete: true,
    counted_from: null,
  };
}

test('a stack is as high as all of its series together, and never falls from one to the next', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(count, count, count, count), { minLength: 1 }), (buckets) => {
      const { series } = byOutcome(histogram(...buckets));
      const tops = stacked(series);
      for (const [i, bucket] of buckets.entries()) {
        expect(tops.at(-1)?.[i] ?? 0).toBe(sum(bucket));
        for (let s = 1; s < tops.length; s++) {
          expect(tops[s]?.[i]).toBeGreaterThanOrEqual(tops[s - 1]?.[i] ?? 0);
        }
      }
    }),
  );
});

test('failures are at the bottom of the stack, and an outcome that did not occur is left out', () => {
  expect(byOutcome(histogram([5, 1, 0, 2], [0, 3, 0, 0])).series.map((s) => [s.look, sum(s.values)])).toEqual([
    ['failure', 4],
    ['success', 5],
    ['other', 2],
  ]);
});

test('parts and the rest are the whole, also where an answer is newer than another', () => {
  const whole = histogram([10, 0, 0, 0], [4, 0, 0, 0]);
  const part = (name: string, h: Histogram) => ({ name, title: name, filter: { tenant_ids: [name] }, histogram: h });
  const { series } = byPart(
    whole,
    [part('acme', histogram([6, 0, 0, 0], [1, 1, 1, 1])), part('beta', histogram([1, 0, 0, 0], [1, 0, 0, 0]))],
    'all other tenants',
  );
  expect(series.map((s) => [s.name, ...s.values])).toEqual([
    ['acme', 6, 4],
    ['beta', 1, 1],
    ['all other tenants', 3, 0],
  ]);
});

test('the largest come first, those of one count by name', () => {
  expect(largest({ b: 2, a: 2, c: 9, d: 1 }, 3).map(([name]) => name)).toEqual(['c', 'a', 'b']);
});

const known = (event_type: string, outcome: string | null, last_seen = at(0)) => ({
  event_type,
  outcome,
  count: 1,
  first_seen: at(0),
  last_seen,
});

test('types that differ in their last word are one family, with its share of failures', () => {
  const counts = {
    'omninode.agent.execution.started.v1': 10,
    'omninode.agent.execution.completed.v1': 7,
    'omninode.agent.execution.failed.v1': 1,
    'omninode.agent.execution.progress.v1': 30,
    'omninode.logging.audit.v1': 3,
    'agent-actions': 2,
  };
  const families = familiesOf(counts, [
    known('omninode.agent.execution.started.v1', 'open', at(5)),
    known('omninode.agent.execution.completed.v1', 'success', at(9)),
    known('omninode.agent.execution.failed.v1', 'failure', at(2)),
    known('omninode.agent.execution.progress.v1', null),
    known('omninode.logging.audit.v1', null, at(1)),
  ]);
  expect(families.map((f) => [f.name, f.count, f.failures, f.ended, f.lastSeen])).toEqual([
    ['omninode.agent.execution', 48, 1, 8, at(9)],
    ['omninode.logging.audit', 3, 0, 0, at(1)],
    ['agent-actions', 2, 0, 0, null],
  ]);
  expect(families[0]?.members.map((m) => m.word)).toEqual(['progress', 'started', 'completed', 'failed']);
});

test('a type is split at its last dot or hyphen, before its version', () => {
  expect(splitType('dev.onex.evt.stamp-workflow-started.v1')).toEqual({
    stem: 'dev.onex.evt.stamp-workflow',
    word: 'started',
  });
  expect(splitType('failed')).toEqual({ stem: 'failed', word: '' });
  expect(splitType('.v1')).toEqual({ stem: '', word: '' });
});

test('what counts do not know is left out of the filter, and named', () => {
  expect(countable({ event_types: ['a'], sources: ['s'], outcomes: ['open'], where: 'x = 1' })).toEqual({
    filter: { event_types: ['a'], outcomes: ['open'] },
    leftOut: ['source', 'where'],
  });
});

test('a range that ends now has what just came in it; one of one’s own stays as it is', () => {
  const now = Date.parse('2026-10-01T08:00:01Z');
  expect(windowOf(null, now)).toEqual({ start: '2026-09-30T08:00:15.000Z', end: '2026-10-01T08:00:15.000Z' });
  expect(minutesOf(windowOf({ last: '1h' }, now))).toBe(60);
  const own = { start: '2026-10-01T08:00:00Z', end: '2026-10-01T09:00:00Z' };
  expect(windowOf(own, now)).toEqual(own);
  expect([spanOf(null), spanOf({ last: '7d' }), spanOf(own)]).toEqual(['24h', '7d', null]);
});
