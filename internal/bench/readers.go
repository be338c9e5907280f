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

// reader is one conn. Who reads it owns all but the counts and live.
type reader struct {
	line  line
	whole bool          // looks into each frame
	timed bool          // and at how old its events are
	live  chan struct{} // closed at the first caught_up

	count  atomic.Int64 // events
	bytes  atomic.Int64 // of frames with events
	lagged atomic.Int64 // how often it was too slow

	frames   frames
	position int64
	samples  []Sample
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
		sample := i%max(1, n/sampled) == 0
		r := &reader{whole: sample || !s.Alone, timed: sample && !s.untimed, live: make(chan struct{})}
		if err := rs.add(ctx, &at, r); err != nil {
			rs.close()
			return nil, fmt.Errorf("open conn %d of %d: %w", i+1, n, err)
		}
	}
	if err := errors.Join(rs.start(), rs.allLive(ctx)); err != nil {
		rs.close()
		return nil, err
	}
	return rs, nil
}

// ofTenant is the one filter of all conns.
func ofTenant(tenant string) func(int) url.Values {
	return func(int) url.Values { return url.Values{"tenant_ids": {tenant}} }
}

// add opens a conn, which is read once all have been opened.
func (rs *readers) add(ctx context.Context, at *url.URL, r *reader) error {
	c, early, err := dial(ctx, at)
	if err != nil {
		return err
	}
	if r.line, err = detach(c); err != nil {
		return err
	}
	rs.conns = append(rs.conns, r)
	return r.take(early)
}

// fail keeps the first failure, unless it is our own closing.
func (rs *readers) fail(err error) {
	if err != nil && !rs.closing.Load() {
		rs.failed.CompareAndSwap(nil, &err)
	}
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

// close ends the conns, after which what they have seen can be read. It may be
// called again.
func (rs *readers) close() {
	if !rs.closing.Swap(true) {
		rs.stop()
	}
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

// take counts what p tells.
func (r *reader) take(p []byte) error { return r.frames.take(p, r.look) }

// look takes a frame, and says whether it has to be seen whole for that.
func (r *reader) look(text []byte, size int) (all bool, err error) {
	if !bytes.HasPrefix(text, events) {
		if len(text) < size {
			return true, nil
		}
		return false, r.other(text)
	}
	if whole := r.whole || bytes.HasPrefix(text, catchUp); whole && len(text) < size {
		return true, nil
	}
	return false, r.events(text, size)
}

// events takes a frame of events, which has to begin where the last one ended:
// its head, or all of it.
func (r *reader) events(text []byte, size int) error {
	prev, through := number(text, prevName), number(text, position)
	if prev < 0 || through <= prev {
		return fmt.Errorf("got a frame that begins with %q", text[:min(len(text), headBytes)])
	}
	if prev > r.position || through <= r.position {
		return fmt.Errorf("got a frame of (%d, %d] at position %d", prev, through, r.position)
	}
	n := through - r.position
	if r.whole || bytes.HasPrefix(text, catchUp) {
		var err error
		if n, err = countEvents(text, r.position, through); err != nil {
			return err
		}
		if r.timed {
			r.time(text, time.Now().UnixNano())
		}
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
func (r *reader) other(frame []byte) error {
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
			r.samples = append(r.samples, Sample{time.Unix(0, sent), time.Duration(now - sent)})
		}
	}
}
