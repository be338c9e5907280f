package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// EventTypes lists the stored types that scope selects, by name. Like
// Statistics it takes a scope of types, outcomes and tenants alone.
func (s *Store) EventTypes(ctx context.Context, scope filter.Filter) ([]EventType, error) {
	if err := countable(scope); err != nil {
		return nil, err
	}
	condition, args := scope.Condition(1)
	var types []EventType
	err := s.reading(ctx, "list event types", func(ctx context.Context) error {
		rows, err := s.read.Query(ctx, `
			SELECT event_type, sum(count)::bigint, min(first), max(last) FROM (
			  SELECT event_type, sum(count) AS count, min(bucket) AS first,
			    (SELECT max(m.bucket) FROM event_bus_minutes m WHERE m.tenant_id = h.tenant_id AND m.event_type = h.event_type) AS last
			  FROM event_bus_hours h WHERE `+condition+` GROUP BY tenant_id, event_type) AS one
			GROUP BY event_type HAVING sum(count) > 0 ORDER BY event_type`, args...)
		if err != nil {
			return fmt.Errorf("query event types: %w", err)
		}
		types, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t EventType, err error) {
			err = row.Scan(&t.Name, &t.Count, &t.FirstSeen, &t.LastSeen)
			return t, err
		})
		return err
	})
	return types, err
}
