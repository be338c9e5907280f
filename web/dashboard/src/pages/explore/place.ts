import type { Event } from '@omninode-ai/eventfeed';
import type { View } from '../../state/view';

/** Where an event stands in an order: what the order goes by, and the position where that is the same. */
export interface Place {
  micros: bigint;
  position: number;
}

export type Order = View['order'];

const MICROS = 1000n;

/** A time as it is stored, to the microsecond, which Date does not have. */
export function microsOf(time: string): bigint {
  const digits = (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(6, '0').slice(3, 6);
  return BigInt(Math.floor(Date.parse(time))) * MICROS + BigInt(digits);
}

export function timeOf(micros: bigint): string {
  const ms = new Date(Number(micros / MICROS)).toISOString();
  return `${ms.slice(0, -1)}${String(micros % MICROS).padStart(3, '0')}Z`;
}

export function placeOf({ timestamp, position }: Event): Place {
  return { micros: microsOf(timestamp), position };
}

/** Below 0: a stands above b in a list of this order. */
export function compare(a: Place, b: Place, { by, direction }: Order): number {
  const time = a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
  const ascending = (by === 'timestamp' && time) || a.position - b.position;
  return direction === 'asc' ? ascending : -ascending;
}
