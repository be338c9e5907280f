-- Where the events are, in one statement: a page of history asked three times,
-- for the partitions, for the times of the one that is not full, and for how
-- dense the events are in it.
ALTER TABLE event_bus_partitions ADD COLUMN seconds_per_event double precision;
COMMENT ON COLUMN event_bus_partitions.seconds_per_event IS 'From one timestamp to the next on average, between the events at a quarter and at three quarters of the partition: the oldest and the newest may be far too early or late.';

CREATE OR REPLACE FUNCTION event_bus_measure_partitions() RETURNS void
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
           oldest_stored_at = p.oldest_stored_at, newest_stored_at = p.newest_stored_at,
           seconds_per_event = event_bus_seconds_per_event(p.name, greatest(p.first, p.swept + 1), p.last)
     WHERE q.first = p.first;
  END LOOP;
END $$;

-- As the column of that name says, of the events first … last of a partition; null
-- if one of the two that it goes by is not there.
CREATE FUNCTION event_bus_seconds_per_event(name text, first bigint, last bigint) RETURNS double precision
LANGUAGE plpgsql STABLE AS $$
DECLARE
  quarter bigint := (last - first) / 4;
  seconds double precision;
BEGIN
  IF quarter > 0 THEN
    EXECUTE format('SELECT extract(epoch FROM (SELECT timestamp FROM %1$I WHERE id = $2) - (SELECT timestamp FROM %1$I WHERE id = $1))', name)
      INTO seconds USING first + quarter, last - quarter;
  END IF;
  RETURN abs(seconds) / (last - first - 2 * quarter);
END $$;

-- The head, the floor and the partitions between them, each cut to what is stored
-- and above the floor: starts <= id < ends. A partition that is not full has its
-- times and its density only if they are asked for. One row without a partition if
-- nothing is stored.
CREATE FUNCTION event_bus_layout(measured boolean)
RETURNS TABLE (last bigint, floor bigint, starts bigint, ends bigint, oldest timestamptz, newest timestamptz, seconds_per_event double precision)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  name text;
BEGIN
  FOR last, floor, name, starts, ends, oldest, newest, seconds_per_event IN
    SELECT h.last, h.floor, p.name, greatest(p.first, h.floor + 1), least(p.last, h.last) + 1, p.oldest_timestamp, p.newest_timestamp, p.seconds_per_event
      FROM event_bus_head h LEFT JOIN event_bus_partitions p ON p.first <= h.last AND p.last > h.floor
     ORDER BY p.first
  LOOP
    IF measured AND name IS NOT NULL AND newest IS NULL THEN
      EXECUTE format('SELECT min(timestamp), max(timestamp) FROM %I WHERE id >= $1 AND id < $2', name) INTO oldest, newest USING starts, ends;
      seconds_per_event := event_bus_seconds_per_event(name, starts, ends - 1);
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

UPDATE event_bus_partitions SET newest_stored_at = NULL;
SELECT event_bus_measure_partitions();
