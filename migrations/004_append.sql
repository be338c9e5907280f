-- One batch, stored whole or not at all. A procedure, because it commits inside
-- the server: the head's lock never waits for a client that has stopped, not
-- even for the last byte of its request. Everything happens behind that lock, so
-- appends cannot deadlock. Rows come as one array a column; of the hashes no two
-- are equal. Positions come back in the order of the events, null for those that
-- were stored before.
CREATE PROCEDURE event_bus_append(
  batch uuid,
  span_topic text[], span_partition int[], span_from bigint[], span_next bigint[], span_topic_id uuid[], span_recreated int[],
  hash uuid[], event_type text[], event_id text[], event_time timestamptz[], tenant text[], namespace text[],
  source text[], correlation text[], causation text[], schema_ref text[], payload text[],
  topic text[], partition int[], event_offset bigint[], processed timestamptz[],
  rejected_topic text[], rejected_partition int[], rejected_offset bigint[], rejected_incarnation int[],
  rejected_reason text[], rejected_detail text[], rejected_time timestamptz[],
  rejected_key bytea[], rejected_headers text[], rejected_value bytea[],
  gap_topic text[], gap_partition int[], gap_from bigint[], gap_to bigint[], gap_reason text[], gap_noticed timestamptz[],
  INOUT positions bigint[] DEFAULT NULL, INOUT stored timestamptz DEFAULT NULL)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  head     event_bus_head;
  again    boolean;
  fenced   boolean;
  fresh    bigint;
  refused  bigint := 0;
  earlier  event_bus_offsets;
