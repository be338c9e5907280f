package hub

import (
	"context"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// start finds where s begins; at is the hub's position.
func (s *subscription) start(at event.Position) {
	switch s.from.Start {
	case AtPosition:
		s.startAt(at)
	case Last:
		s.startLast(at)
	case Since:
		s.startSince()
	default:
		s.begin(at)
	}
}

// begin says that s has everything up to position and goes on from there.
func (s *subscription) begin(position event.Position) {
	s.position, s.told, s.started, s.state = position, position, true, catching
	head := s.client.hub.Position()
	s.tell(message{Type: "subscribed", ID: s.id, Feed: s.feed.id, Filter: &s.feed.filter, Position: &position, Head: &head})
}

// reset says that what lies before position cannot be had.
func (s *subscription) reset(reason string, position event.Position) {
	s.position, s.told, s.state = position, position, catching
	s.tell(message{Type: "reset", ID: s.id, Reason: reason, Position: &position})
}

// startAt begins behind a position that the client names. It may be of another
// numbering, below what retention has left, or above what this replica knows.
func (s *subscription) startAt(at event.Position) {
	h := s.client.hub
	h.mu.Lock()
	head := h.head
	h.mu.Unlock()
	p := s.from.Position
	switch {
	case s.from.Epoch != "" && s.from.Epoch != head.Epoch:
		s.begin(at)
		s.reset("epoch", at)
	case p < head.Floor:
		s.begin(head.Floor)
		s.reset("retention", head.Floor)
	case p <= at:
		s.begin(p)
	default:
		s.startAhead()
	}
}

// startAhead asks the store whether a position above the hub's exists.
func (s *subscription) startAhead() {
	h := s.client.hub
	var head event.Head
	s.client.read(s, func(ctx context.Context) (err error) {
		head, err = h.reads.head(ctx)
		return err
	}, func() {
		if s.from.Position <= head.Last {
			s.state = ahead
			return
		}
		s.begin(h.Position())
		s.reset("epoch", s.position)
	})
}

// waitForHub begins once the hub has reached the position that s names.
func (s *subscription) waitForHub() {
	if s.client.hub.Position() >= s.from.Position {
		s.begin(s.from.Position)
	}
}

// startLast begins before the newest matching events, which are looked for in
// the tail first.
func (s *subscription) startLast(at event.Position) {
	h := s.client.hub
	h.mu.Lock()
	entries, border, floor := h.tail.entries, h.tail.start(), h.head.Floor
	h.mu.Unlock()
	n := 0
	for i := len(entries) - 1; i >= 0 && n < s.from.Last; i-- {
		if s.feed.filter.Match(entries[i].Event) {
			n++
			at = entries[i].Position - 1
		}
	}
	if n == s.from.Last || border <= floor {
		s.begin(at)
		return
	}
	s.readLatest()
}

// readLatest delivers the newest matching events from history.
func (s *subscription) readLatest() {
	h := s.client.hub
	through := h.Position()
	var found []*entry
	s.client.read(s, func(ctx context.Context) (err error) {
		found, err = h.reads.latest(ctx, s.feed.filter, s.from.Last, through)
		return err
	}, func() {
		if len(found) == 0 {
			s.begin(through)
			return
		}
		s.begin(found[0].Position - 1)
		s.deliver(found, through, true)
	})
}

func (s *subscription) startSince() {
	h := s.client.hub
	var position event.Position
	s.client.read(s, func(ctx context.Context) (err error) {
		position, err = h.reads.positionAt(ctx, s.from.Since)
		return err
	}, func() { s.begin(min(position, h.Position())) })
}

// readWindow catches up by one window of history.
func (s *subscription) readWindow() {
	h := s.client.hub
	after := s.position
	var w window
	s.client.read(s, func(ctx context.Context) (err error) {
		w, err = h.reads.window(ctx, s.feed.filter, after, h.Position())
		return err
	}, func() {
		if w.floor > after {
			s.reset("retention", w.floor)
			return
		}
		s.state = catching
		s.deliver(w.entries, w.through, true)
	})
}
