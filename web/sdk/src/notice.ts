import type { Filter, Preview } from './event.js';
import type { Place } from './place.js';

/** What a subscription is told beside its events, and in order with them. */
export type Notice =
  /** The server serves it, on this conn; filter is what it enforces. */
  | { type: 'subscribed'; filter: Filter; position: number; head: number }
  /** It is live; so many events came since it was subscribed or lagging. */
  | { type: 'caught_up'; position: number; events: number }
  /** Nothing that matches lies up to here but what has come. */
  | { type: 'progress'; position: number }
  /** The server found us too slow to stay live: the rest comes from history, then caught_up. */
  | { type: 'lagging'; position: number; head: number }
  /** What lies behind `from` and up to position cannot be had: retention has taken it, or the epoch is another one. */
  | { type: 'reset'; reason: string; position: number; from: Place | null }
  /** Not stored yet, so nothing to rely on: they come again as events. Left out while the handler is behind. */
  | { type: 'preview'; events: Preview[] }
  /** Frames between these two positions were missing; they are asked for again. */
  | { type: 'gap'; have: number; prev: number }
  /** The handler is slow: nothing more is read until it has handled what was. */
  | { type: 'held'; position: number };