BEGIN
  -- Plans are made once a session, perhaps while a table is empty: they must be
  -- look-ups by index for ever, and 2,000 rows must not spill to disk.
  SET LOCAL plan_cache_mode = force_generic_plan;
  SET LOCAL enable_seqscan = off;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off;
  SET LOCAL jit = off;
  SET LOCAL work_mem = '64MB';

  SELECT * INTO STRICT head FROM event_bus_head WHERE one FOR UPDATE;
  stored := greatest(clock_timestamp(), head.stored_at);

  SELECT coalesce(bool_and(o.batch IS NOT DISTINCT FROM event_bus_append.batch), false), coalesce(bool_or(o.next_offset <> s.from_offset), false)
    INTO again, fenced
    FROM unnest(span_topic, span_partition, span_from) s (topic, partition, from_offset)
    LEFT JOIN event_bus_offsets o ON o.topic = s.topic AND o.partition = s.partition;

  -- Offsets that bear this very batch: it was committed before and only the
  -- answer was lost, so the same answer is given again.
  IF again THEN
    SELECT * INTO STRICT earlier FROM event_bus_offsets o WHERE o.topic = span_topic[1] AND o.partition = span_partition[1];
    stored := earlier.moved_at;
    SELECT array_agg(CASE WHEN i.position BETWEEN earlier.batch_first AND earlier.batch_last THEN i.position END ORDER BY u.n) INTO positions
      FROM unnest(event_bus_append.hash) WITH ORDINALITY u (hash, n) LEFT JOIN event_bus_event_ids i ON i.hash = u.hash;
    COMMIT;
    RETURN;
  END IF;
  IF fenced THEN
    RAISE SQLSTATE 'EF001' USING MESSAGE = 'a partition is not at the offset where the batch begins';
  END IF;

  SELECT array_agg(CASE WHEN NOT looked_up.known THEN head.last + looked_up.rank END ORDER BY looked_up.n), count(*) FILTER (WHERE NOT looked_up.known)
    INTO positions, fresh
    FROM (SELECT u.n, i.hash IS NOT NULL AS known, count(*) FILTER (WHERE i.hash IS NULL) OVER (ORDER BY u.n ROWS UNBOUNDED PRECEDING) AS rank
            FROM unnest(event_bus_append.hash) WITH ORDINALITY u (hash, n)
            LEFT JOIN event_bus_event_ids i ON i.hash = u.hash) looked_up;

  INSERT INTO event_bus_event_ids (hash, position)
  SELECT u.hash, u.position FROM unnest(event_bus_append.hash, positions) u (hash, position) WHERE u.position IS NOT NULL;

  INSERT INTO event_bus_events (id, event_type, event_id, timestamp, tenant_id, namespace, source, correlation_id,
    causation_id, schema_ref, payload, topic, partition, "offset", processed_at, stored_at)
  SELECT u.id, u.event_type, u.event_id, u.event_time, u.tenant, nullif(u.namespace, ''), u.source, nullif(u.correlation, ''),
         nullif(u.causation, ''), nullif(u.schema_ref, ''), u.payload::jsonb, u.topic, u.partition, u.event_offset, u.processed, stored
    FROM unnest(positions, event_bus_append.event_type, event_bus_append.event_id, event_time, tenant, namespace, source,
                correlation, causation, event_bus_append.schema_ref, event_bus_append.payload, event_bus_append.topic,
                event_bus_append.partition, event_offset, processed)
      u (id, event_type, event_id, event_time, tenant, namespace, source,
         correlation, causation, schema_ref, payload, topic, partition, event_offset, processed)
   WHERE u.id IS NOT NULL;

  PERFORM event_bus_count(1, array_agg(g.minute), array_agg(g.tenant), array_agg(g.event_type), array_agg(g.n))
     FROM (SELECT event_bus_minute(u.event_time) AS minute, u.tenant, u.event_type, count(*) AS n
             FROM unnest(positions, event_time, tenant, event_bus_append.event_type) u (id, event_time, tenant, event_type)
            WHERE u.id IS NOT NULL GROUP BY 1, 2, 3) g
   HAVING count(*) > 0;

  IF cardinality(rejected_topic) > 0 THEN
    INSERT INTO event_bus_rejected (topic, partition, "offset", incarnation, reason, detail, record_time, rejected_at, size, key, headers, value)
    SELECT r.topic, r.partition, r.record_offset, r.incarnation, r.reason, r.detail, r.record_time, stored,
           coalesce(octet_length(r.key), 0) + coalesce(octet_length(r.value), 0), r.key, r.headers::jsonb, r.value
      FROM unnest(rejected_topic, rejected_partition, rejected_offset, rejected_incarnation, rejected_reason, rejected_detail,
                  rejected_time, rejected_key, rejected_headers, rejected_value)
        r (topic, partition, record_offset, incarnation, reason, detail, record_time, key, headers, value)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS refused = ROW_COUNT;
  END IF;

  IF cardinality(gap_topic) > 0 THEN
    INSERT INTO event_bus_gaps (topic, partition, from_offset, to_offset, reason, noticed_at, stored_at)
    SELECT g.*, stored FROM unnest(gap_topic, gap_partition, gap_from, gap_to, gap_reason, gap_noticed) g;
  END IF;

  INSERT INTO event_bus_offsets AS o (topic, partition, next_offset, topic_id, incarnation, batch, batch_first, batch_last, moved_at)
  SELECT s.topic, s.partition, s.next_offset, nullif(s.topic_id, '00000000-0000-0000-0000-000000000000'), s.recreated,
         event_bus_append.batch, head.last + 1, head.last + fresh, stored
    FROM unnest(span_topic, span_partition, span_next, span_topic_id, span_recreated) s (topic, partition, next_offset, topic_id, recreated)
      ON CONFLICT (topic, partition) DO UPDATE
     SET next_offset = EXCLUDED.next_offset, topic_id = coalesce(EXCLUDED.topic_id, o.topic_id), incarnation = o.incarnation + EXCLUDED.incarnation,
         batch = EXCLUDED.batch, batch_first = EXCLUDED.batch_first, batch_last = EXCLUDED.batch_last, moved_at = EXCLUDED.moved_at;

  UPDATE event_bus_head h SET last = h.last + fresh, stored_at = stored, rejected = h.rejected + refused WHERE h.one;
  COMMIT;
END $$;
