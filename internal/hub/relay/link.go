package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub/relay/wire"
)

var (
	errEpoch = errors.New("the numbering is another now")
	errDeaf  = fmt.Errorf("our own messages have not come back from Redis for %s", patience)
)

// link is one time of being connected: a connection that hears and one that
// speaks. If either breaks both end, and a new link begins, which asks anew
// where Redis is.
type link struct {
	*Relay
	epoch   string
	channel string

	// Owned by the goroutine that hears.
	read   wire.Reader
	heard  time.Time // our own sign of life
	warned bool      // of garbage

	// Owned by the goroutine that speaks.
	client *redis.Client
	writer *wire.Writer
	beats  []byte
}

// link lasts until it breaks, or ctx ends.
func (r *Relay) link(ctx context.Context) error {
	// Neither of go-redis' connections heeds the end of a context while it
	// waits for Redis, so the link's end closes them.
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		wait(lasting, flushTime)
		cancel()
	})()
	both, alive := errgroup.WithContext(lasting)
	client := r.connect(alive)
	defer client.Close() //nolint:errcheck // nothing is lost
	l := &link{Relay: r, epoch: r.config.Epoch(), client: client, writer: wire.NewWriter(r.sender)}
	l.channel = channelOf(l.epoch)

	hears := client.Subscribe(alive)
	defer hears.Close() //nolint:errcheck // nothing is lost
	if err := hears.Subscribe(alive, l.channel); err != nil {
		return fmt.Errorf("subscribe to %s: %w", l.channel, err)
	}
	if _, err := hears.ReceiveTimeout(alive, patience); err != nil {
		return fmt.Errorf("subscribe to %s: %w", l.channel, err)
	}
	l.heard = time.Now()
	r.out.open()
	defer func() { r.drop(r.out.close()) }()
	both.Go(func() error { return l.hear(alive, hears) })
	both.Go(func() error { return l.speak(ctx, alive) })
	return both.Wait()
}

// hear takes messages until the connection breaks, or our own do not come.
func (l *link) hear(alive context.Context, from *redis.PubSub) error {
	for {
		// After any error, a timeout too, a part of a message may have been
		// read: from is not used again.
		got, err := from.ReceiveTimeout(alive, patience)
		if err != nil {
			return fmt.Errorf("hear from Redis: %w", err)
		}
		if m, ok := got.(*redis.Message); ok {
			l.take([]byte(m.Payload))
		}
		if time.Since(l.heard) > patience {
			return errDeaf
		}
	}
}

func (l *link) take(message []byte) {
	m, err := l.read.Open(message)
	if err != nil {
		l.refuse(err)
		return
	}
	if m.Sender == l.sender {
		if m.Beat != nil {
			l.heard = time.Now()
			l.becomes(nil)
		}
		return
	}
	if l.config.Epoch() != l.epoch {
		return // we have moved on; whoever sent this has not, or has too
	}
	l.metrics.received.Add(float64(len(message)))
	switch {
	case m.Beat != nil:
		l.note(m.Sender, *m.Beat)
		l.config.Heard(m.Beat.Position)
	case m.Stored != nil:
		l.metrics.eventsReceived.Add(float64(len(m.Stored.Events)))
		l.config.Publish(*m.Stored)
	case l.config.Preview != nil:
		l.config.Preview(m.Previews)
	}
}

func (l *link) refuse(err error) {
	l.garbage.Add(1)
	l.metrics.garbage.Inc()
	if !l.warned {
		l.warned = true
		l.config.Logger.Warn("relay dropped a message: is somebody else on the channel?", "channel", l.channel, "error", err)
	}
}

// speak sends what is queued, and signs of life in between, until the link
// ends; or until ctx ends and nothing is queued any more.
func (l *link) speak(ctx, alive context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	if err := l.beat(alive); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-alive.Done():
			return alive.Err()
		case <-ctx.Done():
			return errors.Join(l.flush(alive), ctx.Err())
		case <-tick.C:
			err = l.beat(alive)
		case <-l.out.ready:
			_, err = l.sendNext(alive)
		}
		if err != nil {
			return err
		}
	}
}

func (l *link) flush(alive context.Context) error {
	for {
		if more, err := l.sendNext(alive); !more {
			return err
		}
	}
}

func (l *link) beat(alive context.Context) error {
	if l.config.Epoch() != l.epoch {
		return errEpoch
	}
	l.beats = wire.AppendBeat(l.beats[:0], l.sender, wire.Beat{Replica: l.config.Replica, Position: l.config.Position()})
	return l.send(alive, l.beats, 0)
}

// sendNext sends what was queued first, if anything is.
func (l *link) sendNext(alive context.Context) (more bool, err error) {
	next, ok := l.out.take()
	if !ok {
		return false, nil
	}
	left := len(next.events)
	err = l.writer.Runs(next.first, next.events, func(message []byte, n int) error {
		err := l.send(alive, message, n)
		if err == nil {
			left -= n
		}
		return err
	})
	l.drop(left)
	return err == nil, err
}

func (l *link) send(alive context.Context, message []byte, events int) error {
	if err := l.client.Publish(alive, l.channel, message).Err(); err != nil {
		return fmt.Errorf("speak to Redis: %w", err)
	}
	l.metrics.sent.Add(float64(len(message)))
	l.metrics.eventsSent.Add(float64(events))
	return nil
}

// item is what is sent in one go: stored events from a first position, or
// previews if that is 0.
type item struct {
	first  event.Position
	events []*event.Event
}
