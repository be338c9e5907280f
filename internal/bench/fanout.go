package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// FanOut asks for events written at a rate to be delivered to many conns of
// one filter.
type FanOut struct {
	Server
	Conns    int
	Rate     float64 // events a second
	Duration time.Duration
}

// fanOutTargets are those of docs/benchmarks.md: p50 and p99 by rate, for
// 1,000 conns.
var fanOutTargets = map[float64][2]float64{100: {8, 20}, 300: {15, 40}, 1000: {25, 60}}

// FanOutResult is what was measured; every event came once to every conn.
type FanOutResult struct {
	Received   string // in words
	Deliveries int64
	Elapsed    time.Duration // first event written to last one received
	Samples    []Sample      // of some of the conns
	Late       time.Duration // how long after its time an event was written, at most
	CPU        time.Duration // of the server, while the events ran
}

// Measure tells how old events are when they reach a conn: from just before
// they are written to Kafka until their frame has been read. How far the writer
// was behind is not in it, and is said beside it.
func (f FanOut) Measure(ctx context.Context) (r FanOutResult, err error) {
	p, rs, err := f.begin(ctx, f.Conns)
	if err != nil {
		return r, err
	}
	defer rs.close()
	warmed, err := f.warm(ctx, p, rs)
	if err != nil {
		return r, err
	}
	before, err := scrape(ctx, f.URL)
	if err != nil {
		return r, err
	}
	p.late.Store(0)
	begun := time.Now()
	n, err := p.steady(ctx, f.Rate, f.Duration)
	if err != nil {
		return r, err
	}
	if r.Received, err = rs.prove(ctx, warmed+n); err != nil {
		return r, err
	}
	r.Elapsed = time.Since(begun)
	after, err := scrape(ctx, f.URL)
	if err != nil {
		return r, err
	}
	r.Samples = rs.samples()
	r.Deliveries, r.Late, r.CPU = n*int64(f.Conns), time.Duration(p.late.Load()), after.cpu-before.cpu
	return r, nil
}

// Run reports what Measure tells.
func (f FanOut) Run(ctx context.Context) (Report, error) {
	r, err := f.Measure(ctx)
	if err != nil {
		return Report{}, err
	}
	ages := Ages(r.Samples)
	var target [2]float64
	if f.Conns >= 1000 {
		target = fanOutTargets[f.Rate]
	}
	at := fmt.Sprintf("%g events/s to %d conns: ", f.Rate, f.Conns)
	return Report{
		Parameters: fmt.Sprintf("%d conns, one filter, %g events/s of %d bytes for %s", f.Conns, f.Rate, eventBytes, f.Duration),
		Received: fmt.Sprintf("%s, warming up included; %d samples from %.1f s; events were written up to %.1f ms after their time",
			r.Received, len(r.Samples), r.Elapsed.Seconds(), ms(r.Late)),
		Figures: []Figure{
			{at + "written → read, p50", ms(Quantile(ages, 0.5)), "ms", Target{AtMost: target[0]}},
			{at + "p99", ms(Quantile(ages, 0.99)), "ms", Target{AtMost: target[1]}},
			{at + "slowest", ms(Quantile(ages, 1)), "ms", Target{}},
			{at + "deliveries", float64(r.Deliveries) / r.Elapsed.Seconds(), "/s", Target{}},
			{at + "server CPU a delivery", micros(r.CPU) / float64(r.Deliveries), "µs", Target{}},
		},
	}, nil
}

// warm runs as it will run when the clock does, for a tenth of the time: Kafka
// is written in Java.
func (f FanOut) warm(ctx context.Context, p *producer, rs *readers) (n int64, err error) {
	p.warm = true
	defer func() { p.warm = false }()
	if n, err = p.steady(ctx, f.Rate, f.Duration/10); err != nil {
		return 0, err
	}
	return n, rs.wait(ctx, time.Minute, func(int) int64 { return n })
}

// begin makes a producer whose topic is read, and conns for its tenant.
func (s Server) begin(ctx context.Context, conns int) (*producer, *readers, error) {
	p, err := newProducer(ctx, s.Brokers, s.unique())
	if err != nil {
		return nil, nil, err
	}
	if err := p.settle(ctx, s); err != nil {
		return nil, nil, err
	}
	rs, err := s.connect(ctx, conns, ofTenant(p.name))
	return p, rs, err
}

// prove waits until every conn has got n events, and the same ones.
func (rs *readers) prove(ctx context.Context, n int64) (received string, err error) {
	if n < 1 {
		return "", errors.New("no event was to be written")
	}
	if err := rs.wait(ctx, time.Minute, func(int) int64 { return n }); err != nil {
		return "", err
	}
	lagged, err := rs.sameBytes()
	if err != nil {
		return "", err
	}
	received = fmt.Sprintf("%d events, %d deliveries, none lost, none twice", n, n*int64(len(rs.conns)))
	if lagged > 0 {
		received += fmt.Sprintf(", %d conns fell behind and caught up", lagged)
	}
	return received, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
