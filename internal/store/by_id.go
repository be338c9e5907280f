package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// EventsByID reads the events that have this id, one a tenant at most, in the
// order of their positions. No tenants (nil) means all; an empty list, none.
func (s *Store) EventsByID(ctx context.Context, tenants []string, eventID string) ([]*event.Event, error) {
	var events []*event.Event
	err := s.reading(ctx, "read events by id", func(ctx context.Context) error {
		var err error
		if tenants == nil {
			if tenants, err = knownTenants(ctx, s.read); err != nil {
				return err
			}
		}
		positions, err := s.positionsOf(ctx, tenants, eventID)
		if err != nil || len(positions) == 0 {
			return err
		}
		l, err := readLayout(ctx, s.read, false)
		if err != nil {
			return err
		}
		for _, p := range l.parts {
			in := slices.DeleteFunc(slices.Clone(positions), func(at int64) bool { return !p.positions.has(at) })
			if len(in) == 0 {
				continue
			}
			// Beside the index of hashes, the row itself decides.
			found, _, err := wholeEvent.query(ctx, s.read, pageBytes,
				`WHERE id = ANY($1::bigint[]) AND event_id = $2 AND tenant_id = ANY($3::text[]) ORDER BY id`, in, eventID, tenants)
			if err != nil {
				return err
			}
			events = append(events, found...)
		}
		return nil
	})
	return events, err
}

// positionsOf hashes the id once a tenant, so that an index over the hashes
// alone finds it.
func (s *Store) positionsOf(ctx context.Context, tenants []string, eventID string) ([]int64, error) {
	rows, err := s.read.Query(ctx, `
		SELECT position FROM event_bus_event_ids
		WHERE hash = ANY(ARRAY(SELECT event_bus_hash(tenant_id, $2) FROM unnest($1::text[]) t (tenant_id)))`, tenants, eventID)
	if err != nil {
		return nil, fmt.Errorf("query event ids: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// knownTenants steps from one tenant to the next on the index, since there
// are few tenants in many hours.
func knownTenants(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE known AS (
		  (SELECT tenant_id FROM event_bus_hours ORDER BY tenant_id LIMIT 1)
		  UNION ALL
		  SELECT (SELECT h.tenant_id FROM event_bus_hours h WHERE h.tenant_id > known.tenant_id ORDER BY h.tenant_id LIMIT 1)
		  FROM known WHERE known.tenant_id IS NOT NULL)
		SELECT tenant_id FROM known WHERE tenant_id IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("query tenants: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
