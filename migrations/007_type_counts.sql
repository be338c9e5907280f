-- Counts by type of all tenants together: for who sees every tenant a day of
-- event_bus_hours and the minutes at its ends are a row for each tenant and type,
-- too many to add up while somebody waits.
--
-- Nothing is appended between the copy and the new event_bus_count.
SELECT FROM event_bus_head WHERE one FOR UPDATE;

CREATE TABLE event_bus_type_minutes (
  bucket     timestamptz NOT NULL,
  event_type text        COLLATE "C" NOT NULL,
  count      bigint      NOT NULL,
  PRIMARY KEY (bucket, event_type)
) WITH (fillfactor = 70);
COMMENT ON TABLE event_bus_type_minutes IS 'As event_bus_minutes, of all tenants together.';

CREATE TABLE event_bus_type_hours (LIKE event_bus_type_minutes INCLUDING ALL);
COMMENT ON TABLE event_bus_type_hours IS 'As event_bus_hours, of all tenants together.';

INSERT INTO event_bus_type_minutes SELECT bucket, event_type, sum(count) FROM event_bus_minutes GROUP BY 1, 2 ORDER BY 1, 2;
INSERT INTO event_bus_type_hours SELECT bucket, event_type, sum(count) FROM event_bus_hours GROUP BY 1, 2 ORDER BY 1, 2;

-- A chart of a few types.
CREATE INDEX event_bus_type_minutes_type ON event_bus_type_minutes (event_type, bucket);

CREATE OR REPLACE FUNCTION event_bus_count(sign int, minutes timestamptz[], tenants text[], types text[], counts bigint[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
  INSERT INTO event_bus_minutes AS m (bucket, tenant_id, event_type, count)
  SELECT g.minute, g.tenant, g.type, sign * g.n FROM unnest(minutes, tenants, types, counts) g (minute, tenant, type, n)
      ON CONFLICT (bucket, tenant_id, event_type) DO UPDATE SET count = m.count + EXCLUDED.count;

  INSERT INTO event_bus_hours AS h (bucket, tenant_id, event_type, count)
  SELECT event_bus_hour(g.minute), g.tenant, g.type, sign * sum(g.n)
    FROM unnest(minutes, tenants, types, counts) g (minute, tenant, type, n) GROUP BY 1, 2, 3
      ON CONFLICT (bucket, tenant_id, event_type) DO UPDATE SET count = h.count + EXCLUDED.count;

  INSERT INTO event_bus_type_minutes AS m (bucket, event_type, count)
  SELECT g.minute, g.type, sign * sum(g.n) FROM unnest(minutes, types, counts) g (minute, type, n) GROUP BY 1, 2
      ON CONFLICT (bucket, event_type) DO UPDATE SET count = m.count + EXCLUDED.count;

  INSERT INTO event_bus_type_hours AS h (bucket, event_type, count)
  SELECT event_bus_hour(g.minute), g.type, sign * sum(g.n) FROM unnest(minutes, types, counts) g (minute, type, n) GROUP BY 1, 2
      ON CONFLICT (bucket, event_type) DO UPDATE SET count = h.count + EXCLUDED.count;

  INSERT INTO event_bus_outcomes AS o (bucket, tenant_id, total, success, failure, open)
  SELECT g.minute, g.tenant, sign * sum(g.n), sign * coalesce(sum(g.n) FILTER (WHERE g.outcome = 'success'), 0),
         sign * coalesce(sum(g.n) FILTER (WHERE g.outcome = 'failure'), 0), sign * coalesce(sum(g.n) FILTER (WHERE g.outcome = 'open'), 0)
    FROM (SELECT u.minute, u.tenant, event_bus_outcome(u.type) AS outcome, u.n
            FROM unnest(minutes, tenants, types, counts) u (minute, tenant, type, n)) g GROUP BY 1, 2
      ON CONFLICT (bucket, tenant_id) DO UPDATE
     SET total = o.total + EXCLUDED.total, success = o.success + EXCLUDED.success, failure = o.failure + EXCLUDED.failure, open = o.open + EXCLUDED.open;

  IF sign < 0 THEN
    DELETE FROM event_bus_minutes m USING unnest(minutes, tenants, types) g (minute, tenant, type)
     WHERE m.bucket = g.minute AND m.tenant_id = g.tenant AND m.event_type = g.type AND m.count = 0;
    DELETE FROM event_bus_hours h USING unnest(minutes, tenants, types) g (minute, tenant, type)
     WHERE h.bucket = event_bus_hour(g.minute) AND h.tenant_id = g.tenant AND h.event_type = g.type AND h.count = 0;
    DELETE FROM event_bus_type_minutes m USING unnest(minutes, types) g (minute, type)
     WHERE m.bucket = g.minute AND m.event_type = g.type AND m.count = 0;
    DELETE FROM event_bus_type_hours h USING unnest(minutes, types) g (minute, type)
     WHERE h.bucket = event_bus_hour(g.minute) AND h.event_type = g.type AND h.count = 0;
    DELETE FROM event_bus_outcomes o USING unnest(minutes, tenants) g (minute, tenant)
     WHERE o.bucket = g.minute AND o.tenant_id = g.tenant AND o.total = 0;
  END IF;
END $$;
