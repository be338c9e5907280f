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
  /** As the type's last word says; null where it does not. */
  outcome: string | null;
  count: number;
  first_seen: string;
  last_seen: string;
}

export interface Percentiles {
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
}

/** What a sample of events says of how long they took. */
export interface Measured {
  /** That were measured; without any the delays mean nothing. */
  events: number;
  /** From decoded to stored. */
  storing: Percentiles;
  /** From its timestamp, which the producer gives, to stored. */
  total: Percentiles;
}

export interface Delays {
  start: string;
  end: string;
  width_ms: number;
  all: Measured;
  /** Those without an event that was measured are left out. */
  buckets: ({ start: string } & Measured)[];
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
    /** 0 keeps everything. */
    retention_seconds: number | null;
    /** Of the replica that answers, in the last minute. */
    appends: {
      appends: number;
      events: number;
      mean_ms: number;
      slowest_ms: number;
      last_at: string | null;
    } | null;
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
  /** As far as the record says it, else `unknown`. */
  producer: string;
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

export interface RejectedGroups {
  groups: {
    reason: string;
    topic: string;
    producer: string;
    count: number;
    bytes: number;
    first_at: string;
    last_at: string;
    newest_id: number;
  }[];
  /** False: only the newest are grouped, and there are older ones. */
  complete: boolean;
}

/** A replica as Kafka knows it. */
export interface Replica {
  /** Empty if it is none of eventfeed's. */
  replica: string;
  member: string;
  host: string;
  reads: { topic: string; partitions: number[] }[];
}

export interface Configuration {
  replica: string;
  started_at: string;
  build: { version: string; revision: string; go: string; platform: string };
  /** Secrets are redacted. */
  settings: { name: string; value: string; source: string }[];
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
  event_types: list(object({ event_type: text, outcome: maybe(text), count: num, first_seen: text, last_seen: text })),
});

const percentiles = object<Percentiles>({ p50_ms: num, p95_ms: num, p99_ms: num });

const measured = { events: num, storing: percentiles, total: percentiles };

export const delays: Decode<Delays> = object<Delays>({
  start: text,
  end: text,
  width_ms: num,
  all: object(measured),
  buckets: list(object({ start: text, ...measured })),
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
    retention_seconds: maybe(num),
    appends: maybe(object({ appends: num, events: num, mean_ms: num, slowest_ms: num, last_at: maybe(text) })),
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
  producer: or(text, 'unknown'),
  record_time: maybe(text),
  rejected_at: text,
  size: num,
  key: maybe(text),
  key_base64: maybe(text),
  headers: or(list(object({ key: text, value: maybe(text), value_base64: maybe(text) })), []),
  value_base64: maybe(text),
});

export const rejectedPage: Decode<RejectedPage> = object<RejectedPage>({ rejected: list(rejectedEvent), ...page });

export const rejectedGroups: Decode<RejectedGroups> = object<RejectedGroups>({
  groups: list(
    object({
      reason: text,
      topic: text,
      producer: text,
      count: num,
      bytes: num,
      first_at: text,
      last_at: text,
      newest_id: num,
    }),
  ),
  complete: bool,
});

export const replicas: Decode<{ replicas: Replica[] }> = object<{ replicas: Replica[] }>({
  replicas: list(
    object<Replica>({
      replica: text,
      member: text,
      host: text,
      reads: list(object({ topic: text, partitions: list(num) })),
    }),
  ),
});

export const configuration: Decode<Configuration> = object<Configuration>({
  replica: text,
  started_at: text,
  build: object({ version: text, revision: text, go: text, platform: text }),
  settings: list(object({ name: text, value: text, source: text })),
});

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
