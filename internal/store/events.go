package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Events reads one page of history: what was stored when it began, nothing at
// or below the floor. Paging on from Next by position shows each event once,
// none missing; by timestamp, only a late event that is stored meanwhile and
// belongs to a page that was already read is not seen.
//
// A search that does not find Limit events within two seconds, or whose
// payloads exceed Bytes, returns what it has, maybe nothing, with a Next that
// says how far it has read; see Key.
func (s *Store) Events(ctx context.Context, q Query) (Page, error) {
	var page Page
	err := s.reading(ctx, "read events", func(ctx context.Context) error {
		positions := everywhere
		if q.Through > 0 {
			positions.to = int64(q.Through) + 1
		}
		w, err := startWalk(ctx, walk{
			q: s.read, row: wholeEvent, filter: q.Filter, order: q.Order, descending: !q.Ascending,
			times: timesBetween(q.Start, q.End), bytes: q.Bytes,
		}, positions)
		if err != nil {
			return err
		}
		if q.After != nil {
			w.goOnAfter(q.After)
		}
		if there, err := w.skip(ctx, q.Offset, s.effort); !there {
			return err
		}
		page.Events, page.Next, err = w.run(ctx, q.Limit+1, s.effort)
		if len(page.Events) > q.Limit {
			page.Events = page.Events[:q.Limit]
			page.Next = keyOf(page.Events[q.Limit-1])
		}
		return err
	})
	return page, err
}

// skip passes n events without fetching them; false if there are no more.
func (w *walk) skip(ctx context.Context, n int, e effort) (bool, error) {
	if n == 0 {
		return true, nil
	}
	keys := *w
	keys.row = eventKey
	skipped, next, err := keys.run(ctx, n, e)
	switch {
	case err != nil:
		return false, err
	case len(skipped) == n:
		w.goOnAfter(keyOf(skipped[n-1]))
		return true, nil
	case next != nil:
		return false, fmt.Errorf("skip %d events: %w", n, errTooWide)
	}
	return false, nil
}

// Latest reads the newest n matching events with positions up to through, in
// ascending order; fewer if the time or the bytes of a page do not suffice.
func (s *Store) Latest(ctx context.Context, f filter.Filter, n int, through event.Position) ([]*event.Event, error) {
	var events []*event.Event
	err := s.reading(ctx, "read latest events", func(ctx context.Context) error {
		w, err := startWalk(ctx, walk{q: s.read, row: wholeEvent, filter: f, order: ByPosition, descending: true, times: everywhere},
			stretch{everywhere.from, int64(through) + 1})
		if err != nil {
			return err
		}
		events, _, err = w.run(ctx, n, s.effort)
		slices.Reverse(events)
		return err
	})
	return events, err
}
