import type { Filter } from '@omninode-ai/eventfeed';
import { FIELD_WORDS } from '../../state/filter';
import { FIELDS } from '../../state/view';

/** What statistics count by; each list also narrows them. */
const COUNTED = ['event_types', 'tenant_ids', 'outcomes'] as const;

export type Countable = Pick<Filter, (typeof COUNTED)[number]>;

/** The part of a filter that statistics know, and the words for the rest, which they leave out. */
export function countable(filter: Filter): { filter: Countable; leftOut: readonly string[] } {
  const { event_types, tenant_ids, outcomes, where } = filter;
  const lists = FIELDS.filter((f) => !COUNTED.some((c) => c === f) && (filter[f]?.length ?? 0) > 0);
  return {
    filter: {
      ...(event_types && { event_types }),
      ...(tenant_ids && { tenant_ids }),
      ...(outcomes && { outcomes }),
    },
    leftOut: [...lists.map((f) => FIELD_WORDS[f]), ...(where ? ['where'] : [])],
  };
}
