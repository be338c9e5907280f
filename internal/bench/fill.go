package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// past is history that is made for a bench: five days of events, of 10 tenants,
// 140 types and 20 sources, of which the first have the most. Each is up to two
// seconds late, one in a thousand an hour.
type past struct {
	events     int
	begin, end time.Time
}

const (
	pastSpan = 5 * 24 * time.Hour
	// fillBatch is how many events are stored at a time.
	fillBatch = 5000
)

func newPast(events int) past {
	end := time.Now().UTC().Truncate(time.Second)
	return past{events, end.Add(-pastSpan), end}
}

// fill stores them as ingest would, without Kafka; one goroutine makes what
// the other stores.
func (p past) fill(ctx context.Context, database string) (err error) {
	st, err := store.Open(ctx, store.Config{URL: database})
	if err != nil {
		return err
	}
	defer st.Close()
	all, ctx := errgroup.WithContext(ctx)
	upkeep, stop := context.WithCancel(ctx)
	batches := make(chan event.Batch)
	all.Go(func() error { return st.Run(upkeep) })
	all.Go(func() error {
		defer close(batches)
		return p.make(ctx, batches)
	})
	all.Go(func() error {
		defer stop()
		for b := range batches {
			if _, err := st.Append(ctx, b); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return all.Wait()
}

func (p past) make(ctx context.Context, batches chan<- event.Batch) error {
	random := rand.New(rand.NewPCG(1, 1))
	for from := 0; from < p.events; from += fillBatch {
		events := make([]*event.Event, min(fillBatch, p.events-from))
		for i := range events {
			events[i] = p.event(random, from+i)
		}
		select {
		case batches <- event.Batch{Events: events}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p past) event(random *rand.Rand, i int) *event.Event {
	uneven := func(n int) int { r := random.Float64(); return int(float64(n) * r * r) }
	at := p.begin.Add(pastSpan / time.Duration(p.events) * time.Duration(i))
	late := time.Duration(random.Int64N(int64(2 * time.Second)))
	if i%1000 == 0 {
		late += time.Hour
	}
	return &event.Event{
		EventID: fmt.Sprintf("id-%d", i), EventType: pastType(uneven(20), i%7), Timestamp: at.Add(-late).Truncate(time.Microsecond),
		TenantID: fmt.Sprintf("tenant-%d", uneven(10)), Namespace: "prod", Source: fmt.Sprintf("source-%d", uneven(20)),
		CorrelationID: fmt.Sprintf("c-%d", i/8), Topic: "bench", Partition: int32(i % partitions), Offset: int64(i / partitions), ProcessedAt: at,
		Payload: fmt.Appendf(nil, `{"n":%d,"agent_name":"agent-%d","duration_ms":%d,"text":"%s"}`, i, i%40, i%5000, strings.Repeat(fmt.Sprintf("%08x", i), 24)),
	}
}

func pastType(family, name int) string {
	outcome := "completed"
	if name == 6 {
		outcome = "failed"
	}
	return fmt.Sprintf("omninode.family%d.name%d.%s.v1", family, name, outcome)
}
