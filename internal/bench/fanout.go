// Package bench measures a running eventfeed from outside: it writes to Kafka,
// reads streams, and counts what came. A run in which anything was lost or
// repeated is an error, not a figure.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// FanOut asks for events produced at a rate to be delivered to many conns of
// one filter.
type FanOut struct {
	URL        string // of the server, like http://127.0.0.1:3000
	Brokers    []string
	Conns      int
	Rate       float64 // events a second
	Duration   time.Duration
	EventBytes int
}

// FanOutResult is what was measured; every event came once to every conn.
type FanOutResult struct {
	Events        int64
	Deliveries    int64
	Elapsed       time.Duration // first event written to last one received
	P50, P99, Max time.Duration // produce → client, of sampled conns
	Samples       int
	CPU           time.Duration // of the server, while the events ran
	IdleBytes     float64       // of the server's memory for each idle conn
}

// sampled is how many conns time each event; the others only count.
const sampled = 20

// Run measures.
func (f FanOut) Run(ctx context.Context) (FanOutResult, error) {
	tenant := fmt.Sprintf("bench-%08x", rand.Uint32())
	p, err := newProducer(ctx, f.Brokers, tenant, f.EventBytes)
	if err != nil {
		return FanOutResult{}, err
	}
	if err := p.settle(ctx, f.URL, tenant); err != nil {
		return FanOutResult{}, err
	}
	before, err := scrape(ctx, f.URL)
	if err != nil {
		return FanOutResult{}, err
	}
	readers, err := f.connect(ctx, tenant)
	if err != nil {
		return FanOutResult{}, err
	}
	defer readers.close()
	idle, err := scrape(ctx, f.URL)
	if err != nil {
		return FanOutResult{}, err
	}
	r, err := f.measure(ctx, p, readers)
	r.IdleBytes = (idle.resident - before.resident) / float64(f.Conns)
	return r, err
}

func (f FanOut) measure(ctx context.Context, p *producer, readers *readers) (FanOutResult, error) {
	before, err := scrape(ctx, f.URL)
	if err != nil {
		return FanOutResult{}, err
	}
	begun := time.Now()
	p.sent.Store(0)
	n, err := p.steady(ctx, f.Rate, f.Duration)
	if err != nil {
		return FanOutResult{}, err
	}
	if err := readers.wait(ctx, n, 30*time.Second); err != nil {
		return FanOutResult{}, err
	}
	elapsed := time.Since(begun)
	after, err := scrape(ctx, f.URL)
	r := FanOutResult{Events: n, Deliveries: n * int64(f.Conns), Elapsed: elapsed, CPU: after.cpu - before.cpu}
	readers.quantiles(&r)
	return r, err
}

// settle writes one event and waits until a stream shows it, so that the topic
// is known and assigned before the clock runs.
func (p *producer) settle(ctx context.Context, server, tenant string) error {
	one, err := FanOut{URL: server, Conns: 1}.connect(ctx, tenant)
	if err != nil {
		return err
	}
	defer one.close()
	if err := p.write(ctx, 0, -1, 1); err != nil {
		return err
	}
	return one.wait(ctx, 1, 30*time.Second)
}

// readers are the conns of one run.
type readers struct {
	conns   []*reader
	joined  sync.WaitGroup
	closing atomic.Bool // by us
	failed  atomic.Pointer[error]
}

type reader struct {
	ws      *wsConn
	count   atomic.Int64
	live    chan struct{} // closed at caught_up
	timed   bool
	samples []time.Duration // owned by the reading goroutine until it has ended
}

// connect opens the conns and waits until all of them are live.
func (f FanOut) connect(ctx context.Context, tenant string) (*readers, error) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/api/event-bus/stream"
	u.RawQuery = url.Values{"tenant_ids": {tenant}}.Encode()
	rs := &readers{}
	for i := range f.Conns {
		ws, err := dial(ctx, u)
		if err != nil {
			rs.close()
			return nil, fmt.Errorf("open conn %d of %d: %w", i+1, f.Conns, err)
		}
		r := &reader{ws: ws, live: make(chan struct{}), timed: i%max(1, f.Conns/sampled) == 0}
		rs.conns = append(rs.conns, r)
		rs.joined.Go(func() {
			if err := r.read(); !rs.closing.Load() {
				rs.failed.CompareAndSwap(nil, &err)
			}
		})
	}
	for _, r := range rs.conns {
		select {
		case <-r.live:
		case <-time.After(30 * time.Second):
			rs.close()
			return nil, errors.New("a conn was not caught up after 30 s")
		}
	}
	return rs, nil
}

func (rs *readers) close() {
	rs.closing.Store(true)
	for _, r := range rs.conns {
		_ = r.ws.Close() // nothing was promised to it
	}
	rs.joined.Wait()
}

var (
	position = []byte(`{"position":`)
	sentNS   = []byte(`"sent_ns":`)
	caughtUp = []byte(`{"type":"caught_up"`)
	events   = []byte(`{"type":"events"`)
)

// read counts until the conn ends, and says why it did.
func (r *reader) read() error {
	for {
		frame, err := r.ws.next()
		if err != nil {
			return err
		}
		now := time.Now().UnixNano()
		switch {
		case bytes.HasPrefix(frame, events):
			n := bytes.Count(frame, position)
			if r.timed {
				r.time(frame, now)
			}
			r.count.Add(int64(n))
		case bytes.HasPrefix(frame, caughtUp):
			close(r.live)
		}
	}
}

// time notes how old each event of a frame is.
func (r *reader) time(frame []byte, now int64) {
	for {
		i := bytes.Index(frame, sentNS)
		if i < 0 {
			return
		}
		frame = bytes.TrimLeft(frame[i+len(sentNS):], " ")
		end := bytes.IndexAny(frame, ",}")
		if sent, err := strconv.ParseInt(string(frame[:end]), 10, 64); err == nil {
			r.samples = append(r.samples, time.Duration(now-sent))
		}
	}
}

// wait returns when every conn has got n events; more or less is an error.
func (rs *readers) wait(ctx context.Context, n int64, patience time.Duration) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(patience)
	for {
		least, most := rs.counts()
		switch err := rs.failed.Load(); {
		case err != nil:
			return fmt.Errorf("a conn failed: %w", *err)
		case most > n:
			return fmt.Errorf("a conn got %d events, %d were written", most, n)
		case least == n:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("lost: a conn got %d of %d events", least, n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (rs *readers) counts() (least, most int64) {
	least = rs.conns[0].count.Load()
	for _, r := range rs.conns {
		n := r.count.Load()
		least, most = min(least, n), max(most, n)
	}
	return least, most
}

// quantiles closes the conns, so that their samples can be read.
func (rs *readers) quantiles(into *FanOutResult) {
	rs.close()
	var all []time.Duration
	for _, r := range rs.conns {
		all = append(all, r.samples...)
	}
	slices.Sort(all)
	if n := len(all); n > 0 {
		into.P50, into.P99, into.Max, into.Samples = all[n/2], all[n*99/100], all[n-1], n
	}
}
