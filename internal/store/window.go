package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// The bounds of one window of catch-up. Without a limit on positions, a rare
// filter would read on and on, and nobody could tell how far it got.
const (
	windowPositions = 20_000
	windowEvents    = 1_000
	windowBytes     = 1 << 20
)

// Window reads the matching events with after < position ≤ through: of 20,000
// positions at most, 1,000 events, 1 MiB of payloads and the event that
// exceeds it. Through of the result says how far that was; it is after if
// nothing is stored beyond it yet.
//
// The events, the head and the floor are of one moment: if Floor is not above
// after, nothing of the window was missing.
func (s *Store) Window(ctx context.Context, f filter.Filter, after, through event.Position) (Window, error) {
	through = min(through, after+windowPositions)
	w := Window{Through: after}
	err := s.reading(ctx, "read window", func(ctx context.Context) error {
		var last event.Position
		bytes := windowBytes
		whole, err := s.queryWindow(ctx, f, after, through, func(raw [][]byte) bool {
			last, w.Floor = event.Position(decodeInt64(raw[0])), event.Position(decodeInt64(raw[1]))
			if raw = raw[2:]; raw[0] == nil {
				return true
			}
			if bytes < 0 || len(w.Events) == windowEvents {
				return false
			}
			e := decodeEvent(raw)
			bytes -= len(e.Payload)
			w.Events = append(w.Events, e)
			return true
		})
		if err != nil {
			return err
		}
		if whole {
			w.Through = max(after, min(through, last))
		} else {
			w.Through = w.Events[len(w.Events)-1].Position
		}
		w.Events = slices.DeleteFunc(w.Events, func(e *event.Event) bool { return e.Position <= w.Floor })
		return nil
	})
	return w, err
}

// queryWindow has one statement tell the head and the floor beside the events,
// since two would see different moments.
func (s *Store) queryWindow(ctx context.Context, f filter.Filter, after, through event.Position, take func([][]byte) bool) (whole bool, err error) {
	var c clauses
	c.and(c.positions(stretch{int64(after) + 1, int64(through) + 1}), c.condition(f))
	sql := "SELECT h.last, h.floor, e.* FROM event_bus_head h LEFT JOIN LATERAL (" +
		"SELECT " + wholeEvent.columns + " FROM event_bus_events " + c.where() + " ORDER BY id LIMIT " + c.arg(windowEvents+1) +
		") e ON true"
	formats := append(pgx.QueryResultFormats{asBits, asBits}, wholeEvent.formats...)
	return queryRaw(ctx, s.read, formats, sql, c.args, take)
}
