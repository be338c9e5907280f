package hub

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// framesOf gives all frames that are there for c.
func framesOf(c *Client) (frames []string) {
	synctest.Wait()
	for {
		f, ok := c.Next()
		if !ok {
			return frames
		}
		frames = append(frames, string(f.JSON()))
	}
}

func newHub(t *testing.T) (*Hub, *memory) {
	m := newMemory(1)
	h, err := New(t.Context(), Config{History: m, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return h, m
}

func TestPreviewsReachWhoIsLiveAndMatchesAndThenTheStoredEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, m := newHub(t)
		c := h.Connect(t.Context(), Hello{Limits: Limits{Subscriptions: 4}}, func() {})
		defer c.Close()
		c.Subscribe("a", filter.Filter{TenantIDs: []string{"t1"}}.Canonical(), From{})
		framesOf(c)
		one, other := &event.Event{EventID: "1", TenantID: "t1", Topic: "x", Offset: 7}, &event.Event{EventID: "2", TenantID: "t2"}
		h.Preview([]*event.Event{other, one})
		got := framesOf(c)
		if len(got) != 1 || !strings.HasPrefix(got[0], `{"type":"preview","feed":1,"events":[{"event_id":"1",`) || strings.Contains(got[0], `"2"`) {
			t.Fatalf("got %q, want a preview of event 1 alone", got)
		}
		h.Publish(m.append(&event.Event{EventID: "2", TenantID: "t2"}, &event.Event{EventID: "1", TenantID: "t1"}))
		got = framesOf(c)
		if len(got) != 1 || !strings.HasPrefix(got[0], `{"type":"events","feed":1,"prev":0,"position":2,"events":[{"position":2,"event_id":"1",`) {
			t.Fatalf("got %q, want the stored event", got)
		}
	})
}

func TestConnsAreToldWhatIsAwayWhenItChangesAndWhenTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHub(t)
		early := h.Connect(t.Context(), Hello{}, func() {})
		defer early.Close()
		h.Tell(Services{"ok", "ok", "none"})
		framesOf(early)
		h.Tell(Services{"away", "ok", "none"})
		const away = `{"type":"status","store":"away","kafka":"ok","relay":"none"}`
		if got := framesOf(early); len(got) != 1 || got[0] != away {
			t.Errorf("got %q, want %s", got, away)
		}
		h.Tell(Services{"away", "ok", "none"})
		if got := framesOf(early); len(got) != 0 {
			t.Errorf("got %q, though nothing has changed", got)
		}
		late := h.Connect(t.Context(), Hello{}, func() {})
		defer late.Close()
		if got := framesOf(late); len(got) != 2 || got[1] != away {
			t.Errorf("got %q, want hello and %s", got, away)
		}
	})
}
