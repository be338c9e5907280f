package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// PositionAt is the last position that was stored before t, or the floor:
// reading on from it gives everything stored at t or later. stored_at never
// goes back, and positions have no holes, so bisection finds it with some
// thirty look-ups in any number of events.
func (s *Store) PositionAt(ctx context.Context, t time.Time) (event.Position, error) {
	var before event.Position
	err := s.reading(ctx, "find position of a time", func(ctx context.Context) error {
		var after event.Position
		var newest time.Time
		err := s.read.QueryRow(ctx, `SELECT floor, last + 1, CASE WHEN last > 0 THEN stored_at ELSE '0001-01-01' END FROM event_bus_head`).
			Scan(&before, &after, &newest)
		if err != nil {
			return err
		}
		if newest.Before(t) {
			before = after - 1
		}
		for before+1 < after {
			middle := before + (after-before)/2
			var stored time.Time
			err := s.read.QueryRow(ctx, `SELECT stored_at FROM event_bus_events WHERE id = $1`, int64(middle)).Scan(&stored)
			switch {
			case errors.Is(err, pgx.ErrNoRows): // the floor has passed it meanwhile
				before = middle
			case err != nil:
				return err
			case stored.Before(t):
				before = middle
			default:
				after = middle
			}
		}
		return nil
	})
	return before, err
}
