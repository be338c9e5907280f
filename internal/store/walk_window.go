package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// errTooWide: a window could not be read in the time given to it.
var errTooWide = errors.New("window takes too long")

// firstWidth estimates how wide a window of so many events is. In time it goes
// by how far events are apart in the nearest part that has them.
func (w *walk) firstWidth(events int64) int64 {
	if w.order == ByPosition {
		return events
	}
	spacing, most := 0.0, int64(0)
	for _, p := range w.nearestFirst(w.ahead) {
		if n := p.positions.to - p.positions.from; n > most {
			spacing, most = p.spacing, n
		}
		if most >= events {
			break
		}
	}
	if spacing == 0 {
		return minute
	}
	return max(1, int64(min(spacing*float64(events), 1e18)))
}

// leap crosses what no event lies in, such as the years up to an event that is
// far too early, and begins anew with narrow windows if that was far: they
// must not be as wide as the gap where events are dense again.
func (w *walk) leap(ctx context.Context, width, events int64) (int64, error) {
	if w.order == ByPosition || !w.skipGap() {
		return width, nil
	}
	before := w.ahead
	for i := range w.parts {
		p := &w.parts[i]
		if held := p.times.cut(w.ahead); held.empty() || w.descending && held.to < before.to || !w.descending && held.from > before.from {
			continue
		}
		var c clauses
		c.and(c.positions(p.positions), c.between("timestamp", p.times.cut(w.ahead)))
		var oldest, newest *time.Time
		err := w.q.QueryRow(ctx, "SELECT min(timestamp), max(timestamp) FROM event_bus_events "+c.where(), c.args...).Scan(&oldest, &newest)
		if err != nil {
			return 0, fmt.Errorf("look for the next event: %w", err)
		}
		p.times = stretch{}
		if oldest != nil {
			p.times = stretch{oldest.UnixMicro(), newest.UnixMicro() + 1}
		}
	}
	if !w.skipGap() || max(before.to-w.ahead.to, w.ahead.from-before.from) < width {
		return width, nil
	}
	return w.firstWidth(events), nil
}

// nextWidth goes for windows that are worth their round trips and can still be
// given up when the time is over.
func nextWidth(width int64, took time.Duration) int64 {
	switch {
	case took < 20*time.Millisecond:
		return min(width, 1e18/8) * 8
	case took < 100*time.Millisecond:
		return min(width, 1e18/2) * 2
	case took > 400*time.Millisecond:
		return max(width/4, 1)
	}
	return width
}

func readWithin(ctx context.Context, limit time.Duration, window stretch, read func(context.Context, stretch) (some, end bool, err error)) (some, end bool, err error) {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	some, end, err = read(bounded, window)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", errTooWide, err)
	}
	return some, end, err
}

// read returns up to want events of the window; fewer, and not whole, if their
// payloads exceed bytes.
func (w *walk) read(ctx context.Context, window stretch, want, bytes int) (found []*event.Event, whole bool, err error) {
	whole = true
	for _, p := range w.nearestFirst(window) {
		on := w.axis(p).cut(window)
		if len(found) >= want {
			on = w.cutBehind(on, found[want-1])
			if on.empty() {
				continue
			}
		}
		where, args := w.statement(p, on, want)
		events, all, err := w.row.query(ctx, w.q, bytes, where, args...)
		if err != nil {
			return nil, false, err
		}
		for _, e := range events {
			bytes = max(0, bytes-len(e.Payload))
		}
		found = append(found, events...)
		slices.SortFunc(found, w.compare)
		if !all {
			// What was not read may belong before whatever comes after its last.
			whole, want = false, min(want, 1+slices.Index(found, events[len(events)-1]))
		}
		found = found[:min(want, len(found))]
	}
	return found, whole, nil
}

// cutBehind leaves what may come before last, or has the same timestamp.
func (w *walk) cutBehind(on stretch, last *event.Event) stretch {
	if w.descending {
		on.from = max(on.from, w.at(last))
	} else {
		on.to = min(on.to, w.at(last)+1)
	}
	return on
}

func (w *walk) nearestFirst(window stretch) []part {
	var parts []part
	for _, p := range w.parts {
		if w.axis(p).meets(window) {
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, func(a, b part) int {
		if w.descending {
			return cmp.Compare(w.axis(b).to, w.axis(a).to)
		}
		return cmp.Compare(w.axis(a).from, w.axis(b).from)
	})
	return parts
}
