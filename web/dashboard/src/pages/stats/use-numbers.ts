import type { Delays, EventType, Histogram, Statistics } from '@omninode-ai/eventfeed';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { client } from '../../api/client';
import { typeParts } from '../../format/type';
import type { Kind } from '../../state/view';
import type { Countable } from './countable';
import type { Window } from './range';
import { byOutcome, byPart, largest, type OverTime } from './series';

/** Buckets of a chart, at most; asked for a minute or more, they come from the counts. */
const BUCKETS = 100;
const PARTS = 6;

export interface Numbers {
  statistics: Statistics | undefined;
  types: readonly EventType[];
  histogram: Histogram | undefined;
  overTime: OverTime | undefined;
  delays: Delays | undefined;
  /** Of what was counted by tenant: those that ended, and those that failed. */
  ended: Record<string, number> | undefined;
  failed: Record<string, number> | undefined;
  error: Error | null;
}

/** All that the page shows, as of one window. The last good answers stay while the next are on their way, or fail. */
export function useNumbers(filter: Countable, window: Window, by: Kind): Numbers {
  const statistics = useStatistics(filter, window);
  const narrowed = filter.outcomes !== undefined;
  const ended = useStatistics({ ...filter, outcomes: ['success', 'failure'] }, window, !narrowed);
  const failed = useStatistics({ ...filter, outcomes: ['failure'] }, window, !narrowed);
  const types = useQuery({
    queryKey: ['event-types', filter],
    queryFn: ({ signal }) => client.eventTypes(filter, { signal }),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });
  const whole = useQuery(histogramOf(filter, window));
  const delays = useQuery({
    queryKey: ['delays', filter, window],
    queryFn: ({ signal }) =>
      client.delays({ ...filter, start_time: window.start, end_time: window.end, buckets: BUCKETS }, { signal }),
    placeholderData: keepPreviousData,
  });
  const overTime = useOverTime(filter, window, by, statistics.data, whole);
  return {
    statistics: statistics.data,
    types: types.data ?? [],
    histogram: whole.data,
    overTime,
    delays: delays.data,
    ended: ended.data?.events_by_tenant,
    failed: failed.data?.events_by_tenant,
    error: statistics.error ?? whole.error ?? delays.error ?? types.error,
  };
}

function useStatistics(filter: Countable, { start, end }: Window, enabled = true) {
  return useQuery({
    queryKey: ['statistics', filter, start, end],
    queryFn: ({ signal }) => client.statistics({ ...filter, start, end }, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
}

function histogramOf(filter: Countable, { start, end }: Window) {
  return {
    queryKey: ['histogram', filter, start, end, BUCKETS],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      client.histogram({ ...filter, start_time: start, end_time: end, buckets: BUCKETS }, { signal }),
    placeholderData: keepPreviousData,
  };
}

/** Over time and told apart. While some of it is still of the range before, it stays what it was. */
function useOverTime(
  filter: Countable,
  window: Window,
  by: Kind,
  statistics: Statistics | undefined,
  whole: { data: Histogram | undefined; isPlaceholderData: boolean },
): OverTime | undefined {
  const counts = (by === 'type' ? statistics?.events_by_type : statistics?.events_by_tenant) ?? {};
  const names = by === 'outcome' ? [] : largest(counts, PARTS).map(([name]) => name);
  const parts = names.map((name) => ({
    name: by === 'type' ? typeParts(name).name : name,
    title: name,
    filter: by === 'type' ? { event_types: [name] } : { tenant_ids: [name] },
  }));
  const histograms = useQueries({
    queries: parts.map((part) => histogramOf({ ...filter, ...part.filter }, window)),
  });
  const settled = useRef<{ by: Kind; from: unknown[]; overTime: OverTime } | null>(null);
  const from = [whole.data, ...histograms.map((h) => h.data)];
  const isSettled =
    statistics !== undefined &&
    !whole.isPlaceholderData &&
    histograms.every((h) => !h.isPlaceholderData) &&
    from.every((data) => data !== undefined);
  const last = settled.current;
  const isNew = last?.by !== by || last.from.length !== from.length || from.some((data, i) => data !== last.from[i]);
  if (isSettled && isNew && whole.data) {
    const counted = parts.flatMap((part, i) => {
      const histogram = histograms[i]?.data;
      return histogram ? [{ ...part, histogram }] : [];
    });
    const rest = by === 'type' ? 'all other types' : 'all other tenants';
    const overTime = by === 'outcome' ? byOutcome(whole.data) : byPart(whole.data, counted, rest);
    settled.current = { by, from, overTime };
  }
  return settled.current?.by === by ? settled.current.overTime : undefined;
}
