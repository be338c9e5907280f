package relay

import (
	"cmp"
	"slices"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub/relay/wire"
)

const (
	// forgetAfter is how long a sibling that is silent counts as one.
	forgetAfter = 10 * time.Second
	siblingsMax = 256
)

// Status is what an operator wants to know of the relay.
type Status struct {
	Working  bool
	Reason   string // why it does not work
	Since    time.Time
	Siblings []Sibling // heard of within the last seconds, by name
	Dropped  uint64    // events that were not sent
	Garbage  uint64    // messages that could not be read
}

// Sibling is another replica.
type Sibling struct {
	Replica  string
	Position event.Position // it has everything up to here
	LastSeen time.Time
}

type sibling struct {
	wire.Beat
	seen time.Time
}

// Status does not wait for anything.
func (r *Relay) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Status{Working: r.err == nil, Since: r.since, Dropped: r.dropped.Load(), Garbage: r.garbage.Load()}
	if r.err != nil {
		s.Reason = r.err.Error()
	}
	r.forget()
	for _, b := range r.siblings {
		s.Siblings = append(s.Siblings, Sibling{b.Replica, b.Position, b.seen})
	}
	slices.SortFunc(s.Siblings, func(a, b Sibling) int {
		return cmp.Or(cmp.Compare(a.Replica, b.Replica), a.LastSeen.Compare(b.LastSeen))
	})
	return s
}

// note writes down a sibling's sign of life.
func (r *Relay) note(s wire.Sender, b wire.Beat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.siblings) >= siblingsMax {
		r.forget()
	}
	if _, known := r.siblings[s]; known || len(r.siblings) < siblingsMax {
		r.siblings[s] = sibling{b, time.Now()}
	}
}

// forget needs r.mu.
func (r *Relay) forget() {
	for s, b := range r.siblings {
		if time.Since(b.seen) > forgetAfter {
			delete(r.siblings, s)
		}
	}
}
