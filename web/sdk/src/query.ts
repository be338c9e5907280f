import type { Filter } from './event.js';

/** Of timestamps, or of rejected_at: the start is in it, the end is not. RFC 3339. */
export interface Range {
  start_time?: string;
  end_time?: string;
}

export interface Ordered {
  /** `timestamp` unless given. */
  order_by?: 'timestamp' | 'position';
  /** `desc` unless given. */
  order_direction?: 'desc' | 'asc';
}

export interface EventsQuery extends Filter, Range, Ordered {
  /** Of a page: 1 to 1,000, 100 unless given. */
  limit?: number;
  /** The next_cursor of an answer to the same query. */
  cursor?: string;
  /** 0 to 10,000; not with a cursor. */
  offset?: number;
  /** Only what is stored up to this position: then nothing moves while one pages. */
  through?: number;
}

export interface ExportQuery extends Filter, Range, Ordered {}

export interface StatisticsQuery extends Pick<Filter, 'event_types' | 'tenant_ids' | 'outcomes'> {
  /** 24 hours before the end unless given. */
  start?: string;
  /** Now unless given. */
  end?: string;
}

export interface DelaysQuery extends Pick<Filter, 'event_types' | 'tenant_ids' | 'outcomes'>, Range {
  /** At most 500. */
  buckets?: number;
}

export interface HistogramQuery extends Filter, Range {
  /** At most 500. */
  buckets?: number;
}

export interface FacetsQuery extends Filter, Range {
  fields?: readonly string[];
  /** Values of a field, at most 100. */
  limit?: number;
}

export interface RejectedQuery extends Range {
  reason?: string;
  topic?: string;
  /** Looked for among the newest. */
  producer?: string;
  limit?: number;
  cursor?: string;
}

/** As a URL says it: lists repeat their name, and a comma in a value is no separator. */
export function searchOf(query: object): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const v of value) params.append(name, String(v).replaceAll(',', '\\,'));
    else if (value !== undefined && value !== null) params.append(name, String(value));
  }
  const search = params.toString();
  return search && `?${search}`;
}
