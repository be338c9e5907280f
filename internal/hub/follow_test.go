package hub

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// counted counts how often the head is read.
type counted struct {
	*memory
	heads atomic.Int64
}

func (c *counted) Head(ctx context.Context) (event.Head, error) {
	c.heads.Add(1)
	return c.memory.Head(ctx)
}

// followed is a hub whose siblings store.
type followed struct {
	*Hub
	history *counted
}

// follows runs a test in a bubble.
func follows(t *testing.T, test func(t *testing.T, f followed)) {
	synctest.Test(t, func(t *testing.T) {
		m := &counted{memory: newMemory(1)}
		m.latency = 2 * time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		h, err := New(ctx, Config{History: m, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		var joined sync.WaitGroup
		joined.Go(func() { _ = h.Run(ctx) })
		joined.Go(func() { _ = h.Follow(ctx) })
		test(t, followed{h, m})
		cancel()
		joined.Wait()
	})
}

// takes is how long it takes until what a sibling stores now is here.
func (f followed) takes() time.Duration {
	begun := time.Now()
	for last := f.history.append(&event.Event{}).Last; f.Position() < last; {
		time.Sleep(time.Millisecond)
	}
	return time.Since(begun)
}

// looks is how often the head is read in ten seconds.
func (f followed) looks() int64 {
	before := f.history.heads.Load()
	time.Sleep(10 * time.Second)
	return f.history.heads.Load() - before
}

func TestAHubLooksAtTheHeadMoreOftenOnceItMissedWhatASiblingStored(t *testing.T) {
	follows(t, func(t *testing.T, f followed) {
		if got := f.looks(); got > 11 {
			t.Errorf("got %d looks in 10 s of a hub without siblings, want about 10", got)
		}
		if first := f.takes(); first > 2100*time.Millisecond {
			t.Errorf("the first event of a sibling took %v, want two looks", first)
		}
		for i := range 100 {
			if d := f.takes(); d > 200*time.Millisecond {
				t.Fatalf("event %d of a sibling took %v, want at most 200 ms", i, d)
			}
			time.Sleep(time.Duration(i) * 7 * time.Millisecond)
		}
		time.Sleep(suspicion)
		if got := f.looks(); got > 11 {
			t.Errorf("got %d looks in 10 s long after the last hole, want about 10", got)
		}
	})
}

func TestAHubLooksAtTheHeadMoreOftenWhileTheRelayIsAway(t *testing.T) {
	follows(t, func(t *testing.T, f followed) {
		f.RelayWorking(false)
		synctest.Wait()
		for i := range 100 {
			if d := f.takes(); d > 200*time.Millisecond {
				t.Fatalf("event %d of a sibling took %v, want at most 200 ms", i, d)
			}
			time.Sleep(time.Duration(i) * 7 * time.Millisecond)
		}
		f.RelayWorking(true)
		time.Sleep(suspicion + time.Second)
		if got := f.looks(); got > 11 {
			t.Errorf("got %d looks in 10 s with a relay, want about 10", got)
		}
	})
}

func TestAHubReadsAtOnceWhatASiblingSaysItHas(t *testing.T) {
	follows(t, func(t *testing.T, f followed) {
		a := f.history.append(&event.Event{}, &event.Event{})
		begun := time.Now()
		f.Heard(a.Last)
		for f.Position() < a.Last {
			time.Sleep(time.Millisecond)
		}
		if d := time.Since(begun); d > 60*time.Millisecond {
			t.Errorf("took %v, want little more than %v", d, holePatience)
		}
		before := f.history.windows
		f.Heard(a.Last)
		f.Heard(1)
		time.Sleep(500 * time.Millisecond)
		if f.history.windows != before {
			t.Errorf("what is here was read again")
		}
	})
}
