package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// rejectedGrouped is how many of the newest rejected events are grouped; the
// bytes of each are looked into for who produced it.
const rejectedGrouped = 10_000

// producerOf is who produced a rejected event, as far as it says so: Kafka
// does not tell. It is a header that names the source, or what looks like one in the
// first 4 KiB of bytes that may be anything, and so are read as text of ASCII.
const producerOf = `coalesce(
	(SELECT nullif(encode(decode(h ->> 1, 'base64'), 'escape'), '') FROM jsonb_array_elements(headers) h WHERE lower(h ->> 0) IN ('x-source', 'ce_source') LIMIT 1),
	substring(encode(substring(value FOR 4096), 'escape') FROM '"(?:source|service|source_service|source_node_id|service_name)"\s*:\s*"([^"\\]{1,200})"'),
	'unknown')`

// grouped leaves the rejected events that are grouped: ids have hardly a hole.
var grouped = fmt.Sprintf("id > (SELECT coalesce(max(id), 0) - %d FROM event_bus_rejected)", rejectedGrouped)

// RejectedGroups groups the newest rejected events by reason, topic and
// producer, the group that was added to last first. complete says that there
// are no older ones.
func (s *Store) RejectedGroups(ctx context.Context) (groups []RejectedGroup, complete bool, err error) {
	err = s.reading(ctx, "group rejected events", func(ctx context.Context) error {
		return s.snapshot(ctx, func(q querier) error {
			err := q.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM event_bus_rejected WHERE NOT "+grouped+")").Scan(&complete)
			if err != nil {
				return fmt.Errorf("look for older rejected events: %w", err)
			}
			rows, err := q.Query(ctx, `
				SELECT reason, topic, producer, count(*), sum(size)::bigint, min(rejected_at), max(rejected_at), max(id) FROM (
				  SELECT reason, topic, `+producerOf+` AS producer, size, rejected_at, id FROM event_bus_rejected WHERE `+grouped+`) AS newest
				GROUP BY reason, topic, producer ORDER BY max(id) DESC LIMIT 1000`)
			if err != nil {
				return fmt.Errorf("query groups of rejected events: %w", err)
			}
			groups, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (g RejectedGroup, err error) {
				err = row.Scan(&g.Reason, &g.Topic, &g.Producer, &g.Count, &g.Bytes, &g.FirstSeen, &g.LastSeen, &g.NewestID)
				g.FirstSeen, g.LastSeen = g.FirstSeen.UTC(), g.LastSeen.UTC()
				return g, err
			})
			return err
		})
	})
	return groups, complete, err
}
