-- Retention in three steps, each a short statement that any replica may run at
-- any time: the floor rises and the counts sink with it, in one transaction; what
-- lies below the floor is deleted; a partition that is wholly below it is dropped.

-- Raises the floor to target, which must not be above the last position, and takes
-- the events that go below it off the counts. The counting happens before the
-- head is locked: nothing at these positions changes any more.
CREATE FUNCTION event_bus_raise_floor(target bigint) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  start   bigint;
  minutes timestamptz[];
  tenants text[];
  types   text[];
  counts  bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event_bus_raise_floor'));
  SELECT h.floor INTO STRICT start FROM event_bus_head h WHERE h.one;
  IF target <= start THEN
    RETURN;
  END IF;
  SELECT array_agg(g.minute), array_agg(g.tenant_id), array_agg(g.event_type), array_agg(g.count)
    INTO minutes, tenants, types, counts
    FROM (SELECT event_bus_minute(e.timestamp) AS minute, e.tenant_id, e.event_type, count(*) AS count
            FROM event_bus_events e WHERE e.id > start AND e.id <= target GROUP BY 1, 2, 3) g;

  UPDATE event_bus_head h SET floor = target WHERE h.one;

  PERFORM event_bus_count(-1, minutes, tenants, types, counts);
END $$;

-- Deletes what belongs to up to step positions below the floor: their hashes, and
-- their rows unless the whole partition is about to be dropped. How many positions
-- it has done; 0 when there is nothing left.
CREATE FUNCTION event_bus_sweep(step bigint) RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
  p       event_bus_partitions;
  floor   bigint;
  start   bigint;
  through bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event_bus_sweep'));
  SELECT h.floor INTO STRICT floor FROM event_bus_head h WHERE h.one;
  SELECT q.* INTO p FROM event_bus_partitions q
   WHERE q.first <= floor AND q.swept < least(q.last, floor) ORDER BY q.first LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  start := greatest(p.swept, p.first - 1);
  through := least(start + step, p.last, floor);
  DELETE FROM event_bus_event_ids i
   USING (SELECT event_bus_hash(e.tenant_id, e.event_id) AS hash FROM event_bus_events e WHERE e.id > start AND e.id <= through) gone
   WHERE i.hash = gone.hash AND i.position <= through;
  IF p.last > floor THEN
    DELETE FROM event_bus_events e WHERE e.id > start AND e.id <= through;
  END IF;
  UPDATE event_bus_partitions q SET swept = through WHERE q.first = p.first;
  RETURN through - start;
END $$;

-- Drops one partition that has been swept whole; its name, or null if there is
-- none. It needs the parent for a moment that nobody reads; while it waits for that,
-- everybody waits behind it, so it soon gives up and is tried again later.
CREATE FUNCTION event_bus_drop_partition() RETURNS text
LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
DECLARE
  p event_bus_partitions;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event_bus_drop_partition'));
  SELECT q.* INTO p FROM event_bus_partitions q WHERE q.swept >= q.last ORDER BY q.first LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  EXECUTE format('DROP TABLE %I', p.name);
  DELETE FROM event_bus_partitions q WHERE q.first = p.first;
  RETURN p.name;
END $$;

-- Deletes up to step rejected events and source gaps that were stored before a
-- time; how many. The oldest have the lowest ids, since both are given behind the
-- head's lock.
CREATE FUNCTION event_bus_expire_rejected(before timestamptz, step bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
  gaps bigint;
BEGIN
  PERFORM FROM event_bus_head h WHERE h.one FOR UPDATE;
  DELETE FROM event_bus_rejected r
   WHERE r.rejected_at < before AND r.id IN (SELECT o.id FROM event_bus_rejected o ORDER BY o.id LIMIT step);
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE event_bus_head h SET rejected = h.rejected - gone WHERE h.one AND gone > 0;
  DELETE FROM event_bus_gaps g
   WHERE g.stored_at < before AND g.id IN (SELECT o.id FROM event_bus_gaps o ORDER BY o.id LIMIT step);
  GET DIAGNOSTICS gaps = ROW_COUNT;
  RETURN gone + gaps;
END $$;
