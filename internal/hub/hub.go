// Package hub brings stored events to the conns that asked for them.
//
// Guarantees, for every subscription: each matching event above its start
// position once and in order of position, first from history and then live,
// with no seam between the two; or an explicit reset where retention or a new
// numbering makes that impossible. Batches may be published late, twice, in
// any order or not at all: what is missing is read from history. Memory is
// bounded whatever clients do: a slow one loses its frames, not its place, and
// catches up from history.
//
// Goroutines: Run orders and dispatches; Follow watches the head of the store
// and fills holes; each Client belongs to whoever calls its Next.
// Locks are taken in the order Hub.mu, feed.mu, and never held during I/O.
package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// History is what the hub reads of the store. Errors are transient: the hub
// tries again.
type History interface {
	Head(ctx context.Context) (event.Head, error)
	// Window looks for matching events of (after, through].
	Window(ctx context.Context, f filter.Filter, after, through event.Position) (Window, error)
	// Latest gives the newest n matching events at or below through, ascending.
	Latest(ctx context.Context, f filter.Filter, n int, through event.Position) ([]*event.Event, error)
	// PositionAt gives the position above which everything is that was stored
	// at or after t.
	PositionAt(ctx context.Context, t time.Time) (event.Position, error)
}

// Window is a piece of history.
type Window struct {
	Events  []*event.Event // ascending
	Through event.Position // everything up to here has been looked at
	Floor   event.Position // of the same moment; what lies at or below is gone
}

// Config is what a hub needs to know.
type Config struct {
	History    History
	TailBytes  int // of recent events kept in memory; 0 means 64 MiB
	FrameBytes int // of recent frames kept for conns behind; 0 means 64 MiB
	Reads      int // catch-up reads at once; 0 means 4
	Logger     *slog.Logger
	Metrics    prometheus.Registerer // nil: none
}

// Hub is safe for concurrent use.
type Hub struct {
	history History
	logger  *slog.Logger
	metrics *metrics
	reads   *reads
	frames  recentFrames
	early   earlyBatches
	holes   chan struct{} // holds a token when a batch waits for the ones before it

	progress atomic.Pointer[progress]
	status   atomic.Pointer[status]

	mu      sync.Mutex
	head    event.Head // as last seen in the store; Last may be behind position
	tail    tail
	feeds   map[string]*feed
	nextID  uint64
	index   *index
	clients map[*Client]struct{}

	relayAway      atomic.Bool
	suspectedUntil time.Time // owned by Follow

	touched []*feed // owned by Run
}

// New makes a hub that continues at the head of the store.
func New(ctx context.Context, c Config) (*Hub, error) {
	head, err := c.History.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the head: %w", err)
	}
	h := &Hub{
		history: c.History,
		logger:  c.Logger,
		reads:   newReads(c.History, or(c.Reads, 4)),
		frames:  recentFrames{limit: or(c.FrameBytes, 64<<20)},
		early:   newEarlyBatches(head.Last + 1),
		holes:   make(chan struct{}, 1),
		head:    head,
		tail:    tail{limit: or(c.TailBytes, 64<<20), last: head.Last},
		feeds:   map[string]*feed{},
		index:   newIndex(),
		clients: map[*Client]struct{}{},
	}
	h.metrics = newMetrics(c.Metrics, h)
	h.progress.Store(newProgress(head.Last, head.Last))
	h.status.Store(fine)
	return h, nil
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Publish hands over what has been stored, in any order and any number of
// times. It does not wait; if too much is waiting already the batch is dropped
// and read from history later.
func (h *Hub) Publish(a event.Appended) {
	if len(a.Events) > 0 {
		h.early.put(a)
	}
}

// Run puts batches in order and dispatches them to the feeds until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			h.tellProgress()
		case <-h.early.ready:
			for h.dispatchNext() {
			}
			if !h.early.empty() {
				h.noticeHole()
			}
		}
	}
}

// dispatchNext takes one batch that continues at the hub's position, if there
// is one.
func (h *Hub) dispatchNext() bool {
	h.mu.Lock()
	batch := h.early.take()
	if batch == nil {
		h.mu.Unlock()
		return false
	}
	h.dispatch(batch)
	touched := h.touched
	h.mu.Unlock()
	for i, f := range touched {
		f.offer()
		touched[i] = nil
	}
	return true
}

// dispatch appends events to the tail and to the feeds that match. Needs h.mu.
func (h *Hub) dispatch(events []*event.Event) {
	entries := make([]*entry, len(events))
	h.touched = h.touched[:0]
	for i, e := range events {
		en := &entry{Event: e}
		entries[i] = en
		h.index.matching(e, func(f *feed) {
			if f.add(en) {
				h.touched = append(h.touched, f)
			}
		})
	}
	h.tail.append(entries)
}

// Position is how far the hub has got.
func (h *Hub) Position() event.Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tail.last
}

// Epoch names the numbering that the hub follows.
func (h *Hub) Epoch() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head.Epoch
}

// Status is what an operator wants to know of a hub.
type Status struct {
	Position      event.Position `json:"position"`
	Head          event.Position `json:"head"` // of the store, as last seen
	Conns         int            `json:"conns"`
	Subscriptions int            `json:"subscriptions"`
	Feeds         int            `json:"feeds"`
	TailEvents    int            `json:"tail_events"`
	TailBytes     int            `json:"tail_bytes"`
}

// Status is cheap.
func (h *Hub) Status() Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := Status{
		Position: h.tail.last, Head: max(h.head.Last, h.tail.last),
		Conns: len(h.clients), Feeds: len(h.feeds),
		TailEvents: len(h.tail.entries), TailBytes: h.tail.bytes,
	}
	for _, f := range h.feeds {
		s.Subscriptions += f.refs
	}
	return s
}

// acquire gives the feed of a canonical filter. Needs h.mu.
func (h *Hub) acquire(f filter.Filter) *feed {
	key := f.Key()
	fd := h.feeds[key]
	if fd == nil {
		h.nextID++
		fd = &feed{hub: h, id: h.nextID, filter: f}
		h.feeds[key] = fd
	}
	fd.refs++
	return fd
}

// release gives a feed back. Needs h.mu.
func (h *Hub) release(f *feed) {
	if f.refs--; f.refs == 0 && !f.orphan {
		delete(h.feeds, f.filter.Key())
	}
}
