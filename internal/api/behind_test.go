package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// blind lets a hub see the head, and nothing of what lies below it.
type blind struct {
	stored
	sees *atomic.Bool
}

var errBlind = errors.New("nothing can be read")

func (b blind) Window(ctx context.Context, f filter.Filter, after, through event.Position) (hub.Window, error) {
	if !b.sees.Load() {
		return hub.Window{}, errBlind
	}
	return b.stored.Window(ctx, f, after, through)
}

// The relay loses everything, and the hub cannot read what it has missed: the
// store answers, the conns live, and nothing arrives.
func TestAReplicaThatFallsSilentlyBehindIsNotReadyWithinFiveSeconds(t *testing.T) {
	var sees atomic.Bool
	sees.Store(true)
	b := serve(t, testenv.Database(t), func(c *Config) {
		h, err := hub.New(t.Context(), hub.Config{History: blind{stored{c.Store}, &sees}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
		if err != nil {
			t.Fatal(err)
		}
		c.Hub = h
	})
	fill(b) // nobody publishes it
	b.await("caught up", func() bool { return b.hub.Position() == 4 })
	sees.Store(false)
	begun := time.Now()
	b.append(event.Batch{Events: []*event.Event{newEvent(5, nil)}})
	b.await("not ready", func() bool { return b.get("/readyz").status == http.StatusServiceUnavailable })
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v, want less than 5 s", took)
	}
	if p := b.isProblem(b.get("/readyz"), http.StatusServiceUnavailable); p.Detail != "behind the head of the store" {
		t.Errorf("readyz: got %q", p.Detail)
	}
	if st := b.status(); st.Status != "degraded" || st.Store.State != "ok" || len(st.Reasons) != 1 {
		t.Errorf("got %+v, want degraded although the store answers", st)
	}
	sees.Store(true)
	b.await("ready", func() bool { return b.get("/readyz").status == http.StatusOK })
	if got := b.hub.Position(); got != 5 {
		t.Errorf("got position %d, want 5", got)
	}
}

func TestARelayThatIsAwayDegradesAndLeavesTheReplicaReady(t *testing.T) {
	var relay atomic.Pointer[Part]
	relay.Store(&Part{OK: true, Detail: map[string]int{"dropped": 0}})
	b := serve(t, testenv.Database(t), func(c *Config) { c.Relay = func() Part { return *relay.Load() } })
	if st := b.status(); st.Status != "running" || st.Relay.State != "ok" || st.Relay.Detail == nil || len(st.Reasons) != 0 {
		t.Errorf("got %+v, want running with a relay", st)
	}
	relay.Store(&Part{Reason: "Redis is away"})
	if st := b.status(); st.Status != "degraded" || st.Relay.State != "away" || len(st.Reasons) != 1 || st.Reasons[0] != "Redis is away" {
		t.Errorf("got %+v, want degraded because of the relay", st)
	}
	if got := b.get("/readyz"); got.status != http.StatusOK {
		t.Errorf("readyz without Redis: got %d, want 200", got.status)
	}
}
