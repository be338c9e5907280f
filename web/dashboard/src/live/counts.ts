import type { Event } from '@omninode-ai/eventfeed';
import type { FacetCounts, FacetValue } from '../filter/counted';

export const FACETS = ['outcomes', 'event_types', 'tenant_ids', 'namespaces', 'sources'] as const;

export type Facet = (typeof FACETS)[number];

type Counted = Pick<Event, 'outcome' | 'event_type' | 'tenant_id' | 'namespace' | 'source'>;

const OF: Record<Facet, (event: Counted) => string | null> = {
  outcomes: (e) => e.outcome,
  event_types: (e) => e.event_type,
  tenant_ids: (e) => e.tenant_id,
  namespaces: (e) => e.namespace,
  sources: (e) => e.source,
};

/** How often each value is in the ring, kept up as events come and go. */
export class Counts {
  readonly #of: Record<Facet, Map<string | null, number>> = {
    outcomes: new Map(),
    event_types: new Map(),
    tenant_ids: new Map(),
    namespaces: new Map(),
    sources: new Map(),
  };

  add(event: Counted, by: 1 | -1 = 1): void {
    for (const facet of FACETS) {
      const value = OF[facet](event);
      const count = (this.#of[facet].get(value) ?? 0) + by;
      if (count > 0) this.#of[facet].set(value, count);
      else this.#of[facet].delete(value);
    }
  }

  all(): FacetCounts {
    const all: FacetCounts = {};
    for (const facet of FACETS) all[facet] = sorted(this.#of[facet]);
    return all;
  }
}

function sorted(counts: Map<string | null, number>): FacetValue[] {
  const values = [...counts].map(([value, count]) => ({ value, count }));
  return values.sort((a, b) => b.count - a.count || (a.value ?? '').localeCompare(b.value ?? ''));
}
