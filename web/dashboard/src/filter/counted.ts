import type { Field } from '../state/view';

export interface FacetValue {
  /** Null: events that have none. */
  value: string | null;
  count: number;
}

/** The values of some fields, the most frequent first. */
export type FacetCounts = Partial<Record<Field, readonly FacetValue[]>>;
