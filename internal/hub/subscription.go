package hub

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Start is how a subscription names where it begins.
type Start int

const (
	Unnamed    Start = iota // where it is, for one that exists already; else Now
	Now                     // with what is stored from now on
	AtPosition              // behind From.Position
	Last                    // with the newest From.Last matching events
	Since                   // with what was stored at From.Since or later
)

// From is where a subscription begins.
type From struct {
	Start    Start
	Position event.Position
	Epoch    string // of Position; "" is taken for the current one
	Last     int
	Since    time.Time
}

// state of a subscription. It goes from reading or ahead to catching, and
// between catching, reading and live from then on.
type state int

const (
	reading  state = iota // waits for history
	ahead                 // waits for the hub to reach the position that the client has
	catching              // has something to get from the tail or from history
	live                  // takes part in its feed
)

// catchUpStep bounds how many entries of the tail are looked at while the hub
// is locked.
const catchUpStep = 512

// subscription is one client's place in one feed. Owned by the client's
// writer, but for slot.
type subscription struct {
	client   *Client
	id       string
	feed     *feed
	from     From
	state    state
	position event.Position // has everything up to here, once it has started
	told     event.Position // what the client knows of that, while catching up
	started  bool
	dropped  bool
	seq      uint64 // of the feed's next frame, when live
	slot     int    // in feed.live; guarded by feed.mu
	shown    shown
}

// replace takes over the place of old, unless another start was named.
func (s *subscription) replace(old *subscription) {
	if s.from.Start != Unnamed {
		return
	}
	s.from = old.from
	if old.started {
		s.from = From{Start: AtPosition, Position: old.position}
	}
}

// drop gives the feed back. Needs hub.mu.
func (s *subscription) drop() {
	s.dropped = true
	if s.state == live {
		s.feed.leave(s)
	}
	s.client.hub.release(s.feed)
}

// fallBehind leaves the feed, to catch up from history.
func (s *subscription) fallBehind() {
	h := s.client.hub
	h.mu.Lock()
	s.feed.leave(s)
	head := h.tail.last
	h.mu.Unlock()
	s.state, s.told = catching, s.position
	h.metrics.lagged.Inc()
	s.tell(message{Type: "lagging", ID: s.id, Position: positionOf(s.position), Head: &head})
}

// catchUp goes on from s.position: from the tail, as far as that joining the
// feed, or else with a read of history.
func (s *subscription) catchUp() {
	h := s.client.hub
	h.mu.Lock()
	if s.position > h.tail.last { // retention has overtaken the hub, which will notice
		h.mu.Unlock()
		return
	}
	entries, ok := h.tail.after(s.position)
	if ok && len(entries) <= catchUpStep {
		s.seq = s.feed.join(s, h.tail.last)
		s.state = live
	}
	h.mu.Unlock()
	switch {
	case !ok:
		s.readWindow()
	case s.state == live:
		s.deliver(entries, s.position+event.Position(len(entries)), true)
		s.tell(message{Type: "caught_up", ID: s.id, Position: positionOf(s.position)})
	default:
		entries = entries[:min(len(entries), windowSize)]
		s.deliver(entries, s.position+event.Position(len(entries)), false)
		s.client.wake() // there may be nothing to write, and still more to look at
	}
}

// deliver queues the matching ones of entries as catch-up frames that end at
// through. Unless all is set it stops at one full frame.
func (s *subscription) deliver(entries []*entry, through event.Position, all bool) {
	var b eventsFrame
	for _, e := range entries {
		if !s.feed.filter.Match(e.Event) || b.add(e) {
			continue
		}
		s.deliverFrame(&b, e.Position-1)
		if !all {
			return
		}
		b = eventsFrame{}
		b.add(e)
	}
	s.deliverFrame(&b, through)
}

// deliverFrame queues b, which covers what lies up to through.
func (s *subscription) deliverFrame(b *eventsFrame, through event.Position) {
	s.position = through
	if len(b.entries) > 0 || time.Since(s.client.lastFrame) >= progressEvery {
		s.client.out = append(s.client.out, b.catchUp(s.id, s.told, through))
		s.told = through
	}
}

// tell queues a frame.
func (s *subscription) tell(m message) {
	s.client.out = append(s.client.out, m.frame())
}
