package bench

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// Filters asks what it costs that every conn has a filter of its own: the same
// events and as many deliveries, once with as many filters as conns and once
// with ten, paired. Of the distinct filters each event matches one; of the ten
// only every Conns/10th event matches one, which that many conns have.
type Filters struct {
	Server
	Conns    int
	Rate     float64       // events and deliveries a second
	Duration time.Duration // of each half of a pair
	Pairs    int
}

const fewFilters = 10

// Run measures pairs, and reports the pair in the middle.
func (f Filters) Run(ctx context.Context) (Report, error) {
	f.Alone, f.untimed = false, true // in a feed of one of many filters positions are not dense
	f.Conns -= f.Conns % fewFilters
	if f.Conns < 10*fewFilters || f.Pairs < 1 {
		return Report{}, fmt.Errorf("compare filters: %d conns and %d pairs, and at least %d and 1 are needed", f.Conns, f.Pairs, 10*fewFilters)
	}
	p, err := newProducer(ctx, f.Brokers, f.unique())
	if err != nil {
		return Report{}, err
	}
	if err := p.settle(ctx, f.Server); err != nil {
		return Report{}, err
	}
	var ratios, distinct, few []float64
	var received int64
	for range f.Pairs {
		a, n, err := f.half(ctx, p, f.own)
		if err != nil {
			return Report{}, fmt.Errorf("with distinct filters: %w", err)
		}
		b, m, err := f.half(ctx, p, f.shared)
		if err != nil {
			return Report{}, fmt.Errorf("with ten filters: %w", err)
		}
		ratios, distinct, few = append(ratios, a/b), append(distinct, a), append(few, b)
		received += n + m
	}
	return Report{
		Parameters: fmt.Sprintf("%d conns, %d filters (tenant and type) against %d, %g events/s and as many deliveries, %d pairs of %s each",
			f.Conns, f.Conns, fewFilters, f.Rate, f.Pairs, f.Duration),
		Received: fmt.Sprintf("%d deliveries, none lost, none twice; ratios %.2f", received, ratios),
		Figures: []Figure{
			{fmt.Sprintf("server CPU with %d filters, of that with %d (pair in the middle)", f.Conns, fewFilters), middle(ratios), "×", Target{AtMost: 1.5}},
			{fmt.Sprintf("server CPU with %d filters, of a core", f.Conns), middle(distinct), "%", Target{}},
			{fmt.Sprintf("server CPU with %d filters, of a core", fewFilters), middle(few), "%", Target{}},
		},
	}, nil
}

// half tells what one half of a pair has: the filter of a conn, and how many
// of n events that conn gets.
type half func(p *producer) (filter func(conn int) url.Values, gets func(conn int, n int64) int64)

// half opens conns, writes, and gives the server's CPU as percents of a core.
func (f Filters) half(ctx context.Context, p *producer, h half) (cpu float64, deliveries int64, err error) {
	run := &producer{client: p.client, topic: p.topic, name: f.unique()} // the topic is read already; event ids are new
	run.make = func(i int64) envelope { return f.envelope(run.name, i) }
	filter, gets := h(run)
	rs, err := f.connect(ctx, f.Conns, filter)
	if err != nil {
		return 0, 0, err
	}
	defer rs.close()
	before, err := scrape(ctx, f.URL)
	if err != nil {
		return 0, 0, err
	}
	n, err := run.steady(ctx, f.Rate, f.Duration)
	if err != nil {
		return 0, 0, err
	}
	if err := rs.wait(ctx, time.Minute, func(i int) int64 { return gets(i, n) }); err != nil {
		return 0, 0, err
	}
	after, err := scrape(ctx, f.URL)
	if err != nil {
		return 0, 0, err
	}
	for i := range rs.conns {
		deliveries += gets(i, n)
	}
	return 100 * (after.cpu - before.cpu).Seconds() / after.at.Sub(before.at).Seconds(), deliveries, nil
}

// types is how many types a tenant of the many filters has.
const types = 100

// envelope is that of the i-th event. Its tenant and type are those of one conn in turn;
// every so many events it comes from one of the ten sources, too.
func (f Filters) envelope(name string, i int64) envelope {
	conn, group := i%int64(f.Conns), int64(f.Conns/fewFilters)
	e := envelope{tenant: tenantOf(name, conn), eventType: typeOf(conn), source: "bench"}
	if i%group == 0 {
		e.source = sourceOf(name, i/group%fewFilters)
	}
	return e
}

func tenantOf(name string, conn int64) string { return fmt.Sprintf("%s-%d", name, conn/types) }
func typeOf(conn int64) string                { return fmt.Sprintf("omninode.bench.name%d.completed.v1", conn%types) }
func sourceOf(name string, group int64) string {
	return fmt.Sprintf("%s-source-%d", name, group)
}

// own gives each conn a filter of its own.
func (f Filters) own(p *producer) (filter func(int) url.Values, gets func(int, int64) int64) {
	return func(conn int) url.Values {
			return url.Values{"tenant_ids": {tenantOf(p.name, int64(conn))}, "event_types": {typeOf(int64(conn))}}
		}, func(conn int, n int64) int64 {
			return turns(n, int64(conn), int64(f.Conns))
		}
}

// shared gives a tenth of the conns the same filter.
func (f Filters) shared(p *producer) (filter func(int) url.Values, gets func(int, int64) int64) {
	return func(conn int) url.Values {
			return url.Values{"sources": {sourceOf(p.name, int64(conn%fewFilters))}}
		}, func(conn int, n int64) int64 {
			group := int64(f.Conns / fewFilters)
			return turns((n+group-1)/group, int64(conn%fewFilters), fewFilters)
		}
}

// turns is how often the k-th of so many has its turn in the first n.
func turns(n, k, of int64) int64 { return (n - k + of - 1) / of }

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
