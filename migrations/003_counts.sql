-- How many events there are, without counting them. Appends add, retention takes
-- away, each in the transaction that changes the events, so these are exact as of
-- any moment.
CREATE TABLE event_bus_minutes (
  bucket     timestamptz NOT NULL,
  tenant_id  text        COLLATE "C" NOT NULL,
  event_type text        COLLATE "C" NOT NULL,
  count      bigint      NOT NULL,
  PRIMARY KEY (bucket, tenant_id, event_type)
) WITH (fillfactor = 70);
COMMENT ON TABLE event_bus_minutes IS 'Stored events a minute of timestamp, tenant and type: exact, since appends add and retention takes away.';

CREATE TABLE event_bus_hours (LIKE event_bus_minutes INCLUDING ALL);
COMMENT ON TABLE event_bus_hours IS 'As event_bus_minutes, an hour a bucket.';

CREATE TABLE event_bus_outcomes (
  bucket    timestamptz NOT NULL,
  tenant_id text        COLLATE "C" NOT NULL,
  total     bigint      NOT NULL,
  success   bigint      NOT NULL,
  failure   bigint      NOT NULL,
  open      bigint      NOT NULL,
  PRIMARY KEY (bucket, tenant_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE  event_bus_outcomes       IS 'As event_bus_minutes, by outcome instead of type: a chart of a day reads a hundredth of the rows.';
COMMENT ON COLUMN event_bus_outcomes.total IS 'All events, those without an outcome too.';

-- The types and the tenants that there are, each with its last minute; the count
-- of one type over a range.
CREATE INDEX event_bus_minutes_type ON event_bus_minutes (event_type, tenant_id, bucket);

-- The tenants that there are, and a tenant's types, by steps from one to the next.
CREATE INDEX event_bus_hours_tenant ON event_bus_hours (tenant_id, event_type, bucket);

CREATE FUNCTION event_bus_minute(t timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN date_bin('1 minute', t, '0001-01-01 00:00:00+00 BC');
COMMENT ON FUNCTION event_bus_minute IS 'The bucket of event_bus_minutes that t is counted in: the whole minute of UTC.';

CREATE FUNCTION event_bus_hour(t timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN date_bin('1 hour', t, '0001-01-01 00:00:00+00 BC');
COMMENT ON FUNCTION event_bus_hour IS 'The bucket of event_bus_hours that t is counted in: the whole hour of UTC.';

CREATE FUNCTION event_bus_outcome(event_type text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE substring(event_type COLLATE "C" from '(?:^|[.-])([^.-]*?)(?:\.v[0-9]+)?$')
  WHEN 'failed' THEN 'failure' WHEN 'error' THEN 'failure' WHEN 'lost' THEN 'failure' WHEN 'denied' THEN 'failure'
  WHEN 'completed' THEN 'success' WHEN 'stamped' THEN 'success' WHEN 'registered' THEN 'success'
  WHEN 'restored' THEN 'success' WHEN 'passed' THEN 'success'
  WHEN 'requested' THEN 'open' WHEN 'started' THEN 'open' END;
COMMENT ON FUNCTION event_bus_outcome IS 'success, failure or open, as the last word of the type before its version says; null where it does not.';

-- Adds to the counts, or takes away where sign is -1. The groups are those of
-- event_bus_minutes, none twice. Call it with the head locked, so that no two
-- callers lock these rows in different orders.
CREATE FUNCTION event_bus_count(sign int, minutes timestamptz[], tenants text[], types text[], counts bigint[]) RETURNS void
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
    DELETE FROM event_bus_outcomes o USING unnest(minutes, tenants) g (minute, tenant)
     WHERE o.bucket = g.minute AND o.tenant_id = g.tenant AND o.total = 0;
  END IF;
END $$;
