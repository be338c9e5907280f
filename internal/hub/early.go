package hub

import (
	"sync"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// earlyBytes bounds what waits for its turn: more is dropped, and read from
// history when its turn comes.
const earlyBytes = 64 << 20

// earlyBatches holds published batches until the position before them has
// been reached.
type earlyBatches struct {
	ready chan struct{} // holds a token when something was put

	mu      sync.Mutex
	batches map[event.Position][]*event.Event // by first position
	bytes   int
	next    event.Position // the first one that take has not given yet
}

func newEarlyBatches(next event.Position) earlyBatches {
	return earlyBatches{ready: make(chan struct{}, 1), batches: map[event.Position][]*event.Event{}, next: next}
}

func (b *earlyBatches) put(a event.Appended) {
	b.mu.Lock()
	n := weigh(a.Events)
	room := b.bytes+n <= earlyBytes || a.First <= b.next
	if room && a.Last >= b.next && len(b.batches[a.First]) < len(a.Events) {
		b.bytes += n - weigh(b.batches[a.First])
		b.batches[a.First] = a.Events
	}
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take gives the events that come next, from a batch that may have begun
// before, and forgets batches that lie wholly behind; nil if there are none.
func (b *earlyBatches) take() []*event.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	if events, ok := b.batches[b.next]; ok {
		b.forget(b.next)
		b.next += event.Position(len(events))
		return events
	}
	for first, events := range b.batches {
		if first > b.next {
			continue
		}
		b.forget(first)
		if skip := int(b.next - first); skip < len(events) {
			b.next += event.Position(len(events) - skip)
			return events[skip:]
		}
	}
	return nil
}

// restart forgets everything and continues with next.
func (b *earlyBatches) restart(next event.Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.batches)
	b.bytes, b.next = 0, next
}

func (b *earlyBatches) forget(first event.Position) {
	b.bytes -= weigh(b.batches[first])
	delete(b.batches, first)
}

func (b *earlyBatches) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.batches) == 0
}

func weigh(events []*event.Event) int {
	n := 0
	for _, e := range events {
		n += len(e.Payload) + 600
	}
	return n
}
