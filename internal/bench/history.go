package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"
)

// History asks how long pages and statistics take among many stored events,
// over REST, one request after the other.
type History struct {
	Stand    *Stand // one that has stored nothing yet
	Events   int
	Requests int           // of each kind
	Settle   time.Duration // between storing and reading, for the database to put itself in order
}

// Run stores the events, starts the server and reads.
func (h History) Run(ctx context.Context) (report Report, err error) {
	p, begun := newPast(h.Events), time.Now()
	if err := p.fill(ctx, h.Stand.postgres.URL()); err != nil {
		return Report{}, err
	}
	filled := time.Since(begun)
	s, err := h.Stand.Serve(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	select {
	case <-ctx.Done():
		return Report{}, ctx.Err()
	case <-time.After(h.Settle):
	}
	asked := asking{s.URL + "/api/event-bus", p, rand.New(rand.NewPCG(2, 2))}
	if err := asked.all(ctx); err != nil {
		return Report{}, err
	}
	figures, err := h.measure(ctx, asked)
	return Report{
		Parameters: fmt.Sprintf("%d events of %d bytes over five days, 10 tenants, 140 types; %d requests of each kind, one after the other", h.Events, eventBytes, h.Requests),
		Received: fmt.Sprintf("statistics count all %d events, every page was full; stored in %s, %.0f/s",
			h.Events, filled.Round(time.Second), float64(h.Events)/filled.Seconds()),
		Figures: figures,
	}, err
}

// measure times every kind; the figures that have a target are those of the
// slowest kind.
func (h History) measure(ctx context.Context, a asking) ([]Figure, error) {
	var each []Figure
	var slowest [2]float64 // p99 of pages, and of statistics
	for _, k := range a.kinds() {
		took, err := h.time(ctx, k.ask)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		p99 := ms(Quantile(took, 0.99))
		each = append(each, Figure{What: k.name + ", p50", Value: ms(Quantile(took, 0.5)), Unit: "ms"}, Figure{What: k.name + ", p99", Value: p99, Unit: "ms"})
		slowest[k.of] = max(slowest[k.of], p99)
	}
	return append([]Figure{
		{fmt.Sprintf("page of 100 among %d events, p99 of the slowest kind", h.Events), slowest[pages], "ms", Target{AtMost: 10}},
		{fmt.Sprintf("statistics over 24 h among %d events, p99 of the slowest kind", h.Events), slowest[statistics], "ms", Target{AtMost: 20}},
	}, each...), nil
}

// warmUp is how often each kind is asked before the clock runs.
const warmUp = 10

func (h History) time(ctx context.Context, ask func(context.Context) error) ([]time.Duration, error) {
	var took []time.Duration
	for i := range warmUp + h.Requests {
		begun := time.Now()
		if err := ask(ctx); err != nil {
			return nil, err
		}
		if i >= warmUp {
			took = append(took, time.Since(begun))
		}
	}
	slices.Sort(took)
	return took, nil
}

// asking asks a server for what was stored.
type asking struct {
	url    string
	past   past
	random *rand.Rand
}

// kind is a question, and of which target it is.
type kind struct {
	of   int
	name string
	ask  func(context.Context) error
}

const (
	pages = iota
	statistics
)

// kinds are those that a page of ours asks, with filters of many and of few
// events.
func (a asking) kinds() []kind {
	var all []kind
	page := func(name string, parameters ...string) {
		all = append(all, kind{pages, "page " + name, func(ctx context.Context) error { return a.page(ctx, query(parameters)) }})
	}
	past := func(name string, parameters ...string) {
		all = append(all, kind{pages, "page " + name, func(ctx context.Context) error {
			q := query(parameters)
			q.Set("end_time", a.sometime().Format(time.RFC3339))
			return a.page(ctx, q)
		}})
	}
	page("of the newest")
	page("by position", "order_by", "position")
	page("at offset 10,000", "offset", "10000")
	past("before a time")
	past("before a time, large tenant", "tenant_ids", "tenant-0")
	past("before a time, small tenant", "tenant_ids", "tenant-9")
	past("before a time, common type", "event_types", pastType(0, 0))
	past("before a time, rare type", "event_types", pastType(19, 5))
	past("before a time, rare type of small tenant", "event_types", pastType(19, 5), "tenant_ids", "tenant-9")
	past("before a time, types by prefix", "event_types", "omninode.family3.*")
	past("before a time, failures", "outcomes", "failure")
	past("before a time, source", "sources", "source-3")
	day := func(name string, parameters ...string) {
		all = append(all, kind{statistics, "statistics over 24 h" + name, func(ctx context.Context) error { return a.day(ctx, query(parameters)) }})
	}
	day("")
	day(", large tenant", "tenant_ids", "tenant-0")
	day(", common type", "event_types", pastType(0, 0))
	return all
}

// query makes parameters of names and values.
func query(parameters []string) url.Values {
	q := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		q.Set(parameters[i], parameters[i+1])
	}
	return q
}

// sometime lies in the last four of the five days.
func (a asking) sometime() time.Time {
	return a.past.end.Add(-time.Duration(a.random.Int64N(int64(pastSpan * 4 / 5))))
}

// page asks for 100 events. Fewer are an error, unless there are no more.
func (a asking) page(ctx context.Context, q url.Values) error {
	var got struct {
		Count int  `json:"count"`
		More  bool `json:"has_more"`
	}
	if err := getJSON(ctx, a.url+"/events?"+q.Encode(), &got); err != nil {
		return err
	}
	if got.Count > 100 || got.Count == 0 || got.Count < 100 && got.More {
		return fmt.Errorf("got a page of %d events", got.Count)
	}
	return nil
}

// day asks for the statistics of some 24 hours, from and to any microsecond.
func (a asking) day(ctx context.Context, q url.Values) error {
	end := a.sometime().Truncate(time.Microsecond)
	n, err := a.count(ctx, q, end.Add(-24*time.Hour), end)
	if err == nil && n == 0 {
		err = errors.New("got statistics of no events")
	}
	return err
}

// all checks that what was stored is what is counted.
func (a asking) all(ctx context.Context) error {
	n, err := a.count(ctx, url.Values{}, a.past.begin.Add(-24*time.Hour), a.past.end.Add(24*time.Hour))
	if err == nil && n != int64(a.past.events) {
		err = fmt.Errorf("%d events were stored, and %d are counted", a.past.events, n)
	}
	return err
}

func (a asking) count(ctx context.Context, q url.Values, start, end time.Time) (int64, error) {
	var got struct {
		Total int64 `json:"total_events"`
	}
	q.Set("start", start.Format(time.RFC3339Nano))
	q.Set("end", end.Format(time.RFC3339Nano))
	err := getJSON(ctx, a.url+"/statistics?"+q.Encode(), &got)
	return got.Total, err
}
