package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// reader is a client that keeps the rules of the protocol, and its place.
type reader struct {
	replicas []*replica // it connects to any
	filter   filter.Filter
	from     From
	rng      *rand.Rand
	pace     time.Duration // between frames
	leave    float64       // chance to reconnect after a frame
	delay    time.Duration // before the first conn

	started  bool
	here     bool // subscribed on this conn, which a replica that is behind makes wait
	start    event.Position
	position event.Position
	caughtUp bool
	got      []event.Position
	gone     [][2]event.Position // what resets said is gone: (from, to]
	err      error
}

// told is what a reader understands of any frame.
type told struct {
	Type     string
	ID       string
	Feed     uint64
	Prev     event.Position
	Position event.Position
	Events   []struct{ Position event.Position }
	Reason   string
	Code     string
}

func (r *reader) run(done <-chan struct{}) {
	select {
	case <-time.After(r.delay):
	case <-done:
		return
	}
	for r.err == nil && r.conn(done) {
		time.Sleep(time.Duration(r.rng.IntN(500)) * time.Millisecond)
	}
}

// conn reads until it leaves, and says whether to come back.
func (r *reader) conn(done <-chan struct{}) bool {
	hub, killed := r.replicas[r.rng.IntN(len(r.replicas))].now()
	if hub == nil {
		return true
	}
	woken := make(chan struct{}, 1)
	c := hub.Connect(context.Background(), Hello{Replica: "r", Limits: Limits{Subscriptions: 4}}, func() { nudge(woken) })
	defer c.Close()
	from := r.from
	if r.started {
		from = From{Start: AtPosition, Position: r.position, Epoch: "e1"}
	}
	r.caughtUp, r.here = false, false
	c.Subscribe("a", r.filter, from)
	for {
		f, ok := c.Next()
		if c.Ended() {
			return true
		}
		if !ok {
			select {
			case <-woken:
				continue
			case <-killed:
				return true
			case <-done:
				return false
			}
		}
		if r.err = r.take(f); r.err == nil {
			r.err = r.checkView(c.View())
		}
		if r.err != nil {
			return false
		}
		time.Sleep(r.pace)
		if r.started && r.rng.Float64() < r.leave {
			return true
		}
	}
}

// nudge leaves a token, unless there is one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// checkView compares what others see of the reader with what it knows.
func (r *reader) checkView(v View) error {
	for _, s := range v.Subscriptions {
		if r.here && (s.State == "starting" || s.Position < r.position) {
			return fmt.Errorf("others see %+v of a reader at %d, caught up %v", s, r.position, r.caughtUp)
		}
	}
	return nil
}

func (r *reader) take(f Frame) error {
	var m told
	if err := json.Unmarshal(f.JSON(), &m); err != nil {
		return fmt.Errorf("frame %s: %w", f.JSON(), err)
	}
	switch m.Type {
	case "subscribed":
		r.here = true
		return r.takeSubscribed(m.Position)
	case "reset":
		if m.Reason != "retention" || m.Position < r.position {
			return fmt.Errorf("reset %s to %d, have %d", m.Reason, m.Position, r.position)
		}
		r.skip(m.Position)
	case "events":
		return r.takeEvents(m)
	case "caught_up":
		if m.Position < r.position {
			return fmt.Errorf("caught up at %d, have %d", m.Position, r.position)
		}
		r.caughtUp, r.position = true, m.Position
	case "lagging":
		r.caughtUp = false
		if m.Position != r.position {
			return fmt.Errorf("lagging at %d, have %d", m.Position, r.position)
		}
	case "progress":
		if r.caughtUp {
			r.position = max(r.position, m.Position)
		}
	case "preview":
		return r.takePreview(f)
	case "hello", "status":
	default:
		return fmt.Errorf("unexpected frame %s", f.JSON())
	}
	return nil
}

// takeSubscribed: a start above the one asked for is followed by a reset.
func (r *reader) takeSubscribed(position event.Position) error {
	asked := r.position
	if !r.started {
		asked = r.from.Position
	}
	switch {
	case r.started || r.from.Start == AtPosition:
		if position < asked {
			return fmt.Errorf("started at %d, asked for %d", position, asked)
		}
	default:
		asked = position
	}
	if !r.started {
		r.started, r.start, r.position = true, asked, asked
	}
	r.skip(position)
	return nil
}

// takePreview: events that match and have no place.
func (r *reader) takePreview(f Frame) error {
	var m struct{ Events []*event.Event }
	if err := json.Unmarshal(f.JSON(), &m); err != nil {
		return err
	}
	if !r.caughtUp {
		return fmt.Errorf("a preview while catching up")
	}
	for _, e := range m.Events {
		if e.Position != 0 || !r.filter.Match(e) {
			return fmt.Errorf("preview of event %s at position %d, filter %s", e.EventID, e.Position, r.filter.Key())
		}
	}
	return nil
}

func (r *reader) skip(to event.Position) {
	if to > r.position {
		r.gone = append(r.gone, [2]event.Position{r.position, to})
		r.position = to
	}
}

func (r *reader) isGone(p event.Position) bool {
	for _, g := range r.gone {
		if p > g[0] && p <= g[1] {
			return true
		}
	}
	return false
}

func (r *reader) takeEvents(m told) error {
	if m.Prev > r.position {
		return fmt.Errorf("a frame covers (%d, %d], have only up to %d", m.Prev, m.Position, r.position)
	}
	if (m.Feed != 0) != r.caughtUp {
		return fmt.Errorf("a frame of feed %d while caught up is %v", m.Feed, r.caughtUp)
	}
	for _, e := range m.Events {
		if e.Position <= r.position {
			return fmt.Errorf("event %d again, had up to %d", e.Position, r.position)
		}
		r.position = e.Position
		r.got = append(r.got, e.Position)
	}
	if m.Position < r.position {
		return fmt.Errorf("a frame up to %d has event %d", m.Position, r.position)
	}
	r.position = m.Position
	return nil
}

// check compares what came with what is stored.
func (r *reader) check(events []*event.Event) error {
	if r.err != nil {
		return r.err
	}
	if !r.started {
		return fmt.Errorf("never subscribed")
	}
	if last := event.Position(len(events)); r.position != last {
		return fmt.Errorf("ended at position %d, want %d", r.position, last)
	}
	if err := r.checkStart(events); err != nil {
		return err
	}
	i := 0
	for _, e := range events[r.start:] {
		if !r.filter.Match(e) || r.isGone(e.Position) {
			continue
		}
		if i == len(r.got) || r.got[i] != e.Position {
			return fmt.Errorf("event %d is missing after %d events", e.Position, i)
		}
		i++
	}
	if i != len(r.got) {
		return fmt.Errorf("got %d events, want %d", len(r.got), i)
	}
	return nil
}

// checkStart looks whether the subscription began where it was asked to.
func (r *reader) checkStart(events []*event.Event) error {
	if r.from.Start != Since {
		return nil
	}
	for _, e := range events[:r.start] {
		if !e.StoredAt.Before(r.from.Since) {
			return fmt.Errorf("started at %d, though %d was stored at %v", r.start, e.Position, e.StoredAt)
		}
	}
	return nil
}
