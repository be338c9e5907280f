-- A page of a type of a tenant, which is what somebody who sees one tenant asks
-- for first: the index of the one knows the other, so that of the rows only those
-- are looked at that match, not a hundred times as many all over the table.
--
-- While the indexes are built, some seconds a million events, appends wait. Reads go
-- on; at the end they wait, too, until the longest of those under way is over.
--
-- Retention, in a replica that runs, reads events and then deletes them. It could
-- still read while the indexes are built but not delete, and what comes last would
-- wait for it in turn: so it has to be over before they are begun.
SELECT pg_advisory_xact_lock(hashtext('event_bus_raise_floor')), pg_advisory_xact_lock(hashtext('event_bus_sweep'));

CREATE INDEX event_bus_events_tenant_time_type ON event_bus_events (tenant_id, timestamp, id) INCLUDE (event_type);
CREATE INDEX event_bus_events_type_time_tenant ON event_bus_events (event_type, timestamp, id) INCLUDE (tenant_id);

DROP INDEX event_bus_events_tenant_time, event_bus_events_type_time;
ALTER INDEX event_bus_events_tenant_time_type RENAME TO event_bus_events_tenant_time;
ALTER INDEX event_bus_events_type_time_tenant RENAME TO event_bus_events_type_time;
