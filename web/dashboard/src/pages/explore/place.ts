import type { Event } from '@omninode-ai/eventfeed';
import { microsOf } from '../../format/micros';
import type { View } from '../../state/view';

/** Where an event stands in an order: what the order goes by, and the position where that is the same. */
export interface Place {
  micros: bigint;
  position: number;
}

export type Order = View['order'];

export function placeOf({ timestamp, position }: Event): Place {
  return { micros: microsOf(timestamp), position };
}

/** Below 0: a stands above b in a list of this order. */
export function compare(a: Place, b: Place, { by, direction }: Order): number {
  const time = a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
  const ascending = (by === 'timestamp' && time) || a.position - b.position;
  return direction === 'asc' ? ascending : -ascending;
}
