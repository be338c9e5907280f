import { type Decode, maybe, num, object, text } from './decode.js';

/** Everything up to this position has been had, in the numbering that the epoch names; null is the one of the day. */
export interface Place {
  position: number;
  epoch: string | null;
}

export const place: Decode<Place> = object<Place>({ position: num, epoch: maybe(text) });

/** Where a subscription begins. */
export type From =
  /** With what is stored from now on. */
  | 'now'
  /** With the position behind it. */
  | { position: number; epoch?: string }
  /** With the newest n matching events, at most 1,000. */
  | { last: number }
  /** With what was stored at that time or later; RFC 3339. */
  | { since: string };

/** Keeps places across reloads, by the name of a subscription. */
export interface Store {
  /** What was saved last; null or undefined if nothing was. Unknown: a store may hold anything. */
  load(name: string): unknown;
  /** May give a promise: the next events are handled when it is kept. */
  save(name: string, place: Place): unknown;
}

/** A store in localStorage, sessionStorage or whatever looks like them. */
export function storeIn(storage: Pick<Storage, 'getItem' | 'setItem'>, prefix = 'eventfeed:'): Store {
  return {
    load: (name) => JSON.parse(storage.getItem(prefix + name) ?? 'null'),
    save: (name, saved) => storage.setItem(prefix + name, JSON.stringify(saved)),
  };
}
