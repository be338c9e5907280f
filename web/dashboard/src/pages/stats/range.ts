import { SPANS, type Span, type TimeRange } from '../../state/view';

export const DEFAULT_SPAN: Span = '24h';

const MINUTE = 60_000;

const SPAN_MS: Record<Span, number> = {
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 360 * MINUTE,
  '24h': 1440 * MINUTE,
  '7d': 10_080 * MINUTE,
};

/** From when to when, in RFC 3339. */
export interface Window {
  start: string;
  end: string;
}

/** How often a range that ends now moves on. */
export const STEP_MS = 15_000;

/** A range as of one moment. The end is the next step's, so that what just came is in it. */
export function windowOf(range: TimeRange | null, now: number): Window {
  if (range && 'start' in range) return { start: range.start, end: range.end };
  const end = Math.ceil(now / STEP_MS) * STEP_MS;
  const width = SPAN_MS[range?.last ?? DEFAULT_SPAN];
  return { start: new Date(end - width).toISOString(), end: new Date(end).toISOString() };
}

export function minutesOf({ start, end }: Window): number {
  return (Date.parse(end) - Date.parse(start)) / MINUTE;
}

/** The span that is chosen; null if it is a range of one's own. */
export function spanOf(range: TimeRange | null): Span | null {
  if (range === null) return DEFAULT_SPAN;
  return 'last' in range ? (SPANS.find((s) => s === range.last) ?? null) : null;
}
