package hub

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

var errAway = errors.New("history is away")

// memory is a history with latency and faults, dense from floor + 1.
type memory struct {
	mu      sync.Mutex
	rng     *rand.Rand
	events  []*event.Event // events[i] has position i + 1
	floor   event.Position
	epoch   string
	latency time.Duration
	faults  float64 // share of reads that fail
	away    bool
	windows int
}

func newMemory(seed uint64) *memory {
	return &memory{rng: rand.New(rand.NewPCG(seed, 1)), epoch: "e1"}
}

// append stores events as the store does, and says so.
func (m *memory) append(events ...*event.Event) event.Appended {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := event.Position(len(m.events) + 1)
	for i, e := range events {
		e.Position = first + event.Position(i)
		e.StoredAt = time.Now()
	}
	m.events = append(m.events, events...)
	return event.Appended{First: first, Last: event.Position(len(m.events)), Events: events}
}

// retain moves the floor up by a share of what is stored.
func (m *memory) retain(share float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.floor += event.Position(share * float64(len(m.events)-int(m.floor)))
}

func (m *memory) setAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

// answer waits as a database does, and fails now and then, before or after.
func (m *memory) answer(ctx context.Context, read func()) error {
	m.mu.Lock()
	wait := time.Duration(m.rng.Int64N(int64(m.latency) + 1))
	before, after := m.rng.Float64() < m.faults/2, m.rng.Float64() < m.faults/2
	away := m.away
	m.mu.Unlock()
	if before || away {
		return errAway
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
	}
	m.mu.Lock()
	read()
	m.mu.Unlock()
	if after {
		return errAway
	}
	return nil
}

func (m *memory) Head(ctx context.Context) (head event.Head, err error) {
	err = m.answer(ctx, func() {
		head = event.Head{Last: event.Position(len(m.events)), Floor: m.floor, Epoch: m.epoch}
	})
	return head, err
}

func (m *memory) Window(ctx context.Context, f filter.Filter, after, through event.Position) (w Window, err error) {
	err = m.answer(ctx, func() {
		m.windows++
		w.Through, w.Floor = through, m.floor
		for _, e := range m.events[after:through] {
			if e.Position > m.floor && f.Match(e) {
				w.Events = append(w.Events, e)
			}
			if len(w.Events) == 100 {
				w.Through = e.Position
				return
			}
		}
	})
	return w, err
}

func (m *memory) Latest(ctx context.Context, f filter.Filter, n int, through event.Position) (events []*event.Event, err error) {
	err = m.answer(ctx, func() {
		for p := through; p > m.floor && len(events) < n; p-- {
			if e := m.events[p-1]; f.Match(e) {
				events = append([]*event.Event{e}, events...)
			}
		}
	})
	return events, err
}

func (m *memory) PositionAt(ctx context.Context, t time.Time) (p event.Position, err error) {
	err = m.answer(ctx, func() {
		for int(p) < len(m.events) && m.events[p].StoredAt.Before(t) {
			p++
		}
	})
	return p, err
}
