import type { Filter } from '@omninode-ai/eventfeed';
import { FIELDS, type Field, OUTCOMES } from './view';

/** The singular of a list, as a person says it. */
export const FIELD_WORDS: Record<Field, string> = {
  event_types: 'type',
  tenant_ids: 'tenant',
  namespaces: 'namespace',
  sources: 'source',
  correlation_ids: 'correlation',
  topics: 'topic',
  outcomes: 'outcome',
};

export function valuesOf(filter: Filter, field: Field): readonly string[] {
  return filter[field] ?? [];
}

function withValues(filter: Filter, field: Field, values: readonly string[]): Filter {
  const { [field]: _, ...others } = filter;
  if (values.length === 0) return others;
  if (field !== 'outcomes') return { ...others, [field]: values };
  return { ...others, outcomes: OUTCOMES.filter((o) => values.includes(o)) };
}

export function withValue(filter: Filter, field: Field, value: string): Filter {
  return withValues(filter, field, [...new Set([...valuesOf(filter, field), value])]);
}

export function withoutValue(filter: Filter, field: Field, value: string): Filter {
  return withValues(
    filter,
    field,
    valuesOf(filter, field).filter((v) => v !== value),
  );
}

export function withWhere(filter: Filter, where: string): Filter {
  const { where: _, ...others } = filter;
  return where.trim() === '' ? others : { ...others, where: where.trim() };
}

/** Adds a condition to the expression; what is there is kept in parentheses where it is more than one. */
export function andWhere(filter: Filter, condition: string): Filter {
  const before = filter.where?.trim() ?? '';
  if (before === condition || before.endsWith(` AND ${condition}`)) return filter;
  const kept = /\sOR\s/.test(before) ? `(${before})` : before;
  return withWhere(filter, before === '' ? condition : `${kept} AND ${condition}`);
}

/** The names that an expression has for the lists' fields. */
const IN_WHERE: Record<Field, string> = {
  event_types: 'event_type',
  tenant_ids: 'tenant_id',
  namespaces: 'namespace',
  sources: 'source',
  correlation_ids: 'correlation_id',
  topics: 'topic',
  outcomes: 'outcome',
};

/** Leaves a value out. One that was filtered for is simply no longer; lists can only include, so the rest is where's. */
export function excluding(filter: Filter, field: Field, value: string): Filter {
  if (valuesOf(filter, field).includes(value)) return withoutValue(filter, field, value);
  return andWhere(filter, `NOT ${IN_WHERE[field]} = ${quoted(value)}`);
}

/** The same events by another filter: one conn takes a filter once, and the Live page may have it already. */
export function apart(filter: Filter): Filter {
  const always = 'offset >= 0';
  return { ...filter, where: filter.where ? `${always} AND (${filter.where})` : always };
}

/** A text as an expression writes it. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function isEmpty(filter: Filter): boolean {
  return FIELDS.every((field) => valuesOf(filter, field).length === 0) && !filter.where;
}

export function sameFilter(a: Filter, b: Filter): boolean {
  const lists = FIELDS.every((f) => [...valuesOf(a, f)].sort().join('\0') === [...valuesOf(b, f)].sort().join('\0'));
  return lists && (a.where ?? '') === (b.where ?? '');
}
