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

// Run measures how old events are when they reach a conn: from just before
// they are written to Kafka until their frame has been read. How far the writer
// was behind is not in it, and is said beside it.
func (f FanOut) Run(ctx context.Context) (Report, error) {
	p, rs, err := f.begin(ctx, f.Conns)
	if err != nil {
		return Report{}, err
	}
	defer rs.close()
	warmed, err := f.warm(ctx, p, rs)
	if err != nil {
		return Report{}, err
	}
	before, err := scrape(ctx, f.URL)
	if err != nil {
		return Report{}, err
	}
	begun := time.Now()
	p.late.Store(0)
	n, err := p.steady(ctx, f.Rate, f.Duration)
	if err != nil {
		return Report{}, err
	}
	received, err := rs.prove(ctx, warmed+n)
	if err != nil {
		return Report{}, err
	}
	elapsed := time.Since(begun)
	after, err := scrape(ctx, f.URL)
	if err != nil {
		return Report{}, err
	}
	ages, deliveries := rs.latencies(), float64(n)*float64(f.Conns)
	var target [2]float64
	if f.Conns >= 1000 {
		target = fanOutTargets[f.Rate]
	}
	at := fmt.Sprintf("%g events/s to %d conns: ", f.Rate, f.Conns)
	return Report{
		Parameters: fmt.Sprintf("%d conns, one filter, %g events/s of %d bytes for %s", f.Conns, f.Rate, eventBytes, f.Duration),
		Received: fmt.Sprintf("%s, warming up included; %d samples from %.1f s; events were written up to %.1f ms after their time",
			received, len(ages), elapsed.Seconds(), ms(time.Duration(p.late.Load()))),
		Figures: []Figure{
			{at + "written → read, p50", ms(quantile(ages, 0.5)), "ms", Target{AtMost: target[0]}},
			{at + "p99", ms(quantile(ages, 0.99)), "ms", Target{AtMost: target[1]}},
			{at + "slowest", ms(quantile(ages, 1)), "ms", Target{}},
			{at + "deliveries", deliveries / elapsed.Seconds(), "/s", Target{}},
			{at + "server CPU a delivery", micros(after.cpu-before.cpu) / deliveries, "µs", Target{}},
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
