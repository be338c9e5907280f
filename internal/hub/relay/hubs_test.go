package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/hub/relay/wire"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// history is a store in memory.
type history struct {
	mu     sync.Mutex
	events []*event.Event
}

func (h *history) append(events []*event.Event) event.Appended {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := event.Position(len(h.events) + 1)
	for i, e := range events {
		e.Position = first + event.Position(i)
	}
	h.events = append(h.events, events...)
	return event.Appended{First: first, Last: event.Position(len(h.events)), Events: events}
}

func (h *history) Head(context.Context) (event.Head, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return event.Head{Last: event.Position(len(h.events)), Epoch: "e1"}, nil
}

func (h *history) Window(_ context.Context, f filter.Filter, after, through event.Position) (hub.Window, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := hub.Window{Through: through}
	for _, e := range h.events[after:through] {
		if f.Match(e) {
			w.Events = append(w.Events, e)
		}
	}
	return w, nil
}

func (h *history) Latest(context.Context, filter.Filter, int, event.Position) ([]*event.Event, error) {
	return nil, nil
}

func (h *history) PositionAt(context.Context, time.Time) (event.Position, error) { return 0, nil }

// twin is a replica with a hub, and one client that has been there from the
// start.
type twin struct {
	*peer
	hub *hub.Hub
	got []event.Position // owned by the client's goroutine until it ends
}

// runTwin runs one until the test ends; its client ends with done.
func runTwin(t *testing.T, url, name string, h *history, done <-chan struct{}, joined *sync.WaitGroup) *twin {
	t.Helper()
	own, err := hub.New(t.Context(), hub.Config{History: h, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { _ = own.Run(ctx) })
	parts.Go(func() { _ = own.Follow(ctx) })
	t.Cleanup(parts.Wait)
	t.Cleanup(cancel)
	w := &twin{peer: joinHub(t, url, name, own), hub: own}
	woken := make(chan struct{}, 1)
	c := own.Connect(ctx, hub.Hello{Limits: hub.Limits{Subscriptions: 1}}, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	c.Subscribe("a", filter.Filter{}, hub.From{Start: hub.AtPosition, Epoch: "e1"})
	joined.Go(func() {
		defer c.Close()
		for {
			f, ok := c.Next()
			if !ok {
				select {
				case <-done:
					return
				case <-woken:
				}
				continue
			}
			var m struct {
				Type   string
				Events []struct{ Position event.Position }
			}
			if err := json.Unmarshal(f.JSON(), &m); err != nil {
				t.Error(err)
			}
			for _, e := range m.Events {
				w.got = append(w.got, e.Position)
			}
		}
	})
	return w
}

// bridge carries messages from one twin's Redis to the other's, as badly as a
// network and a Redis could: it loses, repeats and delays them.
func bridge(ctx context.Context, from, to *redis.Client, sender wire.Sender, rng *rand.Rand) {
	hears := from.Subscribe(ctx, channelOf("e1"))
	defer hears.Close() //nolint:errcheck // nothing is lost
	var late sync.WaitGroup
	defer late.Wait()
	messages := hears.Channel(redis.WithChannelSize(10_000))
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-messages:
			if m.Payload[2:10] != string(sender[:]) {
				continue // has come over the other bridge
			}
			for range []int{0, 1, 1, 1, 1, 2}[rng.IntN(6)] {
				delay := time.Duration(rng.IntN(4)) * time.Duration(rng.IntN(40)) * time.Millisecond
				late.Go(func() {
					wait(ctx, delay)
					to.Publish(ctx, channelOf("e1"), m.Payload) // an error is a loss
				})
			}
		}
	}
}

func TestTwoHubsGetEveryPositionOnceOverALinkThatLosesRepeatsAndReorders(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	servers := []*testenv.RedisServer{testenv.Redis(t), testenv.Redis(t)}
	h := new(history)
	done := make(chan struct{})
	var reading sync.WaitGroup
	twins := []*twin{runTwin(t, servers[0].URL, "a", h, done, &reading), runTwin(t, servers[1].URL, "b", h, done, &reading)}
	ctx, cancel := context.WithCancel(context.Background())
	var bridges sync.WaitGroup
	for i := range twins {
		twins[i].works(true, soon)
		from, to := redis.NewClient(&redis.Options{Addr: servers[i].Addr}), redis.NewClient(&redis.Options{Addr: servers[1-i].Addr})
		seeded := rand.New(rand.NewPCG(seed, uint64(i+1)))
		bridges.Go(func() { bridge(ctx, from, to, twins[i].sender, seeded) })
		t.Cleanup(func() { _, _ = from.Close(), to.Close() })
	}
	for range 200 {
		events := batch(1, 1+rng.IntN([]int{3, 30, 300}[rng.IntN(3)])).Events
		w := twins[rng.IntN(2)]
		a := h.append(events)
		w.hub.Publish(a)
		w.Send(a)
		<-time.After(time.Duration(rng.IntN(8)) * time.Millisecond)
	}
	last := event.Position(len(h.events))
	for _, w := range twins {
		await(t, soon, func() error {
			if at := w.hub.Position(); at < last {
				return fmt.Errorf("%s is at %d of %d", w.config.Replica, at, last)
			}
			return nil
		})
	}
	<-time.After(100 * time.Millisecond) // the clients' frames leave within 20 ms
	close(done)
	reading.Wait()
	cancel()
	bridges.Wait()
	for _, w := range twins {
		for i, p := range w.got {
			if p != event.Position(i+1) {
				t.Fatalf("%s: got position %d in place %d", w.config.Replica, p, i+1)
			}
		}
		if len(w.got) != int(last) {
			t.Errorf("%s: the client got %d events, want %d", w.config.Replica, len(w.got), last)
		}
	}
}
