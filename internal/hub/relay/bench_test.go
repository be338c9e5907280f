package relay

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// BenchmarkHop measures the way of a batch from one replica to another, through
// a real Redis.
func BenchmarkHop(b *testing.B) {
	redis := testenv.Redis(b)
	arrived, works := make(chan event.Position, 16), make(chan struct{}, 2)
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	defer joined.Wait()
	defer cancel()
	start := func(name string) *Relay {
		r, err := New(Config{
			URL: redis.URL, Replica: name, Epoch: func() string { return "e1" }, Position: func() event.Position { return 0 },
			Publish: func(a event.Appended) { arrived <- a.Last }, Heard: func(event.Position) {},
			Working: func(working bool) {
				if working {
					works <- struct{}{}
				}
			},
			Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			b.Fatal(err)
		}
		joined.Go(func() { _ = r.Run(ctx) })
		return r
	}
	from := start("a")
	start("b")
	<-works
	<-works
	for name, size := range map[string]int{"1": 1, "300": 300} {
		sent := batch(1, size)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				from.Send(sent)
				select {
				case <-arrived:
				case <-time.After(10 * time.Second):
					b.Fatal("lost")
				}
			}
		})
	}
}
