import { expect, test } from 'vitest';
import { suggest } from '../src/filter/suggest';
import { andWhere, excluding, isEmpty, quoted, sameFilter, withoutValue, withValue } from '../src/state/filter';

test('a value is added once, and the last one that goes takes its list along', () => {
  const one = withValue({}, 'tenant_ids', 'acme');
  expect(withValue(one, 'tenant_ids', 'acme')).toEqual({ tenant_ids: ['acme'] });
  expect(withoutValue(one, 'tenant_ids', 'acme')).toEqual({});
  expect(withValue({ outcomes: ['open'] }, 'outcomes', 'success')).toEqual({ outcomes: ['success', 'open'] });
});

test('to exclude is to remove what was included, else a condition', () => {
  expect(excluding({ sources: ['a', 'b'] }, 'sources', 'a')).toEqual({ sources: ['b'] });
  expect(excluding({}, 'sources', 'say "x"')).toEqual({ where: 'NOT source = "say \\"x\\""' });
  expect(excluding({ where: 'a = 1 OR b = 2' }, 'event_types', 't')).toEqual({
    where: '(a = 1 OR b = 2) AND NOT event_type = "t"',
  });
});

test('the same condition is not added twice', () => {
  const once = andWhere({ where: 'a = 1' }, 'b = 2');
  expect(andWhere(once, 'b = 2')).toBe(once);
});

test('filters are the same whatever the order of their values', () => {
  expect(sameFilter({ tenant_ids: ['a', 'b'] }, { tenant_ids: ['b', 'a'], sources: [] })).toBe(true);
  expect(sameFilter({ where: 'x' }, {})).toBe(false);
  expect(isEmpty({ sources: [] })).toBe(true);
  expect(quoted('a\\b')).toBe('"a\\\\b"');
});

const known = {
  event_types: ['omninode.agent.execution.failed.v1', 'omninode.vault.secret.read.v1'],
  tenant_ids: ['acme', 'agent-shop'],
};

test('suggestions are what is known, then what is typed', () => {
  expect(suggest('agent', known).slice(0, 3)).toEqual([
    { field: 'event_types', value: 'omninode.agent.execution.failed.v1' },
    { field: 'tenant_ids', value: 'agent-shop' },
    { field: 'event_types', value: '*agent*' },
  ]);
  expect(suggest('tenant:ac', known)[0]).toEqual({ field: 'tenant_ids', value: 'acme' });
  expect(suggest('*.failed.v1', known)[0]).toEqual({ field: 'event_types', value: '*.failed.v1' });
  expect(suggest('acme', known)[0]).toEqual({ field: 'tenant_ids', value: 'acme' });
  expect(suggest('outcome:fail', known)).toEqual([{ field: 'outcomes', value: 'failure' }]);
});
