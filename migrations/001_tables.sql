-- Texts compare byte by byte (COLLATE "C"): nobody reads them sorted by a
-- language's rules, indexes are faster to keep, and a C library that sorts
-- differently after an upgrade cannot break one.

CREATE FUNCTION event_bus_new_epoch() RETURNS text LANGUAGE sql VOLATILE
RETURN substr(md5(gen_random_uuid()::text), 1, 8);

-- The head: one row, whose lock is the writers' lane.
CREATE TABLE event_bus_head (
  one       boolean     PRIMARY KEY DEFAULT true CHECK (one),
  last      bigint      NOT NULL DEFAULT 0,
  floor     bigint      NOT NULL DEFAULT 0,
  stored_at timestamptz NOT NULL DEFAULT '-infinity',
  rejected  bigint      NOT NULL DEFAULT 0,
  epoch     text        NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE  event_bus_head           IS 'One row: where the numbering stands. Its row lock lets one writer at a time append.';
COMMENT ON COLUMN event_bus_head.last      IS 'Position of the newest event; 0 when there is none yet.';
COMMENT ON COLUMN event_bus_head.floor     IS 'Everything above it is stored and counted; nothing at or below it is.';
COMMENT ON COLUMN event_bus_head.stored_at IS 'stored_at of the newest event; the next one is never earlier, even if the clock is.';
COMMENT ON COLUMN event_bus_head.rejected  IS 'How many rows event_bus_rejected has, so that nobody needs to count them.';
COMMENT ON COLUMN event_bus_head.epoch     IS 'Names the numbering; renewed when positions could be given a second time.';
INSERT INTO event_bus_head (epoch) VALUES (event_bus_new_epoch());

CREATE TABLE event_bus_events (
  id             bigint      NOT NULL,
  event_type     text        COLLATE "C" NOT NULL,
  event_id       text        COLLATE "C" NOT NULL,
  timestamp      timestamptz NOT NULL,
  tenant_id      text        COLLATE "C" NOT NULL,
  namespace      text        COLLATE "C",
  source         text        COLLATE "C" NOT NULL,
  correlation_id text        COLLATE "C",
  causation_id   text        COLLATE "C",
  schema_ref     text        COLLATE "C",
  payload        jsonb       NOT NULL,
  topic          text        COLLATE "C" NOT NULL,
  partition      integer     NOT NULL,
  "offset"       bigint      NOT NULL,
  processed_at   timestamptz NOT NULL,
  stored_at      timestamptz NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE  event_bus_events              IS 'Every event, once. Partitioned by ranges of position; see event_bus_partitions.';
COMMENT ON COLUMN event_bus_events.id           IS 'The position: dense, in commit order.';
COMMENT ON COLUMN event_bus_events.timestamp    IS 'When it happened, as the producer says.';
COMMENT ON COLUMN event_bus_events.processed_at IS 'When it was decoded.';
COMMENT ON COLUMN event_bus_events.stored_at    IS 'When it was stored; never earlier than that of a lower position.';
COMMENT ON COLUMN event_bus_events.created_at   IS 'Kept from the original table: the start of the storing transaction.';

CREATE TABLE event_bus_event_ids (
  hash     uuid   PRIMARY KEY,
  position bigint NOT NULL
);
COMMENT ON TABLE  event_bus_event_ids      IS 'Which (tenant_id, event_id) are stored, and where. Makes every event be stored once.';
COMMENT ON COLUMN event_bus_event_ids.hash IS 'As event_bus_hash(tenant_id, event_id) makes it.';

CREATE FUNCTION event_bus_hash(tenant_id text, event_id text) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(substr(sha256(
  int4send(octet_length(tenant_id)) || convert_to(tenant_id, 'UTF8') ||
  int4send(octet_length(event_id)) || convert_to(event_id, 'UTF8')), 1, 16), 'hex')::uuid;
COMMENT ON FUNCTION event_bus_hash IS 'First 16 bytes of SHA-256 over tenant_id and event_id, each behind its length in 4 bytes, big-endian.';

CREATE TABLE event_bus_offsets (
  topic       text        COLLATE "C" NOT NULL,
  partition   integer     NOT NULL,
  next_offset bigint      NOT NULL,
  topic_id    uuid,
  incarnation integer     NOT NULL DEFAULT 0,
  batch       uuid        NOT NULL,
  batch_first bigint      NOT NULL,
  batch_last  bigint      NOT NULL,
  moved_at    timestamptz NOT NULL,
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE  event_bus_offsets             IS 'Where each Kafka partition is resumed; moved in the transaction that stores its events.';
COMMENT ON COLUMN event_bus_offsets.topic_id    IS 'Kafka''s id of the topic, where its brokers give one: a topic that was made again has another.';
COMMENT ON COLUMN event_bus_offsets.incarnation IS 'How often the topic was noticed to have been deleted and made again.';
COMMENT ON COLUMN event_bus_offsets.batch       IS 'The batch that moved it last: a batch that is tried again, because the answer to its commit was lost, finds itself.';
COMMENT ON COLUMN event_bus_offsets.batch_first IS 'The positions that this batch was given are batch_first … batch_last.';
COMMENT ON COLUMN event_bus_offsets.moved_at    IS 'stored_at of this batch.';

CREATE TABLE event_bus_gaps (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic       text        NOT NULL,
  partition   integer     NOT NULL,
  from_offset bigint      NOT NULL,
  to_offset   bigint      NOT NULL,
  reason      text        NOT NULL,
  noticed_at  timestamptz NOT NULL,
  stored_at   timestamptz NOT NULL
);
COMMENT ON TABLE event_bus_gaps IS 'Source gaps: offsets that Kafka no longer had when they were to be read.';

CREATE TABLE event_bus_partitions (
  first            bigint      PRIMARY KEY,
  last             bigint      NOT NULL,
  name             text        NOT NULL UNIQUE,
  oldest_timestamp timestamptz,
  newest_timestamp timestamptz,
  oldest_stored_at timestamptz,
  newest_stored_at timestamptz,
  swept            bigint      NOT NULL DEFAULT 0
);
COMMENT ON TABLE  event_bus_partitions                  IS 'The partitions of event_bus_events, by the first and last position that each holds.';
COMMENT ON COLUMN event_bus_partitions.oldest_timestamp IS 'Known, as the three after it, once the partition is full; turns a range of time into one of positions.';
COMMENT ON COLUMN event_bus_partitions.swept            IS 'Retention has deleted what belonged to the positions up to here.';

CREATE TABLE event_bus_rejected (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic       text        COLLATE "C" NOT NULL,
  partition   integer     NOT NULL,
  "offset"    bigint      NOT NULL,
  incarnation integer     NOT NULL DEFAULT 0,
  reason      text        COLLATE "C" NOT NULL,
  detail      text        NOT NULL,
  record_time timestamptz NOT NULL,
  rejected_at timestamptz NOT NULL,
  size        bigint      NOT NULL,
  key         bytea,
  headers     jsonb       NOT NULL,
  value       bytea,
  UNIQUE (topic, partition, incarnation, "offset")
);
COMMENT ON TABLE  event_bus_rejected         IS 'Kafka records that could not become events, with their bytes and the reason.';
COMMENT ON COLUMN event_bus_rejected.headers IS 'A list of [key, value in base64].';
COMMENT ON COLUMN event_bus_rejected.size    IS 'Bytes of key and value.';
