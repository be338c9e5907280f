import { anything, bool, type Decode, list, maybe, members, num, object, or, record, text } from './decode.js';
import { type Event, events, type Filter, filter } from './event.js';

export interface EventsPage {
  events: Event[];
  /** Of this page. */
  count: number;
  next_cursor: string | null;
  has_more: boolean;
  /** The parameters as the server understood them. */
  options: Record<string, unknown>;
}

/** Oldest first. */
export interface Trace {
  events: Event[];
  has_more: boolean;
}

export interface Statistics {
  total_events: number;
  events_by_type: Record<string, number>;
  events_by_tenant: Record<string, number>;
  events_per_minute: number;
  oldest_event: string | null;
  newest_event: string | null;
  start: string;
  end: string;
  buckets: { start: string; count: number; failures: number }[];
}

/** What was counted of a range. */
interface Counted {
  start: string | null;
  end: string | null;
  /** False: time was up before everything was counted, or there is more than can be. */
  complete: boolean;
  /** Where time was up: what has an earlier timestamp was not looked at. */
  counted_from: string | null;
}

export interface Histogram extends Counted {
  buckets: { start: string; success: number; failure: number; open: number; other: number }[];
  width_ms: number;
}

export interface Facets extends Counted {
  /** By the name of the field in a filter, the most frequent value first. */
  facets: Record<string, { value: string; count: number }[]>;
}

export interface EventType {
  event_type: string;
  count: number;
  first_seen: string;
  last_seen: string;
}

/** How a service behind the server does. */
export interface Part {
  /** ok, away, or none where there is no such service. */
  state: string;
  reason: string | null;
  /** For admins; what the service has to say. */
  detail: unknown;
}

export interface Status {
  active: boolean;
  connected: boolean;
  /** running, degraded or stopped. */
  status: string;
  reasons: string[];
  version: string;
  replica: string | null;
  epoch: string;
  head: number;
  oldest: number;
  kafka: Part;
  store: Part & {
    since: string | null;
    partitions: number | null;
    bytes: number | null;
    rejected: number | null;
    gaps: unknown[];
  };
  relay: Part;
  /** For admins. */
  hub: Record<string, unknown> | null;
}

/** A Kafka message that could not become an event. */
export interface RejectedEvent {
  id: number;
  topic: string;
  partition: number;
  offset: string;
  reason: string;
  detail: string;
  record_time: string | null;
  rejected_at: string;
  size: number;
  /** Null where it is no text, or there is none. */
  key: string | null;
  key_base64: string | null;
  headers: { key: string; value: string | null; value_base64: string | null }[];
  value_base64: string | null;
}

export interface RejectedPage {
  rejected: RejectedEvent[];
  count: number;
  next_cursor: string | null;
  has_more: boolean;
}

/** A conn of the replica that answers. */
export interface ConnectedClient {
  id: string;
  transport: string;
  subject: string;
  tenants: string[];
  admin: boolean;
  remote_address: string;
  user_agent: string;
  since: string;
  frames_sent: number;
  bytes_sent: number;
  subscriptions: {
    id: string;
    feed: number;
    filter: Filter;
    /** starting, catching_up or live. */
    state: string;
    position: number;
    /** How many positions the server is ahead of it. */
    behind: number;
  }[];
}

const page = { count: num, next_cursor: maybe(text), has_more: bool };

export const eventsPage: Decode<EventsPage> = object<EventsPage>({ events, ...page, options: or(members, {}) });

export const eventsOfId: Decode<{ events: Event[] }> = object<{ events: Event[] }>({ events });

export const trace: Decode<Trace> = object<Trace>({ events, has_more: bool });

export const statistics: Decode<Statistics> = object<Statistics>({
  total_events: num,
  events_by_type: record(num),
  events_by_tenant: record(num),
  events_per_minute: num,
  oldest_event: maybe(text),
  newest_event: maybe(text),
  start: text,
  end: text,
  buckets: list(object({ start: text, count: num, failures: num })),
});

const counted = { start: maybe(text), end: maybe(text), complete: or(bool, true), counted_from: maybe(text) };

export const histogram: Decode<Histogram> = object<Histogram>({
  buckets: list(object({ start: text, success: num, failure: num, open: num, other: num })),
  width_ms: num,
  ...counted,
});

export const facets: Decode<Facets> = object<Facets>({
  facets: record(list(object({ value: text, count: num }))),
  ...counted,
});

export const eventTypes: Decode<{ event_types: EventType[] }> = object<{ event_types: EventType[] }>({
  event_types: list(object({ event_type: text, count: num, first_seen: text, last_seen: text })),
});

const part = { state: text, reason: maybe(text), detail: or(anything, null) };

export const status: Decode<Status> = object<Status>({
  active: bool,
  connected: bool,
  status: text,
  reasons: or(list(text), []),
  version: text,
  replica: maybe(text),
  epoch: text,
  head: num,
  oldest: num,
  kafka: object(part),
  store: object({
    ...part,
    since: maybe(text),
    partitions: maybe(num),
    bytes: maybe(num),
    rejected: maybe(num),
    gaps: or(list(anything), []),
  }),
  relay: object(part),
  hub: maybe(members),
});

export const rejectedEvent: Decode<RejectedEvent> = object<RejectedEvent>({
  id: num,
  topic: text,
  partition: num,
  offset: text,
  reason: text,
  detail: or(text, ''),
  record_time: maybe(text),
  rejected_at: text,
  size: num,
  key: maybe(text),
  key_base64: maybe(text),
  headers: or(list(object({ key: text, value: maybe(text), value_base64: maybe(text) })), []),
  value_base64: maybe(text),
});

export const rejectedPage: Decode<RejectedPage> = object<RejectedPage>({ rejected: list(rejectedEvent), ...page });

export const clients: Decode<{ clients: ConnectedClient[] }> = object<{ clients: ConnectedClient[] }>({
  clients: list(
    object<ConnectedClient>({
      id: text,
      transport: text,
      subject: text,
      tenants: or(list(text), []),
      admin: bool,
      remote_address: text,
      user_agent: text,
      since: text,
      frames_sent: num,
      bytes_sent: num,
      subscriptions: list(
        object({ id: text, feed: num, filter: or(filter, {}), state: text, position: num, behind: num }),
      ),
    }),
  ),
});
