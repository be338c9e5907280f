import type { Filter, Histogram } from '@omninode-ai/eventfeed';

/** One line of the legend: its numbers, bucket by bucket, and the filter that leads to its events. */
export interface Series {
  name: string;
  /** In full, where the name is not. */
  title?: string;
  values: readonly number[];
  /** Null: there is no filter for it. */
  filter: Filter | null;
  look: Look;
}

export type Look = 'failure' | 'success' | 'open' | 'other' | 1 | 2 | 3 | 4 | 5 | 6;

export interface OverTime {
  /** Unix milliseconds. */
  starts: readonly number[];
  widthMs: number;
  /** From the bottom of the stack to its top. */
  series: readonly Series[];
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

const totalOf = (b: Histogram['buckets'][number]) => b.success + b.failure + b.open + b.other;

/** Failures are at the bottom: there a change of theirs can be seen. */
export function byOutcome(histogram: Histogram): OverTime {
  const of = (look: 'failure' | 'success' | 'open' | 'other', name: string, filter: Filter | null): Series => ({
    name,
    look,
    filter,
    values: histogram.buckets.map((b) => b[look]),
  });
  return {
    ...axisOf(histogram),
    series: [
      of('failure', '✕ failure', { outcomes: ['failure'] }),
      of('success', '✓ success', { outcomes: ['success'] }),
      of('open', '○ open', { outcomes: ['open'] }),
      of('other', '· no outcome', null),
    ].filter(({ values }) => sum(values) > 0),
  };
}

function axisOf({ buckets, width_ms }: Histogram) {
  return { starts: buckets.map((b) => Date.parse(b.start)), widthMs: width_ms };
}

export interface Part {
  name: string;
  title: string;
  filter: Filter;
  histogram: Histogram;
}

const LOOKS = [1, 2, 3, 4, 5, 6] as const;

/** The largest parts of a whole; the last series is what is left. */
export function byPart(whole: Histogram, parts: readonly Part[], rest: string): OverTime {
  const axis = axisOf(whole);
  const series = parts.slice(0, LOOKS.length).map(({ name, title, filter, histogram }, i): Series => {
    const counts = new Map(histogram.buckets.map((b) => [Date.parse(b.start), totalOf(b)]));
    return { name, title, filter, look: LOOKS[i] ?? 6, values: axis.starts.map((at) => counts.get(at) ?? 0) };
  });
  const left = whole.buckets.map((b, i) => {
    const named = sum(series.map(({ values }) => values[i] ?? 0));
    return Math.max(0, totalOf(b) - named); // one answer may be newer than another
  });
  if (sum(left) === 0) return { ...axis, series };
  return { ...axis, series: [...series, { name: rest, filter: null, look: 'other', values: left }] };
}

/** The most frequent, those of one count by name. */
export function largest(counts: Record<string, number>, most: number): [string, number][] {
  return Object.entries(counts)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most);
}

/** Each series on top of those before it. */
export function stacked(series: readonly Series[]): number[][] {
  let below: readonly number[] = [];
  return series.map(({ values }) => {
    const top = values.map((v, i) => v + (below[i] ?? 0));
    below = top;
    return top;
  });
}
