package store

import (
	"context"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Trace reads the events of one correlation that scope selects, oldest first,
// up to limit or 16 MiB of payloads; more says that there are others. A trace
// may lie anywhere, so it looks into each partition's index, one by one.
func (s *Store) Trace(ctx context.Context, scope filter.Filter, correlationID string, limit int) (events []*event.Event, more bool, err error) {
	scope.CorrelationIDs = []string{correlationID}
	err = s.reading(ctx, "read trace", func(ctx context.Context) error {
		w, err := startWalk(ctx, walk{q: s.read, row: wholeEvent, filter: scope, order: ByTimestamp, times: everywhere}, everywhere)
		if err != nil {
			return err
		}
		var whole bool
		events, whole, err = w.read(ctx, w.ahead, limit+1, pageBytes)
		more = !whole || len(events) > limit
		events = events[:min(limit, len(events))]
		return err
	})
	return events, more, err
}
