import { useMemo } from 'react';
import { useEventTypes } from '../api/queries';
import type { FacetCounts } from './counted';
import type { Known } from './suggest';

/** What the filter bar suggests: the server's types, and what was counted. */
export function useKnown(counts: FacetCounts): Known {
  const types = useEventTypes();
  return useMemo(() => {
    const of = (values: FacetCounts[keyof FacetCounts]) => values?.flatMap(({ value }) => value ?? []) ?? [];
    return {
      event_types: types.data?.map((t) => t.event_type) ?? of(counts.event_types),
      tenant_ids: of(counts.tenant_ids),
      namespaces: of(counts.namespaces),
      sources: of(counts.sources),
      topics: of(counts.topics),
    };
  }, [types.data, counts]);
}
