import { type EventsQuery, type Filter, ProblemError } from '@omninode-ai/eventfeed';
import { keepPreviousData, QueryCache, QueryClient, useQuery } from '@tanstack/react-query';
import { client, session } from './client';

const UNAUTHORIZED = 401;
const SERVER_ERROR = 500;

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError(error) {
      if (error instanceof ProblemError && error.status === UNAUTHORIZED) session.require();
    },
  }),
  defaultOptions: {
    queries: {
      // What the server refuses, it refuses again; an outage passes.
      retry: (count, error) => (error instanceof ProblemError ? error.status >= SERVER_ERROR && count < 2 : count < 2),
      staleTime: 10_000,
      refetchOnWindowFocus: false,
    },
  },
});

/** How the server and what it needs do; asked for on every page. */
export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => client.status({ signal }),
    refetchInterval: 3_000,
    staleTime: 0,
    retry: false,
  });
}

export function useEventTypes() {
  return useQuery({
    queryKey: ['event-types'],
    queryFn: ({ signal }) => client.eventTypes({}, { signal }),
    staleTime: 60_000,
  });
}

/** The events with an id: one for each tenant that has it. */
export function useEvent(id: string | null, tenant: string | null) {
  return useQuery({
    queryKey: ['event', id, tenant],
    queryFn: ({ signal }) => client.event(id ?? '', tenant === null ? {} : { tenant_ids: [tenant] }, { signal }),
    enabled: id !== null,
  });
}

export function useEventsPage(query: EventsQuery) {
  return useQuery({
    queryKey: ['events', query],
    queryFn: ({ signal }) => client.eventsPage(query, { signal }),
    placeholderData: keepPreviousData, // the last good answer stays while the next is on its way, or fails
  });
}

/** Everything of one correlation, oldest first. */
export function useTrace(correlationId: string | null, limit = 5000) {
  return useQuery({
    queryKey: ['trace', correlationId, limit],
    queryFn: ({ signal }) => client.trace(correlationId ?? '', { limit }, { signal }),
    enabled: correlationId !== null && correlationId !== '',
  });
}

export function useFacets(
  filter: Filter,
  range: { start_time?: string; end_time?: string },
  fields: readonly string[],
  asOf = 0,
) {
  return useQuery({
    queryKey: ['facets', filter, range, fields, asOf],
    queryFn: ({ signal }) => client.facets({ ...filter, ...range, fields, limit: 20 }, { signal }),
    placeholderData: keepPreviousData, // the last good answer stays while the next is on its way, or fails
  });
}

/** asOf tells looks at the same range apart: another one is counted anew. */
export function useHistogram(
  filter: Filter,
  range: { start_time?: string; end_time?: string },
  buckets: number,
  asOf = 0,
) {
  return useQuery({
    queryKey: ['histogram', filter, range, buckets, asOf],
    queryFn: ({ signal }) => client.histogram({ ...filter, ...range, buckets }, { signal }),
    placeholderData: keepPreviousData, // the last good answer stays while the next is on its way, or fails
  });
}
