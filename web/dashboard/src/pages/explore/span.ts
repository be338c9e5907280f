import type { Range } from '@omninode-ai/eventfeed';
import { SPANS, type Span, type TimeRange, type View } from '../../state/view';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const SPAN_MS: Record<Span, number> = {
  '15m': 15 * MINUTE,
  '1h': HOUR,
  '6h': 6 * HOUR,
  '24h': 24 * HOUR,
  '7d': 168 * HOUR,
};

/** With what a page of history opens. */
export const DEFAULT_RANGE: TimeRange = { last: '1h' };

/** Around a time, what the chart shows of it. */
const NEIGHBOURHOOD = 30 * MINUTE;

/** Producers' clocks may be ahead: what is counted up to now would leave out what the list shows. */
const FAR = '9999-12-31T23:59:59Z';

/** A range as of one moment. */
export interface Window {
  /** Of the list. The last hour has no end: clocks that are ahead must hide nothing. */
  list: Range;
  /** Of what is counted by field: the same events. */
  counted: Required<Range>;
  /** Of the chart, in Unix milliseconds. */
  chart: { start: number; end: number };
}

const iso = (ms: number) => new Date(ms).toISOString();

export function windowOf({ range, at }: Pick<View, 'range' | 'at'>, now: number): Window {
  if (range && 'start' in range) {
    const own = { start_time: range.start, end_time: range.end };
    return { list: own, counted: own, chart: { start: Date.parse(range.start), end: Date.parse(range.end) } };
  }
  if (!range && at !== null) {
    const start = Date.parse(at) - NEIGHBOURHOOD;
    const end = Date.parse(at) + NEIGHBOURHOOD;
    return { list: {}, counted: { start_time: iso(start), end_time: iso(end) }, chart: { start, end } };
  }
  const start = now - SPAN_MS[(range ?? (DEFAULT_RANGE as { last: Span })).last];
  return {
    list: { start_time: iso(start) },
    counted: { start_time: iso(start), end_time: FAR },
    chart: { start, end: now },
  };
}

/** A range that is about three times as wide. */
export function zoomedOut(range: TimeRange | null, { start, end }: Window['chart'], now: number): TimeRange {
  if (range && 'last' in range) {
    const wider = SPANS[SPANS.indexOf(range.last) + 1];
    if (wider) return { last: wider };
  }
  const width = end - start;
  const last = Math.min(now, end + width);
  return { start: iso(Math.min(start - width, last - 3 * width)), end: iso(last) };
}
