package ingest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// TestEventsAreShownWhileTheStoreIsAway: those in the batch that waits, those
// in the queue, and, when that is full, those behind it, which are fetched again
// to be stored.
func TestEventsAreShownWhileTheStoreIsAway(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "away.previews.v1"
		s.createTopic(topic, 2)
		config := s.config(topic)
		free := make(chan struct{})
		config.Store = stuck{s.store, free}
		var mu sync.Mutex
		shown := map[string]int{}
		config.Preview = func(events []*event.Event) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range events {
				if e.Position != 0 {
					t.Errorf("preview of %s has position %d", e.EventID, e.Position)
				}
				shown[e.EventID]++
			}
		}
		waitShown := func(want int) {
			t.Helper()
			s.eventually(30*time.Second, func() error {
				mu.Lock()
				defer mu.Unlock()
				if len(shown) != want {
					return fmt.Errorf("%d events are shown, want %d", len(shown), want)
				}
				return nil
			})
		}
		s.start(config)
		s.produce(topic, 0, events("one", 1)...)
		waitShown(1)
		filler := strings.Repeat("x", 20_000)
		for i := range 30 { // more than the queue takes
			values := make([]string, 40)
			for j := range values {
				values[j] = fmt.Sprintf(`{"event_id":"%d-%d","payload":{"filler":%q}}`, i, j, filler)
			}
			s.produce(topic, i%2, values...)
		}
		waitShown(1201)
		s.produce(topic, 1, events("last", 1)...)
		waitShown(1202)
		close(free)
		s.checkOnce(1202)
		for id, n := range shown {
			if n != 1 {
				t.Errorf("%s was shown %d times", id, n)
			}
		}
		s.produce(topic, 1, events("after", 1)...)
		s.checkOnce(1203)
		if n := len(shown); n != 1202 {
			t.Errorf("%d events were shown, though the store is back", n-1202)
		}
	})
}
