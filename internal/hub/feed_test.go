package hub

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestAFeedMakesFramesAtOnceWhenIdleAndFewWhenBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, m := newHub(t)
		woken := make(chan struct{}, 1)
		c := h.Connect(t.Context(), Hello{Limits: Limits{Subscriptions: 1}}, func() { nudge(woken) })
		defer c.Close()
		c.Subscribe("a", filter.Filter{}, From{})
		framesOf(c)
		begun := time.Now()
		nextFrame := func() (events int, at time.Duration) {
			for {
				if f, ok := c.Next(); ok && f.Events > 0 {
					return f.Events, time.Since(begun)
				} else if !ok {
					<-woken
				}
			}
		}
		for _, step := range []struct {
			what      string
			published []time.Duration // from when the frame before has been written
			events    int
			at        time.Duration
			writing   time.Duration // that the client takes for it
		}{
			{"idle: at once", []time.Duration{0}, 1, 0, 4 * time.Millisecond},
			{"written after 4 ms: after 6 ms, with what came by then", []time.Duration{0, time.Millisecond}, 2, 6 * time.Millisecond, time.Millisecond},
			{"idle again", []time.Duration{93 * time.Millisecond}, 1, 100 * time.Millisecond, 15 * time.Millisecond},
			{"written after 15 ms: after 20 ms, not 22", []time.Duration{0}, 1, 120 * time.Millisecond, 0},
		} {
			for _, after := range step.published {
				time.AfterFunc(after, func() { h.Publish(m.append(&event.Event{TenantID: "t"})) })
			}
			events, at := nextFrame()
			if events != step.events || at != step.at {
				t.Errorf("%s: got %d events after %v, want %d after %v", step.what, events, at, step.events, step.at)
			}
			time.Sleep(step.writing)
		}
	})
}
