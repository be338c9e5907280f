package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Max asks for as many deliveries a second as there can be, to many conns of
// one filter.
type Max struct {
	Server
	Conns  int
	Events int
	// Ahead is how many events may be on their way: more are written only as
	// the last conn takes them. It is the load, and no rate is guessed.
	Ahead int
}

// Run measures. Events are made before, so that what makes them takes nothing
// from the machine while the clock runs.
func (m Max) Run(ctx context.Context) (Report, error) {
	m.untimed = true
	p, rs, err := m.begin(ctx, m.Conns)
	if err != nil {
		return Report{}, err
	}
	defer rs.close()
	records := p.prepare(m.Events)
	before, err := scrape(ctx, m.URL)
	if err != nil {
		return Report{}, err
	}
	begun := time.Now()
	if err := p.prepared(ctx, records, m.due(ctx, rs)); err != nil {
		return Report{}, err
	}
	received, err := rs.prove(ctx, int64(m.Events))
	if err != nil {
		return Report{}, err
	}
	elapsed := time.Since(begun)
	after, err := scrape(ctx, m.URL)
	if err != nil {
		return Report{}, err
	}
	deliveries := float64(m.Events) * float64(m.Conns)
	return Report{
		Parameters: fmt.Sprintf("%d conns, one filter, %d events of %d bytes, %d on their way at most", m.Conns, m.Events, eventBytes, m.Ahead),
		Received:   fmt.Sprintf("%s in %.1f s", received, elapsed.Seconds()),
		Figures: []Figure{
			{"most deliveries", deliveries / elapsed.Seconds(), "/s", Target{AtLeast: 8e6}},
			{"server CPU a delivery when full, all of Kafka → frames included", micros(after.cpu-before.cpu) / deliveries, "µs", Target{AtMost: 0.14}},
			{"cores that the server had", (after.cpu - before.cpu).Seconds() / elapsed.Seconds(), "", Target{}},
		},
	}, nil
}

// lookEvery is how often it is looked where the last conn is.
const lookEvery = 2 * time.Millisecond

// due says how far may be written. Its writers share one look at the conns.
func (m Max) due(ctx context.Context, rs *readers) func() int64 {
	var looked, at atomic.Int64
	return func() int64 {
		now, last := time.Now().UnixNano(), looked.Load()
		if now-last > int64(lookEvery) && looked.CompareAndSwap(last, now) {
			at.Store(rs.least())
		}
		if rs.failed.Load() != nil || ctx.Err() != nil {
			return int64(m.Events) // what is wrong is said when they are waited for
		}
		return min(at.Load()+int64(m.Ahead), int64(m.Events))
	}
}
