package hub

import (
	"context"
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

const (
	headEvery = time.Second
	// hurriedHeadEvery is the pace while siblings may store what nobody
	// publishes here.
	hurriedHeadEvery = 100 * time.Millisecond
	// suspicion is how long a hole that nobody filled counts as a sign that
	// there are such siblings.
	suspicion = 10 * time.Minute
	// holePatience is how long a batch that is too early waits for the ones
	// before it until these are read from history.
	holePatience = 50 * time.Millisecond
	// windowSize is how many positions are read at a time.
	windowSize = 20_000
)

// RelayWorking tells whether a relay brings what siblings store. While it does
// not, the hub looks at the head more often. Without a relay it is never
// called, and the hub does so once it has had to read what a sibling stored.
func (h *Hub) RelayWorking(working bool) {
	h.relayAway.Store(!working)
	h.noticeHole() // the slow pace has an end now
}

// Heard tells that a sibling has everything up to p. If this hub has not, and
// does not get it at once, it reads it from history.
func (h *Hub) Heard(p event.Position) {
	if p > h.Position() {
		h.noticeHole()
	}
}

func (h *Hub) noticeHole() {
	select {
	case h.holes <- struct{}{}:
	default:
	}
}

// hurried says whether events are to be looked for rather than waited for.
func (h *Hub) hurried() bool {
	return h.relayAway.Load() || time.Now().Before(h.suspectedUntil)
}

func (h *Hub) pace() time.Duration {
	if h.hurried() {
		return hurriedHeadEvery
	}
	return headEvery
}

// Follow watches the head of the store, and reads from history what has not
// been published in time, until ctx ends.
func (h *Hub) Follow(ctx context.Context) error {
	next := time.NewTimer(h.pace())
	defer next.Stop()
	var expected event.Position // the head at the look before: all of it should be here by now
	for {
		hole := false
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		case <-h.holes:
			hole = true
		}
		head, err := h.look(ctx)
		if err == nil && (hole || h.hurried()) && h.Position() < head.Last {
			if expected = head.Last; !wait(ctx, holePatience) {
				return nil
			}
		}
		if err == nil && h.Position() < expected {
			err = h.fill(ctx, head)
		}
		if err != nil && ctx.Err() == nil {
			h.logger.Warn("cannot follow the store", "error", err)
		}
		expected = max(expected, head.Last)
		if next.Reset(h.pace()); err != nil {
			next.Reset(headEvery)
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// look reads the head. If the numbering is not the one that the hub has
// followed, it starts anew and closes every client.
func (h *Hub) look(ctx context.Context) (event.Head, error) {
	before := h.Position()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	head, err := h.history.Head(ctx)
	if err != nil {
		return event.Head{}, fmt.Errorf("read the head: %w", err)
	}
	h.mu.Lock()
	old := h.head
	h.head = head
	h.mu.Unlock()
	if head.Epoch != old.Epoch || head.Last < before || head.Floor > before {
		h.logger.Error("the store is not where it was: every client starts anew",
			"epoch", old.Epoch, "new_epoch", head.Epoch, "position", before, "head", head.Last, "floor", head.Floor)
		h.restart(head)
	}
	return head, nil
}

// fill publishes what lies between the hub's position and the head.
func (h *Hub) fill(ctx context.Context, head event.Head) error {
	ctx, cancel := context.WithTimeout(ctx, 10*readTimeout)
	defer cancel()
	for after := h.Position(); after < head.Last; {
		w, err := h.history.Window(ctx, filter.Filter{}, after, min(after+windowSize, head.Last))
		if err != nil {
			return fmt.Errorf("read positions from %d: %w", after+1, err)
		}
		if int(w.Through-after) != len(w.Events) {
			return fmt.Errorf("read positions from %d to %d: got %d events", after+1, w.Through, len(w.Events))
		}
		h.metrics.filled.Add(float64(len(w.Events)))
		h.suspectedUntil = time.Now().Add(suspicion)
		h.Publish(event.Appended{First: after + 1, Last: w.Through, Events: w.Events})
		after = w.Through
	}
	return nil
}

// restart continues at head, with no client left.
func (h *Hub) restart(head event.Head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tail = tail{limit: h.tail.limit, last: head.Last}
	h.early.restart(head.Last + 1)
	for _, f := range h.feeds {
		f.orphan = true
	}
	h.feeds, h.index = map[string]*feed{}, newIndex()
	for c := range h.clients {
		c.end() // before the new progress, which is not theirs
	}
	h.progress.Store(newProgress(head.Last, head.Last))
}
