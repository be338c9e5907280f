import type { Bucket } from '../charts/bucket';
import { NO_ROWS, type Rows } from '../events/row';
import type { FacetCounts } from '../filter/counted';
import type { FilterRefusal } from '../filter/refusal';

/** Why the list stands still. */
export type Held = 'paused' | 'scrolled';

/** What there is to paint; a new object with each paint. */
export interface Snapshot {
  rows: Rows;
  /** Of these rows. */
  counts: FacetCounts;
  buckets: readonly Bucket[];
  held: Held | null;
  /** Events that came since the list stands still. */
  fresh: number;
  phase: 'starting' | 'catching_up' | 'live';
  refusal: FilterRefusal | null;
  previews: number;
  /** Everything that matches is known up to here. */
  position: number | null;
  /** From stored to here, of the newest event that came live. */
  lagMs: number | null;
  /** When the last event came, by the clock of this machine. */
  lastAt: number | null;
  /** Events since the filter was chosen. */
  total: number;
}

export const EMPTY: Snapshot = {
  rows: NO_ROWS,
  counts: {},
  buckets: [],
  held: null,
  fresh: 0,
  phase: 'starting',
  refusal: null,
  previews: 0,
  position: null,
  lagMs: null,
  lastAt: null,
  total: 0,
};

export function above(first: Rows, second: Rows): Rows {
  if (first.length === 0) return second;
  return {
    length: first.length + second.length,
    at: (i) => (i < first.length ? first.at(i) : second.at(i - first.length)),
  };
}
