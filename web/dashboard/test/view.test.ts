import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinList, splitList } from '../src/state/list';
import { DEFAULT_VIEW, decodeView, encodeView, KINDS, OUTCOMES, SPANS, type View } from '../src/state/view';

const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => !s.endsWith('\\'));
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 4 });
const time = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString());

const view: fc.Arbitrary<View> = fc.record({
  filter: fc.record(
    {
      event_types: values,
      tenant_ids: values,
      namespaces: values,
      sources: values,
      correlation_ids: values,
      topics: values,
      outcomes: fc.subarray([...OUTCOMES], { minLength: 1 }),
      where: fc.string({ minLength: 1 }).map((s) => `a = ${s}`.trim()),
    },
    { requiredKeys: [] },
  ),
  columns: fc.option(values),
  range: fc.option(
    fc.oneof(
      fc.constantFrom(...SPANS).map((last) => ({ last })),
      fc
        .tuple(time, time)
        .filter(([a, b]) => a < b)
        .map(([start, end]) => ({ start, end })),
    ),
  ),
  order: fc.record({ by: fc.constantFrom('timestamp', 'position'), direction: fc.constantFrom('desc', 'asc') }),
  zone: fc.constantFrom('local', 'utc'),
  selected: fc.option(fc.record({ tenant: value, id: value })),
  by: fc.constantFrom(...KINDS),
  group: fc.option(fc.record({ reason: value, topic: value, producer: value })),
  at: fc.option(time),
});

test('a view comes back from its URL as it was', () => {
  fc.assert(
    fc.property(view, (v) => {
      expect(decodeView(encodeView(v))).toEqual(v);
    }),
  );
});

test('the page as it opens has an empty search', () => {
  expect(encodeView(DEFAULT_VIEW)).toBe('');
  expect(decodeView('')).toEqual(DEFAULT_VIEW);
});

test('a search reads like the API’s own', () => {
  const filter = { event_types: ['*.failed.v1'], tenant_ids: ['acme', 'b,c'], where: 'payload.duration_ms > 1000' };
  expect(encodeView({ ...DEFAULT_VIEW, filter, zone: 'utc', selected: { tenant: 'acme', id: 'e-1' } })).toBe(
    'event_types=*.failed.v1&tenant_ids=acme,b%5C,c&where=payload.duration_ms+%3E+1000&zone=utc&event=acme,e-1',
  );
});

test('what a search has too much, or wrong, does not count', () => {
  expect(decodeView('?x=1&outcomes=fine&last=9y&zone=mars&order_by=color&event=acme&start_time=b&end_time=a')).toEqual(
    DEFAULT_VIEW,
  );
  expect(decodeView('tenant_ids=a,b&tenant_ids=b,c').filter).toEqual({ tenant_ids: ['a', 'b', 'c'] });
});

test('commas in values are no separators', () => {
  expect(splitList('a\\,b,c')).toEqual(['a,b', 'c']);
  expect(joinList(['a,b', 'c'])).toBe('a\\,b,c');
  expect(splitList('')).toEqual([]);
});
