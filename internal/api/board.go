package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/store"
)

const (
	lookEvery = 250 * time.Millisecond
	// A server that hangs is noticed after lookEvery and lookTimeout.
	lookTimeout = 1500 * time.Millisecond
	// behindFor is how long a replica may be behind the head until it is not
	// ready: with the two looks that it takes to notice, less than 5 s.
	behindFor = 4 * time.Second
)

// board is what is known of the store. It is looked at in the background, so
// that status answers at once and nobody waits for a store that is away.
type board struct {
	mu     sync.Mutex
	state  store.State // of the last look that was answered
	err    error       // of the last look
	looked bool        // at least once
	since  time.Time   // the store answers, or does not
	caught time.Time   // when this replica last was where the store was
	reads  map[int]context.CancelCauseFunc
	nextID int
}

func newBoard() board { return board{reads: map[int]context.CancelCauseFunc{}} }

// watch looks at the store until ctx ends.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		s.look(ctx)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func (s *Server) look(ctx context.Context) {
	bounded, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	state, err := s.store.State(bounded)
	if ctx.Err() != nil {
		return
	}
	changed, ends := s.board.note(state, err, s.hub.Position())
	for _, end := range ends {
		end(fmt.Errorf("give up reading: %w", event.ErrUnavailable))
	}
	s.tell(err == nil)
	switch {
	case changed && err != nil:
		s.logger.Warn("store is away", "error", err)
	case changed:
		s.logger.Info("store answers")
	}
}

// tell lets the conns know what is away.
func (s *Server) tell(store bool) {
	state := func(ok bool) string {
		if ok {
			return "ok"
		}
		return "away"
	}
	relay := "none"
	if s.config.Relay != nil {
		relay = state(s.config.Relay().OK)
	}
	s.hub.Tell(hub.Services{Store: state(store), Kafka: state(s.config.Kafka().OK), Relay: relay})
}

// note writes down what a look has shown. It says whether the store has gone
// or come since the look before, and gives the reads that shall end.
func (b *board) note(state store.State, err error, position event.Position) (changed bool, ends []context.CancelCauseFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if changed = !b.looked || (err == nil) != (b.err == nil); changed {
		b.since = now
	}
	// What the store had a look ago, this replica should have by now.
	if !b.looked || err != nil || position >= b.state.Last {
		b.caught = now
	}
	b.looked, b.err = true, err
	if err == nil {
		b.state = state
		return changed, nil
	}
	ends = slices.Collect(maps.Values(b.reads))
	clear(b.reads)
	return changed, ends
}

// begin gives a read a context that ends when the store goes away, and refuses
// it if it is. The caller calls done.
func (b *board) begin(ctx context.Context) (_ context.Context, done func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return nil, nil, fmt.Errorf("refuse to read: %w", event.ErrUnavailable)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	id := b.nextID
	b.nextID++
	b.reads[id] = cancel
	return ctx, func() {
		b.mu.Lock()
		delete(b.reads, id)
		b.mu.Unlock()
		cancel(nil)
	}, nil
}

// reading lets a handler read the store while it is there.
func (s *Server) reading(h handle) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, done, err := s.board.begin(r.Context())
		if err != nil {
			return err
		}
		defer done()
		err = h(w, r.WithContext(ctx))
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
		return err
	}
}

// behind says whether the store answers and this replica has not been where
// the store is for too long.
func (b *board) behind() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err == nil && b.looked && time.Since(b.caught) > behindFor
}

func (b *board) hasLooked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.looked
}
