import { bool, type Decode, list, maybe, members, num, object, or, text } from './decode.js';
import { type Event, events, type Filter, filter, type Preview, preview } from './event.js';

/** The first frame of a conn: who serves, and what it allows. */
export interface Hello {
  type: 'hello';
  replica: string;
  version: string;
  /** Names the numbering of positions; a position of another epoch means nothing. */
  epoch: string;
  head: number;
  oldest: number;
  /** Whose events may be seen; `*` is everybody's. */
  tenants: string[];
  admin: boolean;
  limits: { subscriptions: number; message_bytes: number; frame_bytes: number };
}

export interface Subscribed {
  type: 'subscribed';
  id: string;
  feed: number;
  /** As the server enforces it. */
  filter: Filter;
  position: number;
  head: number;
}

/** What lies in (prev, position]; catch-up frames name the subscription, live ones the feed. */
export interface EventsFrame {
  type: 'events';
  id: string | null;
  feed: number | null;
  prev: number;
  position: number;
  events: Event[];
}

export interface PreviewFrame {
  type: 'preview';
  feed: number;
  events: Preview[];
}

/** Up to position everything has been told: to all that are caught up (progress), or to one (caught_up). */
export interface Progress {
  type: 'progress';
  position: number;
}

export interface CaughtUp {
  type: 'caught_up';
  id: string;
  position: number;
}

/** The client reads too slowly to stay live: history follows, then caught_up. */
export interface Lagging {
  type: 'lagging';
  id: string;
  position: number;
  head: number;
}

/** What lies before position cannot be had: retention has taken it, or the epoch is another one. */
export interface Reset {
  type: 'reset';
  id: string;
  reason: string;
  position: number;
}

/** How the services behind the server do: `ok`, `away` or `none`. */
export interface StatusFrame {
  type: 'status';
  store: string | null;
  kafka: string | null;
  relay: string | null;
}

export interface TokenExpires {
  type: 'token_expires';
  in_ms: number;
}

export interface Goodbye {
  type: 'goodbye';
  reason: string;
  reconnect_after_ms: number;
}

/** What the client asked was not done; id names the subscription, if it was about one. */
export interface ErrorFrame {
  type: 'error';
  id: string | null;
  code: string;
  message: string;
  at: { line: number; column: number } | null;
}

export type Frame =
  | Hello
  | Subscribed
  | EventsFrame
  | PreviewFrame
  | Progress
  | CaughtUp
  | Lagging
  | Reset
  | StatusFrame
  | TokenExpires
  | Goodbye
  | ErrorFrame
  | { type: 'pong' }
  | { type: 'unsubscribed'; id: string };

const texts = list(text);

const place = { id: text, position: num };

const frames: { [T in Frame['type']]: Decode<Omit<Extract<Frame, { type: T }>, 'type'>> } = {
  hello: object({
    replica: text,
    version: text,
    epoch: text,
    head: num,
    oldest: num,
    tenants: or(texts, []),
    admin: or(bool, false),
    limits: object({ subscriptions: num, message_bytes: num, frame_bytes: num }),
  }),
  subscribed: object({ ...place, feed: num, filter: or(filter, {}), head: num }),
  events: object({ id: maybe(text), feed: maybe(num), prev: num, position: num, events }),
  preview: object({ feed: num, events: list(preview) }),
  progress: object({ position: num }),
  caught_up: object(place),
  lagging: object({ ...place, head: num }),
  reset: object({ ...place, reason: text }),
  status: object({ store: maybe(text), kafka: maybe(text), relay: maybe(text) }),
  token_expires: object({ in_ms: num }),
  goodbye: object({ reason: or(text, ''), reconnect_after_ms: or(num, 0) }),
  error: object({ id: maybe(text), code: text, message: or(text, ''), at: maybe(object({ line: num, column: num })) }),
  pong: object({}),
  unsubscribed: object({ id: text }),
};

/** Null is a frame of a later version, to be ignored. */
export const frame: Decode<Frame | null> = (value) => {
  const type = text(members(value)['type']);
  if (!Object.hasOwn(frames, type)) return null;
  return { type, ...frames[type as Frame['type']](value) } as Frame;
};
