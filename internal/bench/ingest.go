package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Ingest asks how many events a second come from Kafka into committed rows.
type Ingest struct {
	Stand  *Stand
	Events int
}

// Run writes the events first and starts the server then: what writes them
// takes nothing from the machine while the clock runs.
func (g Ingest) Run(ctx context.Context) (report Report, err error) {
	p, err := newProducer(ctx, g.Stand.config.Brokers, g.Stand.name+"-ingest")
	if err != nil {
		return Report{}, err
	}
	if err := p.backlog(ctx, g.Events); err != nil {
		return Report{}, err
	}
	s, err := g.Stand.Serve(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	first, last, err := g.follow(ctx, s.URL)
	if err != nil {
		return Report{}, err
	}
	if err := g.prove(ctx, s.URL); err != nil {
		return Report{}, err
	}
	n, took := last.stored-first.stored, last.at.Sub(first.at)
	if n <= 0 {
		return Report{}, fmt.Errorf("all of %d events were stored before it could be looked at: take more", g.Events)
	}
	return Report{
		Parameters: fmt.Sprintf("%d events of %d bytes in %d partitions before the server starts; the database syncs every commit", g.Events, eventBytes, partitions),
		Received:   fmt.Sprintf("%d rows, none lost, none twice; clock from row %d to the last, %.1f s", g.Events, first.stored, took.Seconds()),
		Figures: []Figure{
			{"Kafka → committed rows", float64(n) / took.Seconds(), "/s", Target{AtLeast: 20_000}},
			{"server CPU an event", micros(last.cpu-first.cpu) / float64(n), "µs", Target{}},
		},
	}, nil
}

// backlog writes n events as fast as can be.
func (p *producer) backlog(ctx context.Context, n int) error {
	const chunk = 500
	group, ctx := errgroup.WithContext(ctx)
	for part := range partitions {
		group.Go(func() error {
			for from := part * chunk; from < n; from += partitions * chunk {
				values := make([][]byte, min(chunk, n-from))
				for i := range values {
					values[i] = p.encode(int64(from + i))
				}
				if err := p.write(ctx, part, values); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

const (
	followEvery = 50 * time.Millisecond
	// stalled is how long nothing may be stored.
	stalled = 30 * time.Second
)

// follow looks at the server until all is stored: the first look at which
// something was, and the last one.
func (g Ingest) follow(ctx context.Context, url string) (first, last usage, err error) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for moved := time.Now(); ; {
		u, err := scrape(ctx, url)
		switch {
		case err != nil:
			return first, u, err
		case u.stored > last.stored:
			moved = time.Now()
		case time.Since(moved) > stalled:
			return first, u, fmt.Errorf("lost: %d of %d events are stored, and no more in %s", u.stored, g.Events, stalled)
		}
		if first.stored == 0 {
			first = u
		}
		if last = u; u.stored >= int64(g.Events) {
			return first, u, nil
		}
		select {
		case <-ctx.Done():
			return first, u, ctx.Err()
		case <-tick.C:
		}
	}
}

// prove counts in the store, not in the server's memory: the head, and the
// statistics, which are of rows.
func (g Ingest) prove(ctx context.Context, url string) error {
	var counted struct {
		Total int64 `json:"total_events"`
	}
	start := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	if err := getJSON(ctx, url+"/api/event-bus/statistics?start="+start, &counted); err != nil {
		return err
	}
	var newest struct {
		Events []struct{ Position int64 } `json:"events"`
	}
	if err := getJSON(ctx, url+"/api/event-bus/events?order_by=position&limit=1", &newest); err != nil {
		return err
	}
	if want := int64(g.Events); counted.Total != want || len(newest.Events) != 1 || newest.Events[0].Position != want {
		return fmt.Errorf("%d events were written, %d are counted in the store, the newest is %v", want, counted.Total, newest.Events)
	}
	return nil
}

// getJSON reads an answer of REST.
func getJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it is needed
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("GET %s: %w", url, err)
	}
	return nil
}
