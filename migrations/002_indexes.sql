-- Every index costs each append; each says which query would be lost without it.
-- All but the last end in id, so that a page ordered by (timestamp, id) continues
-- from its key inside the index.

-- A page of all events in order of time, and the oldest and newest time of a partition.
CREATE INDEX event_bus_events_time ON event_bus_events (timestamp, id);

-- A page of one tenant in order of time.
CREATE INDEX event_bus_events_tenant_time ON event_bus_events (tenant_id, timestamp, id);

-- A page of one type, of all tenants or of one, in order of time. Covers what an
-- index on event_type alone would.
CREATE INDEX event_bus_events_type_tenant_time ON event_bus_events (event_type, tenant_id, timestamp);

-- A trace: the events of one correlation, all tenants' that the reader may see.
CREATE INDEX event_bus_events_correlation ON event_bus_events (correlation_id)
  WHERE correlation_id IS NOT NULL;

-- A page of one namespace, of all tenants, in order of time, where the namespace is a rare one.
CREATE INDEX event_bus_events_namespace_time ON event_bus_events (namespace, timestamp)
  WHERE namespace IS NOT NULL;

-- Left out:
--  (event_type), (tenant_id): covered by the first columns above.
--  (event_id): event_bus_event_ids leads from (tenant, event id) to the position.
--  (stored_at): grows with the position, so its place is found by bisection.
--  (topic, partition, offset): nobody asks for one; event_bus_offsets knows where to resume.
--  (source), (payload): matched while an index above is read, within the time budget.
