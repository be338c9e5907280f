import { anything, type Decode, list, maybe, members, num, object, record, text } from './decode.js';

/** How the type's last word says that it went; null where it says nothing. */
export type Outcome = 'success' | 'failure' | 'open';

/** One fact taken from Kafka, the same from the stream and from REST. Times are RFC 3339, in UTC, to the microsecond. */
export interface Event {
  /** Its place in the one global order; dense from 1. */
  position: number;
  event_id: string;
  event_type: string;
  timestamp: string;
  tenant_id: string;
  namespace: string | null;
  source: string;
  correlation_id: string | null;
  causation_id: string | null;
  schema_ref: string | null;
  outcome: string | null;
  /** As the client's parse gave it. */
  payload: unknown;
  topic: string;
  partition: number;
  /** Kafka's, which may be larger than a number can say. */
  offset: string;
  processed_at: string;
  stored_at: string;
}

/** An event that could not be stored yet: without a position. It is known again by topic, partition and offset. */
export type Preview = Omit<Event, 'position' | 'processed_at' | 'stored_at'> & { processed_at: string | null };

/** OR inside a list, AND between them; what is missing or empty does not restrict. */
export interface Filter {
  /** Exact, or with * for any run of characters, dots too. */
  event_types?: readonly string[];
  tenant_ids?: readonly string[];
  namespaces?: readonly string[];
  sources?: readonly string[];
  correlation_ids?: readonly string[];
  /** Exact, or with *. */
  topics?: readonly string[];
  outcomes?: readonly Outcome[];
  /** An AIP-160 expression over envelope and payload. */
  where?: string;
}

const unstored = {
  event_id: text,
  event_type: text,
  timestamp: text,
  tenant_id: text,
  namespace: maybe(text),
  source: text,
  correlation_id: maybe(text),
  causation_id: maybe(text),
  schema_ref: maybe(text),
  outcome: maybe(text),
  payload: anything,
  topic: text,
  partition: num,
  offset: text,
};

export const preview: Decode<Preview> = object<Preview>({ ...unstored, processed_at: maybe(text) });

export const event: Decode<Event> = object<Event>({
  position: num,
  ...unstored,
  processed_at: text,
  stored_at: text,
});

export const events: Decode<Event[]> = list(event);

/** Only what restricts is there, as the server writes it. */
export const filter: Decode<Filter> = (value) =>
  Object.fromEntries(
    Object.entries(record((v) => (typeof v === 'string' ? v : list(text)(v)))(members(value))).filter(
      ([, v]) => v.length > 0,
    ),
  );
