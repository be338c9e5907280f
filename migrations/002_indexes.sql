-- Every index costs each append; each says which query would be lost without it.
-- The timestamp and the id behind the first column let a page that is ordered by
-- time begin and continue inside the index, also where a million events share a
-- timestamp.

-- A page of all events in order of time; the oldest and newest time of a partition.
CREATE INDEX event_bus_events_time ON event_bus_events (timestamp, id);

-- A page of one tenant in order of time: every client whose token names one.
CREATE INDEX event_bus_events_tenant_time ON event_bus_events (tenant_id, timestamp, id);

-- A page of one type, or of those that begin alike, in order of time.
CREATE INDEX event_bus_events_type_time ON event_bus_events (event_type, timestamp, id);

-- A trace: the events of one correlation, oldest first.
CREATE INDEX event_bus_events_correlation_time ON event_bus_events (correlation_id, timestamp, id)
  WHERE correlation_id IS NOT NULL;

-- A page of one namespace in order of time, where the namespace is a rare one.
CREATE INDEX event_bus_events_namespace_time ON event_bus_events (namespace, timestamp, id)
  WHERE namespace IS NOT NULL;

-- Left out of event_bus_events:
--  (event_type), (tenant_id), (correlation_id), (namespace), (timestamp): the first
--    columns of those above.
--  (event_type, tenant_id, timestamp): the index of the type or of the tenant,
--    whichever is rarer, with a filter on the other; counts of both come from
--    event_bus_minutes.
--  (event_id): event_bus_event_ids leads from tenant and event id to the position.
--  (stored_at): never falls as the position grows, so its place is found by bisection.
--  (topic, partition, offset): nobody asks for one; event_bus_offsets says where to resume.
--  (source), (payload): matched while an index above is read, within the time budget.

-- The newest rejected events of one reason, and of one topic.
CREATE INDEX event_bus_rejected_reason ON event_bus_rejected (reason, id);
CREATE INDEX event_bus_rejected_topic ON event_bus_rejected (topic, id);
