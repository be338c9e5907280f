// Package relay is the Redis link between replicas: what one of them has
// stored reaches the hubs of the others within a millisecond or two.
//
// Guarantees: sending never waits, and takes bounded memory; whatever state
// Redis is in, Run goes on and connects again. The relay promises no delivery:
// a message may be lost, late, repeated or in another order, and the hub reads
// from the store what it misses. Only replicas of one numbering hear each
// other, since its epoch is in the name of the channel.
//
// The relay counts as working while its own sign of life, sent every second,
// comes back from Redis. So whatever breaks, from either connection to a
// server that hangs or takes messages and hands none out, is noticed within
// patience. Who can write to Redis can make up events: it is to be guarded like
// PostgreSQL.
package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	rnd "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub/relay/wire"
)

const (
	beatEvery = time.Second
	// patience is how long our own sign of life may be under way, and any
	// answer of Redis.
	patience     = 3 * time.Second
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
	// flushTime is how long what is queued may take to leave when Run ends.
	flushTime = time.Second
)

// Config is what a relay needs to know. All of it is required, unless it says
// otherwise. Its functions must not wait for anything.
type Config struct {
	URL     string // as CheckURL takes it
	Replica string // our name

	Epoch    func() string         // of the numbering that we follow
	Position func() event.Position // we have everything up to here
	Publish  func(event.Appended)  // takes what a sibling has stored
	Preview  func([]*event.Event)  // takes what a sibling cannot store for now; nil: nobody does
	Heard    func(event.Position)  // takes how far a sibling has got
	Working  func(working bool)    // is told whether siblings are heard, from the start and whenever it changes
	Logger   *slog.Logger          //
	Metrics  prometheus.Registerer // nil: none
}

// Relay is safe for concurrent use. Run it once.
type Relay struct {
	config  Config
	connect connect
	sender  wire.Sender
	metrics *metrics
	out     outgoing

	dropped atomic.Uint64 // events
	garbage atomic.Uint64 // messages

	mu       sync.Mutex
	err      error // why it does not work; nil while it does
	since    time.Time
	siblings map[wire.Sender]sibling
}

var errStarting = errors.New("not connected yet")

// New makes a relay. The error says what is wrong with the URL.
func New(c Config) (*Relay, error) {
	connect, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	r := &Relay{
		config: c, connect: connect, out: newOutgoing(),
		err: errStarting, since: time.Now(), siblings: map[wire.Sender]sibling{},
	}
	_, _ = rand.Read(r.sender[:]) // it never fails, says its package
	r.metrics = newMetrics(c.Metrics, r)
	return r, nil
}

// Send lets the siblings know what has been stored. It never waits: what does
// not fit, or finds Redis away, is dropped, and they read it from the store.
func (r *Relay) Send(a event.Appended) {
	if len(a.Events) > 0 {
		r.put(item{a.First, a.Events})
	}
}

// SendPreview lets the siblings show events that cannot be stored for now.
// Nobody may change them any more. It never waits, as Send.
func (r *Relay) SendPreview(events []*event.Event) {
	if len(events) > 0 {
		r.put(item{0, events})
	}
}

func (r *Relay) put(i item) {
	if !r.out.put(i) {
		r.drop(len(i.events))
	}
}

func (r *Relay) drop(n int) {
	r.dropped.Add(uint64(n))
	r.metrics.dropped.Add(float64(n))
}

// Run connects, and again whenever that breaks, until ctx ends; then what is
// queued leaves first, if that is quickly done.
func (r *Relay) Run(ctx context.Context) error {
	r.config.Working(false)
	pause := firstPause
	for {
		begun := time.Now()
		err := r.link(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errEpoch) {
			r.config.Logger.Info("relay follows the new numbering", "epoch", r.config.Epoch())
			continue
		}
		r.becomes(err)
		if time.Since(begun) > 2*patience {
			pause = firstPause
		}
		// Replicas that lost Redis at once do not all come back at once.
		if !wait(ctx, pause/2+rnd.N(pause)) {
			return nil
		}
		pause = min(2*pause, longestPause)
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// becomes notes whether the relay works, and says so if that has changed.
func (r *Relay) becomes(err error) {
	r.mu.Lock()
	changed := (r.err == nil) != (err == nil)
	first := errors.Is(r.err, errStarting) && err != nil
	r.err = err
	if changed {
		r.since = time.Now()
	}
	r.mu.Unlock()
	switch {
	case changed && err == nil:
		r.config.Logger.Info("relay works")
		r.config.Working(true)
	case changed:
		r.config.Logger.Warn("relay is away: what other replicas store is read from the store", "error", err)
		r.config.Working(false)
	case first:
		r.config.Logger.Warn("relay is away since the start", "error", err)
	}
}

// channelOf is where the replicas of one numbering meet.
func channelOf(epoch string) string { return fmt.Sprintf("eventfeed:%s", epoch) }
