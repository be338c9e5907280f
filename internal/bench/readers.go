package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sampled is how many conns look into each frame; with a server of our own the
// others count positions, and bytes.
const sampled = 20

// readers are the conns of one run.
type readers struct {
	conns   []*reader
	joined  sync.WaitGroup
	closing atomic.Bool // by us
	failed  atomic.Pointer[error]
}

// reader is one conn. Its goroutine owns all but the counts and live.
type reader struct {
	ws    *wsConn
	whole bool          // looks into each frame
	timed bool          // and at how old its events are
	live  chan struct{} // closed at the first caught_up

	count  atomic.Int64 // events
	bytes  atomic.Int64 // of frames with events
	lagged atomic.Int64 // how often it was too slow

	position int64
	samples  []time.Duration
	isLive   bool
}

// connect opens n conns, each with its filter, and waits until all are live.
func (s Server) connect(ctx context.Context, n int, filter func(i int) url.Values) (*readers, error) {
	if n < 1 {
		return nil, fmt.Errorf("measure with %d conns: there has to be one", n)
	}
	if err := checkFiles(n); err != nil {
		return nil, err
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/api/event-bus/stream"
	rs := &readers{}
	for i := range n {
		at := *u
		query := filter(i)
		query.Set("from", "now")
		at.RawQuery = query.Encode()
		ws, err := dial(ctx, &at)
		if err != nil {
			rs.close()
			return nil, fmt.Errorf("open conn %d of %d: %w", i+1, n, err)
		}
		sample := i%max(1, n/sampled) == 0
		rs.add(&reader{ws: ws, whole: sample || !s.Alone, timed: sample && !s.untimed, live: make(chan struct{})})
	}
	if err := rs.allLive(ctx); err != nil {
		rs.close()
		return nil, err
	}
	return rs, nil
}

// ofTenant is the one filter of all conns.
func ofTenant(tenant string) func(int) url.Values {
	return func(int) url.Values { return url.Values{"tenant_ids": {tenant}} }
}

func (rs *readers) add(r *reader) {
	rs.conns = append(rs.conns, r)
	rs.joined.Go(func() {
		if err := r.read(); !rs.closing.Load() {
			rs.failed.CompareAndSwap(nil, &err)
		}
	})
}

func (rs *readers) allLive(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("a conn was not caught up after 30 s"))
	defer cancel()
	for _, r := range rs.conns {
		select {
		case <-r.live:
		case <-ctx.Done():
			if err := rs.failed.Load(); err != nil {
				return fmt.Errorf("a conn failed: %w", *err)
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// close ends the conns, after which what they have seen can be read.
func (rs *readers) close() {
	rs.closing.Store(true)
	for _, r := range rs.conns {
		_ = r.ws.Close() // nothing was promised to it
	}
	rs.joined.Wait()
}

var (
	eventStart = []byte(`{"position":`)
	prevName   = []byte(`"prev":`)
	position   = []byte(`"position":`)
	sentNS     = []byte(`"sent_ns":`)
	typed      = func(name string) []byte { return []byte(`{"type":"` + name + `"`) }
	events     = typed("events")
	catchUp    = []byte(`{"type":"events","id":`)
	caughtUp   = typed("caught_up")
	progress   = typed("progress")
	subscribed = typed("subscribed")
	lagging    = typed("lagging")
	reset      = typed("reset")
)

// read counts until the conn ends, and says why it did.
func (r *reader) read() error {
	for {
		head, size, err := r.ws.next()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(head, events) {
			err = r.events(head, size)
		} else {
			err = r.other()
		}
		if err != nil {
			return err
		}
	}
}

// events takes a frame of events, which has to begin where the last one ended.
func (r *reader) events(head []byte, size int) error {
	prev, through := number(head, prevName), number(head, position)
	if prev < 0 || through <= prev {
		return fmt.Errorf("got a frame that begins with %q", head)
	}
	if prev > r.position || through <= r.position {
		return fmt.Errorf("got a frame of (%d, %d] at position %d", prev, through, r.position)
	}
	n := through - r.position
	if r.whole || bytes.HasPrefix(head, catchUp) {
		frame, err := r.ws.rest()
		if err != nil {
			return err
		}
		if n, err = countEvents(frame, r.position, through); err != nil {
			return err
		}
		if r.timed {
			r.time(frame, time.Now().UnixNano())
		}
	} else if err := r.ws.skip(); err != nil {
		return err
	}
	r.position = through
	r.bytes.Add(int64(size))
	r.count.Add(n)
	return nil
}

// countEvents counts the events of a frame, whose positions have to rise from
// above after up to through.
func countEvents(frame []byte, after, through int64) (n int64, err error) {
	for {
		i := bytes.Index(frame, eventStart)
		if i < 0 {
			return n, nil
		}
		p := number(frame[i:], position)
		if p <= after || p > through {
			return n, fmt.Errorf("got position %d after %d in a frame up to %d", p, after, through)
		}
		after, frame = p, frame[i+len(eventStart):]
		n++
	}
}

// other takes a frame without events.
func (r *reader) other() error {
	frame, err := r.ws.rest()
	if err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(frame, subscribed):
		r.position = number(frame, position)
	case bytes.HasPrefix(frame, caughtUp):
		r.position = number(frame, position)
		if !r.isLive {
			close(r.live)
		}
		r.isLive = true
	case bytes.HasPrefix(frame, progress):
		r.position = max(r.position, number(frame, position))
	case bytes.HasPrefix(frame, lagging):
		r.lagged.Add(1)
	case bytes.HasPrefix(frame, reset):
		return fmt.Errorf("got %s", frame)
	}
	return nil
}

// number reads the digits behind a name; -1 if there are none.
func number(text, name []byte) int64 {
	i := bytes.Index(text, name)
	if i < 0 {
		return -1
	}
	text = bytes.TrimLeft(text[i+len(name):], " ")
	n := int64(-1)
	for _, c := range text {
		if c < '0' || c > '9' {
			break
		}
		n = max(n, 0)*10 + int64(c-'0')
	}
	return n
}

// time notes how old each event of a frame is, unless it is one of warming up.
func (r *reader) time(frame []byte, now int64) {
	for {
		i := bytes.Index(frame, sentNS)
		if i < 0 {
			return
		}
		frame = bytes.TrimLeft(frame[i+len(sentNS):], " ")
		end := bytes.IndexAny(frame, ",}")
		if sent, err := strconv.ParseInt(string(frame[:max(0, end)]), 10, 64); err == nil && sent > 0 {
			r.samples = append(r.samples, time.Duration(now-sent))
		}
	}
}
