-- Adds one partition of event_bus_events if, after another room positions, fewer
-- than two would be untouched; its name, or null if there was nothing to do.
-- Created alone and then attached: neither waits for readers of the parent, nor
-- lets an insert wait behind it. Should another session's DDL be in the way, it
-- fails after a moment and is tried again.
CREATE FUNCTION event_bus_add_partition(room bigint, size bigint) RETURNS text
LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
DECLARE
  needed bigint;
  start  bigint;
  name   text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event_bus_add_partition'));
  SELECT h.last + 1 + room INTO STRICT needed FROM event_bus_head h WHERE h.one;
  IF (SELECT count(*) FROM event_bus_partitions p WHERE p.first > needed) >= 2 THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(max(p.last), h.last) + 1 INTO start
    FROM event_bus_head h LEFT JOIN event_bus_partitions p ON true GROUP BY h.last;
  name := 'event_bus_events_' || start;
  EXECUTE format('CREATE TABLE %I (LIKE event_bus_events INCLUDING ALL)', name);
  EXECUTE format('ALTER TABLE event_bus_events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, start, start + size);
  INSERT INTO event_bus_partitions (first, last, name) VALUES (start, start + size - 1, name);
  RETURN name;
END $$;

-- Writes down which times the partitions hold that have become full.
CREATE FUNCTION event_bus_measure_partitions() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  p event_bus_partitions;
BEGIN
  FOR p IN SELECT q.* FROM event_bus_partitions q, event_bus_head h
            WHERE q.last <= h.last AND q.last > h.floor AND q.newest_stored_at IS NULL ORDER BY q.first
  LOOP
    EXECUTE format(
      'SELECT (SELECT min(timestamp) FROM %1$I), (SELECT max(timestamp) FROM %1$I),
              (SELECT stored_at FROM %1$I ORDER BY id LIMIT 1), (SELECT stored_at FROM %1$I ORDER BY id DESC LIMIT 1)', p.name)
      INTO p.oldest_timestamp, p.newest_timestamp, p.oldest_stored_at, p.newest_stored_at;
    UPDATE event_bus_partitions q
       SET oldest_timestamp = p.oldest_timestamp, newest_timestamp = p.newest_timestamp,
           oldest_stored_at = p.oldest_stored_at, newest_stored_at = p.newest_stored_at
     WHERE q.first = p.first;
  END LOOP;
END $$;
