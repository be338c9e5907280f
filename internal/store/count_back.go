package store

import (
	"context"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// countPart counts what one part holds of the timestamps that it was cut to.
// What it has counted is kept only if the whole window could be counted.
type countPart func(ctx context.Context, q querier, p part) (keep func(), some bool, err error)

// countBack counts the events of some times window by window, newest first, so
// that no statement runs long and it can be said how far back the count came
// when its time was over. Each statement sees one part.
func (s *Store) countBack(ctx context.Context, f filter.Filter, times stretch, count countPart) (Reached, error) {
	w, err := startWalk(ctx, walk{q: s.read, filter: f, order: ByTimestamp, descending: true, times: times}, everywhere)
	if err != nil {
		return Reached{}, err
	}
	err = w.windows(ctx, s.effort, func(ctx context.Context, window stretch) (some, end bool, err error) {
		var kept []func()
		for _, p := range w.nearestFirst(window) {
			p.times = p.times.cut(window)
			keep, found, err := count(ctx, s.read, p)
			if err != nil {
				return false, false, err
			}
			kept, some = append(kept, keep), some || found
		}
		for _, keep := range kept {
			keep()
		}
		return some, false, nil
	})
	if w.ahead.empty() {
		return Reached{Complete: true}, err
	}
	return Reached{From: time.UnixMicro(w.ahead.to).UTC()}, err
}
