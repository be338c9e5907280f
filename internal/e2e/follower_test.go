package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// follower is a client that keeps its place: it reconnects for ever, resumes
// by position and checks the protocol's promises in every frame.
type follower struct {
	url   string
	other string // where to go when a conn ends, and back; "" is to stay
	query string // of the filter

	mu       sync.Mutex
	position int64
	epoch    string
	got      []seen
	conns    int
	live     bool
	previews int
	delays   []time.Duration // from stored to here, of live events
	broken   error           // a broken promise
}

// seen is what a follower notes of an event.
type seen struct {
	Position int64  `json:"position"`
	EventID  string `json:"event_id"`
}

// arrived is an event as it comes.
type arrived struct {
	seen
	StoredAt time.Time `json:"stored_at"`
}

type frame struct {
	Type     string    `json:"type"`
	Epoch    string    `json:"epoch"`
	Prev     int64     `json:"prev"`
	Position int64     `json:"position"`
	Events   []arrived `json:"events"`
	Reason   string    `json:"reason"`
}

// run follows until ctx ends or a promise is broken.
func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil && f.state().broken == nil {
		f.conn(ctx)
		if f.other != "" {
			f.url, f.other = f.other, f.url
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (f *follower) conn(ctx context.Context) {
	s := f.state()
	u := strings.Replace(f.url, "http", "ws", 1) + fmt.Sprintf("/api/event-bus/stream?position=%d", s.position)
	if s.epoch != "" {
		u += "&epoch=" + s.epoch
	}
	dialing, cancel := context.WithTimeout(ctx, 5*time.Second)
	ws, _, err := websocket.Dial(dialing, u+f.query, &websocket.DialOptions{Subprotocols: []string{"eventfeed.v1"}})
	cancel()
	if err != nil {
		return // the server is away: that is allowed
	}
	defer ws.CloseNow() //nolint:errcheck // it ends either way
	ws.SetReadLimit(4 << 20)
	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			f.setLive(false)
			return
		}
		var m frame
		if err = json.Unmarshal(data, &m); err == nil {
			err = f.take(m)
		}
		if err != nil {
			f.mu.Lock()
			f.broken = fmt.Errorf("%w in %.300s", err, data)
			f.mu.Unlock()
			return
		}
	}
}

func (f *follower) setLive(live bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.live = live
}

func (f *follower) take(m frame) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch m.Type {
	case "hello":
		f.epoch = m.Epoch
		f.conns++
	case "subscribed", "lagging":
		f.live = false
		if m.Position != f.position {
			return fmt.Errorf("%s at %d, have %d", m.Type, m.Position, f.position)
		}
	case "events":
		return f.takeEvents(m)
	case "caught_up":
		f.live = true
		f.position = max(f.position, m.Position)
	case "progress":
		if f.live {
			f.position = max(f.position, m.Position)
		}
	case "preview":
		f.previews += len(m.Events)
	case "goodbye", "status":
	default:
		return fmt.Errorf("unexpected frame")
	}
	return nil
}

func (f *follower) takeEvents(m frame) error {
	if m.Prev > f.position {
		return fmt.Errorf("a gap: the frame begins behind %d, have %d", m.Prev, f.position)
	}
	for _, e := range m.Events {
		if e.Position <= f.position {
			return fmt.Errorf("event %d again or out of order, have %d", e.Position, f.position)
		}
		f.position = e.Position
		f.got = append(f.got, e.seen)
		if f.live {
			f.delays = append(f.delays, time.Since(e.StoredAt))
		}
	}
	if m.Position < f.position {
		return errors.New("the frame's position is below its last event's")
	}
	f.position = m.Position
	return nil
}

// progress is a copy of what a follower knows.
type progress struct {
	position int64
	epoch    string
	conns    int
	live     bool
	previews int
	broken   error
}

func (f *follower) state() progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	return progress{f.position, f.epoch, f.conns, f.live, f.previews, f.broken}
}

// follow starts a follower that ends with the test.
func follow(tb testing.TB, url, query string) *follower {
	return startFollower(tb, &follower{url: url, query: query})
}

func startFollower(tb testing.TB, f *follower) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() { f.run(ctx) })
	tb.Cleanup(func() {
		cancel()
		joined.Wait()
	})
	return f
}

// delay says how long live events took from being stored, since the call
// before: the median, and what 99 of 100 stay below.
func (f *follower) delay() (p50, p99 time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(f.delays)
	if n := len(f.delays); n > 0 {
		p50, p99 = f.delays[n/2], f.delays[n*99/100]
	}
	f.delays = nil
	return p50, p99
}
