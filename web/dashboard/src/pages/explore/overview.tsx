import type { Filter } from '@omninode-ai/eventfeed';
import { useHistogram } from '../../api/queries';
import type { Bucket } from '../../charts/bucket';
import { Histogram } from '../../charts/histogram';
import { dateTime, duration } from '../../format/time';
import type { TimeRange, Zone } from '../../state/view';
import type { Window } from './span';

/** Bars that can be told apart, and pointed at. */
const BARS = 120;

const iso = (ms: number) => new Date(ms).toISOString();

/** The chart of a window: what of it there is, and the numbers in it. */
export function useOverview(filter: Filter, { start, end }: Window['chart'], asOf: number) {
  const { data } = useHistogram(filter, { start_time: iso(start), end_time: iso(end) }, BARS, asOf);
  const buckets: Bucket[] = data?.buckets.map((b) => ({ ...b, start: Date.parse(b.start) })) ?? [];
  return { buckets, widthMs: data?.width_ms ?? 1, countedFrom: data?.complete === false ? data.counted_from : null };
}

interface OverviewProps {
  overview: ReturnType<typeof useOverview>;
  zone: Zone;
  onRange: (range: TimeRange) => void;
}

/** When it happened: drag over the bars to look closer. */
export function Overview({ overview, zone, onRange }: OverviewProps) {
  const { buckets, widthMs, countedFrom } = overview;
  return (
    <Histogram
      tall
      buckets={buckets}
      zone={zone}
      widthMs={widthMs}
      span={buckets.length === 0 ? 'Counting …' : `A bar is ${duration(widthMs)}`}
      note={countedFrom === null ? undefined : `counted back to ${dateTime(countedFrom, zone)}`}
      onBrush={(from, to) => onRange({ start: iso(from), end: iso(to) })}
    />
  );
}
