package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// walk reads the matching events in one order, window by window of that
// order's axis: positions, or timestamps. Windows grow while they are read
// quickly, so a rare event is found from afar, while no statement runs long
// however few indexes serve the filter. Inside a window the parts are read one
// by one, nearest first, each with a statement that names its positions, so
// that the planner looks at one partition.
type walk struct {
	q          querier
	row        eventRow
	filter     filter.Filter
	order      Order
	descending bool
	times      stretch // that were asked for
	bytes      int     // of payloads that run returns; 0 is pageBytes
	parts      []part
	after      *Key    // nil: from the beginning of the order
	ahead      stretch // of the axis: what is still to be read
}

// effort bounds one walk.
type effort struct {
	total  time.Duration // after it no other window is begun
	window time.Duration // after it a window is given up and made narrower
	events int64         // about as many lie in the first window
}

// After so many windows without a match the walk looks whether there is
// anything at all, see leap.
const emptyWindows = 3

var usualEffort = effort{total: 2 * time.Second, window: 700 * time.Millisecond, events: 8192}

// startWalk sets out over what is stored now. What is read, from where and in
// which order is the caller's to say in w.
func startWalk(ctx context.Context, w walk, positions stretch) (*walk, error) {
	l, err := readLayout(ctx, w.q, w.order == ByTimestamp || w.times != everywhere)
	if err != nil {
		return nil, err
	}
	return newWalk(l, w, positions), nil
}

func newWalk(l layout, w walk, positions stretch) *walk {
	w.parts = l.within(positions, w.times)
	for i, p := range w.parts {
		held := w.axis(p)
		if i == 0 {
			w.ahead = held
		}
		w.ahead = stretch{min(w.ahead.from, held.from), max(w.ahead.to, held.to)}
	}
	return &w
}

// axis is the one of the part's two stretches that the walk goes along.
func (w *walk) axis(p part) stretch {
	if w.order == ByPosition {
		return p.positions
	}
	return p.times
}

func (w *walk) at(e *event.Event) int64 {
	if w.order == ByPosition {
		return int64(e.Position)
	}
	return e.Timestamp.UnixMicro()
}

// compare sorts in the walk's order.
func (w *walk) compare(a, b *event.Event) int {
	if w.descending {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(w.at(a), w.at(b)), cmp.Compare(a.Position, b.Position))
}

func keyOf(e *event.Event) *Key { return &Key{Timestamp: e.Timestamp, Position: e.Position} }

// goOnAfter leaves what lies behind key.
func (w *walk) goOnAfter(key *Key) {
	w.after = key
	at, itself := int64(key.Position), int64(0)
	if w.order == ByTimestamp {
		at, itself = key.Timestamp.UnixMicro(), 1 // others may have the same timestamp
	}
	if w.descending {
		w.ahead.to = min(w.ahead.to, at+itself)
	} else {
		w.ahead.from = max(w.ahead.from, at+1-itself)
	}
}

// border is the key behind which everything is still to be read. No event has
// position 0, so a border in time comes before each event of its timestamp:
// ascending they all lie behind it, descending none does.
func (w *walk) border() *Key {
	switch {
	case w.order == ByTimestamp && w.descending:
		return &Key{Timestamp: time.UnixMicro(w.ahead.to).UTC()}
	case w.order == ByTimestamp:
		return &Key{Timestamp: time.UnixMicro(w.ahead.from).UTC()}
	case w.descending:
		return &Key{Position: event.Position(w.ahead.to)}
	default:
		return &Key{Position: event.Position(w.ahead.from - 1)}
	}
}

// skipGap moves to where the next part begins; false if there is none.
func (w *walk) skipGap() bool {
	next, some := stretch{}, false
	for _, p := range w.parts {
		held := w.axis(p).cut(w.ahead)
		if held.empty() {
			continue
		}
		if !some {
			next, some = held, true
		}
		next = stretch{min(next.from, held.from), max(next.to, held.to)}
	}
	w.ahead = next
	return some
}

// window is the beginning of what is ahead, of the given width at most.
func (w *walk) window(width int64) stretch {
	width = min(width, w.ahead.to-w.ahead.from)
	if w.descending {
		return stretch{w.ahead.to - width, w.ahead.to}
	}
	return stretch{w.ahead.from, w.ahead.from + width}
}

func (w *walk) pass(window stretch) {
	if w.descending {
		w.ahead.to = window.from
	} else {
		w.ahead.from = window.to
	}
}

// run reads up to want events. It returns where to go on if it ended for
// another reason than that there is nothing more: it has as many as were
// wanted, the time is over, or the payloads are too large for one answer.
func (w *walk) run(ctx context.Context, want int, e effort) ([]*event.Event, *Key, error) {
	var found []*event.Event
	bytes, enough := cmp.Or(w.bytes, pageBytes), false
	err := w.windows(ctx, e, func(ctx context.Context, window stretch) (some, end bool, err error) {
		events, whole, err := w.read(ctx, window, want-len(found), bytes)
		if err != nil {
			return false, false, err
		}
		found = append(found, events...)
		for _, one := range events {
			bytes -= len(one.Payload)
		}
		enough = len(found) >= want || !whole || bytes < 0
		return len(events) > 0, enough, nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case enough:
		return found, keyOf(found[len(found)-1]), nil
	case !w.ahead.empty():
		return found, w.border(), nil
	}
	return found, nil, nil
}

// windows hands one window after the other to read, which says whether there
// was some event in it and whether that is enough, until nothing is ahead or the time is
// over. A window that takes too long is given up and read again in pieces, so
// read must keep nothing of one that fails.
func (w *walk) windows(ctx context.Context, e effort, read func(context.Context, stretch) (some, end bool, err error)) error {
	if !w.skipGap() {
		return nil
	}
	width := w.firstWidth(e.events)
	empty, progress := 0, false
	for started := time.Now(); w.skipGap(); {
		over := time.Since(started) > e.total
		if over && progress {
			return nil
		}
		begun, window := time.Now(), w.window(width)
		some, end, err := readWithin(ctx, e.window, window, read)
		if errors.Is(err, errTooWide) && (progress || !over) {
			width = max(1, (window.to-window.from)/16)
			continue
		}
		if err != nil {
			return err
		}
		progress = true
		w.pass(window)
		if end {
			return nil
		}
		width = nextWidth(width, time.Since(begun))
		if empty++; some {
			empty = 0
		}
		if empty%emptyWindows == emptyWindows-1 {
			width, err = w.leap(ctx, width, e.events)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
