package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const stateGaps = 20 // the newest ones that State shows

// State reads what an operator wants to know. It is cheap: rejected events are
// counted as they come and go, and Bytes is as of the last round of Run.
func (s *Store) State(ctx context.Context) (State, error) {
	state := State{Bytes: s.size.Load()}
	err := s.write.QueryRow(ctx, `
		SELECT last, floor, epoch, rejected, CASE WHEN last > floor THEN floor + 1 ELSE 0 END, (SELECT count(*) FROM event_bus_partitions)
		FROM event_bus_head`).Scan(&state.Last, &state.Floor, &state.Epoch, &state.Rejected, &state.Oldest, &state.Partitions)
	if err != nil {
		return State{}, explain("read state", err)
	}
	if state.Gaps, err = s.newestGaps(ctx, stateGaps); err != nil {
		return State{}, err
	}
	return state, nil
}

func (s *Store) newestGaps(ctx context.Context, n int) ([]event.Gap, error) {
	rows, err := s.write.Query(ctx, `
		SELECT topic, partition, from_offset, to_offset, reason, noticed_at FROM event_bus_gaps ORDER BY id DESC LIMIT $1`, n)
	if err != nil {
		return nil, explain("read source gaps", err)
	}
	gaps, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (event.Gap, error) {
		var g event.Gap
		err := row.Scan(&g.Topic, &g.ID, &g.From, &g.To, &g.Reason, &g.NoticedAt)
		g.NoticedAt = g.NoticedAt.UTC()
		return g, err
	})
	return gaps, explain("read source gaps", err)
}

// measureSize asks for the bytes of every table and index of ours; that is a
// look at each of their files.
func (s *Store) measureSize(ctx context.Context) error {
	var size int64
	err := s.write.QueryRow(ctx, `
		SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
		WHERE relkind = 'r' AND relname LIKE 'event\_bus\_%' AND pg_table_is_visible(oid)`).Scan(&size)
	if err != nil {
		return explain("measure the size of the store", err)
	}
	s.size.Store(size)
	return nil
}
