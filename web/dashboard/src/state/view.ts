import type { Filter, Outcome } from '@omninode-ai/eventfeed';
import { joinList, splitList } from './list';

/** The lists of a filter, in the order in which a person thinks of them. */
export const FIELDS = [
  'event_types',
  'tenant_ids',
  'namespaces',
  'sources',
  'correlation_ids',
  'topics',
  'outcomes',
] as const;

export type Field = (typeof FIELDS)[number];

export const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'open'];

export const SPANS = ['15m', '1h', '6h', '24h', '7d'] as const;

/** So far back from now. */
export type Span = (typeof SPANS)[number];

/** A range of timestamps: the start is in it, the end is not. */
export type TimeRange = { last: Span } | { start: string; end: string };

export type Zone = 'local' | 'utc';

/** What statistics tell apart over time. */
export const KINDS = ['outcome', 'type', 'tenant'] as const;

export type Kind = (typeof KINDS)[number];

/** What rejected events have in common. */
export interface GroupRef {
  reason: string;
  topic: string;
  producer: string;
}

/** One event, by what names it for good. */
export interface EventRef {
  tenant: string;
  id: string;
}

/** All that a page shows and that a copied link shows elsewhere. */
export interface View {
  filter: Filter;
  /** Null is the page's own choice. */
  columns: readonly string[] | null;
  /** Null is the page's own choice. */
  range: TimeRange | null;
  order: { by: 'timestamp' | 'position'; direction: 'desc' | 'asc' };
  zone: Zone;
  selected: EventRef | null;
  by: Kind;
  group: GroupRef | null;
  /** A time in whose neighbourhood a list of history opens; null is its top. */
  at: string | null;
}

export const DEFAULT_VIEW: View = {
  filter: {},
  columns: null,
  range: null,
  order: { by: 'timestamp', direction: 'desc' },
  zone: 'local',
  selected: null,
  by: 'outcome',
  group: null,
  at: null,
};

/** A view as the search of a URL, without a question mark. What is as by default is left out. */
export function encodeView(view: View): string {
  const params = new URLSearchParams();
  for (const field of FIELDS) {
    const values = view.filter[field] ?? [];
    if (values.length > 0) params.set(field, joinList(values));
  }
  if (view.filter.where) params.set('where', view.filter.where);
  if (view.columns) params.set('columns', joinList(view.columns));
  if (view.range && 'last' in view.range) params.set('last', view.range.last);
  else if (view.range) {
    params.set('start_time', view.range.start);
    params.set('end_time', view.range.end);
  }
  if (view.order.by !== 'timestamp') params.set('order_by', view.order.by);
  if (view.order.direction !== 'desc') params.set('order_direction', view.order.direction);
  if (view.zone !== 'local') params.set('zone', view.zone);
  if (view.selected) params.set('event', joinList([view.selected.tenant, view.selected.id]));
  if (view.by !== 'outcome') params.set('by', view.by);
  for (const [name, value] of Object.entries(view.group ?? {})) params.set(name, value);
  if (view.at) params.set('at', view.at);
  return legible(params.toString());
}

/** URLSearchParams escapes more than a URL needs to; a link should be readable. */
function legible(search: string): string {
  return search.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2A', '*');
}

/** Reads a search; what it does not know is left out. */
export function decodeView(search: string): View {
  const params = new URLSearchParams(search);
  const [tenant, id] = splitList(params.get('event') ?? '');
  return {
    filter: decodeFilter(params),
    columns: params.has('columns') ? splitList(params.get('columns') ?? '') : null,
    range: decodeRange(params),
    order: {
      by: params.get('order_by') === 'position' ? 'position' : 'timestamp',
      direction: params.get('order_direction') === 'asc' ? 'asc' : 'desc',
    },
    zone: params.get('zone') === 'utc' ? 'utc' : 'local',
    selected: tenant !== undefined && id !== undefined ? { tenant, id } : null,
    by: KINDS.find((kind) => kind === params.get('by')) ?? 'outcome',
    group: decodeGroup(params),
    at: Number.isNaN(Date.parse(params.get('at') ?? '')) ? null : params.get('at'),
  };
}

function decodeFilter(params: URLSearchParams): Filter {
  const lists: { [F in Field]?: string[] } = {};
  for (const field of FIELDS) {
    const values = new Set(params.getAll(field).flatMap(splitList));
    if (values.size > 0) lists[field] = [...values];
  }
  const { outcomes, ...others } = lists;
  const filter: Filter = others;
  const known = OUTCOMES.filter((o) => outcomes?.includes(o));
  if (known.length > 0) filter.outcomes = known;
  const where = params.get('where')?.trim();
  if (where) filter.where = where;
  return filter;
}

function decodeGroup(params: URLSearchParams): GroupRef | null {
  const [reason, topic, producer] = [params.get('reason'), params.get('topic'), params.get('producer')];
  return reason && topic && producer ? { reason, topic, producer } : null;
}

function decodeRange(params: URLSearchParams): TimeRange | null {
  const span = SPANS.find((s) => s === params.get('last'));
  if (span) return { last: span };
  const start = params.get('start_time');
  const end = params.get('end_time');
  const valid = start && end && Date.parse(start) < Date.parse(end);
  return valid ? { start, end } : null;
}
