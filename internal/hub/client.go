package hub

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Client is one conn's subscriptions and what is to be written to it, in
// order. The writer calls Next until there is nothing left, and again after
// wake has been called; it calls Close in the end. It may be another goroutine
// each time, but only one at a time. The other methods are safe for concurrent
// use.
type Client struct {
	hub   *Hub
	epoch string
	limit int // subscriptions
	wake  func()
	ended atomic.Bool

	ctx    context.Context // of the reads; ends with Close
	cancel context.CancelFunc
	reads  sync.WaitGroup

	shown  atomic.Pointer[[]*subscription] // as subs was when it last changed
	frames atomic.Int64                    // given to the writer

	mu    sync.Mutex
	posts []func() // run by the writer

	// Owned by the writer.
	out       []Frame // to be written before anything else
	subs      []*subscription
	turn      int // which subscription is looked at first
	owes      *liveFrame
	owesTo    *feed
	lastFrame time.Time
	status    *status // as the client was told
}

// Connect adds a client and lets hello be its first frame. wake is called when
// Next may have something again, or Ended has changed: often, by anybody, even
// before Connect returns, and while the hub is locked. It must neither wait nor
// call the client.
func (h *Hub) Connect(ctx context.Context, hello Hello, wake func()) *Client {
	c := &Client{
		hub: h, limit: hello.Limits.Subscriptions, wake: wake,
		lastFrame: time.Now(), status: h.status.Load(),
	}
	if !c.status.isFine() {
		c.status = fine // it is told at once
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	h.mu.Lock()
	h.clients[c] = struct{}{}
	head, epoch := h.tail.last, h.head.Epoch
	oldest := h.head.Floor + 1
	h.mu.Unlock()
	c.epoch = epoch
	c.out = append(c.out, message{
		Type: "hello", Replica: hello.Replica, Version: hello.Version, Epoch: epoch, Head: &head, Oldest: &oldest,
		Tenants: hello.Tenants, Admin: &hello.Admin, Limits: &hello.Limits,
	}.frame())
	return c
}

// Close gives everything back and joins what the client started.
func (c *Client) Close() {
	c.cancel()
	c.settle()
	h := c.hub
	h.mu.Lock()
	delete(h.clients, c)
	for _, s := range c.subs {
		s.drop()
	}
	h.mu.Unlock()
	c.subs = nil
	c.reads.Wait()
}

// Epoch names the numbering of all that the client is given.
func (c *Client) Epoch() string { return c.epoch }

// Ended says that the hub wants the client to reconnect.
func (c *Client) Ended() bool { return c.ended.Load() }

func (c *Client) end() {
	c.ended.Store(true)
	c.wake()
}

// post lets the writer run f.
func (c *Client) post(f func()) {
	c.mu.Lock()
	c.posts = append(c.posts, f)
	c.mu.Unlock()
	c.wake()
}

// Reply writes a frame in its turn.
func (c *Client) Reply(f Frame) {
	c.post(func() { c.out = append(c.out, f) })
}

// Subscribe asks for f, which the caller has restricted to what the client may
// see, under the name id. The answer is a frame: subscribed or error. The same
// id again replaces the filter, and goes on from its position unless from
// names another start.
func (c *Client) Subscribe(id string, f filter.Filter, from From) {
	c.post(func() { c.subscribe(id, f, from) })
}

// Unsubscribe ends the subscription id; the answer is a frame.
func (c *Client) Unsubscribe(id string) {
	c.post(func() {
		i := c.index(id)
		if i < 0 {
			c.out = append(c.out, Error(id, "unknown_subscription", "there is no subscription with this id"))
			return
		}
		c.remove(i)
		c.out = append(c.out, message{Type: "unsubscribed", ID: id}.frame())
	})
}

// Next gives the next frame to write; calling it says that the one before has
// been written. If there is none now, ok is false.
func (c *Client) Next() (f Frame, ok bool) {
	c.settle()
	c.runPosts()
	defer c.show()
	progress := c.hub.progress.Load()
	if c.Ended() {
		return Frame{}, false
	}
	if st := c.hub.status.Load(); st != c.status && len(c.out) == 0 {
		c.status = st
		return c.given(st.frame)
	}
	for range len(c.subs) + 1 {
		if len(c.out) > 0 {
			f, c.out = c.out[0], c.out[1:]
			return c.given(f)
		}
		if f, ok = c.nextOfSubs(); ok {
			return c.given(f)
		}
		if len(c.out) == 0 {
			break
		}
	}
	if f, ok = c.progressFrame(progress); ok {
		return c.given(f)
	}
	return Frame{}, false
}

func (c *Client) given(f Frame) (Frame, bool) {
	c.lastFrame = time.Now()
	c.frames.Add(1)
	c.hub.metrics.frames.Inc()
	if f.Events > 0 {
		c.hub.metrics.deliveries.Add(float64(f.Events))
	}
	return f, true
}

// settle tells the feed that its last frame has been written.
func (c *Client) settle() {
	if c.owes != nil {
		c.owesTo.wrote(c.owes)
		c.owes, c.owesTo = nil, nil
	}
}

func (c *Client) runPosts() {
	c.mu.Lock()
	posts := c.posts
	c.posts = nil
	c.mu.Unlock()
	for _, f := range posts {
		f()
	}
}

// nextOfSubs asks every subscription in turn for a live frame, or lets it go
// on with its catch-up, which fills c.out.
func (c *Client) nextOfSubs() (Frame, bool) {
	for range c.subs {
		c.turn = (c.turn + 1) % len(c.subs)
		s := c.subs[c.turn]
		switch s.state {
		case live:
			if f, ok := c.liveFrame(s); ok {
				return f, true
			}
		case ahead:
			s.waitForHub()
		case catching:
			s.catchUp()
		}
		if len(c.out) > 0 {
			return Frame{}, false
		}
	}
	return Frame{}, false
}

func (c *Client) liveFrame(s *subscription) (Frame, bool) {
	fr, gone := s.feed.next(s.seq)
	if gone {
		s.fallBehind()
		return Frame{}, false
	}
	if fr == nil {
		return Frame{}, false
	}
	s.seq++
	s.position = max(s.position, fr.position) // that of a preview may be behind progress
	c.owes, c.owesTo = fr, s.feed
	return fr.Frame, true
}

func (c *Client) index(id string) int {
	return slices.IndexFunc(c.subs, func(s *subscription) bool { return s.id == id })
}

func (c *Client) remove(i int) {
	s := c.subs[i]
	c.subs = slices.Delete(c.subs, i, i+1)
	c.turn = 0
	c.showSubs()
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	s.drop()
}

// subscribe runs in the writer.
func (c *Client) subscribe(id string, f filter.Filter, from From) {
	key := f.Key()
	i := c.index(id)
	for j, s := range c.subs {
		if j != i && s.feed.filter.Key() == key {
			c.out = append(c.out, Error(id, "duplicate", "the subscription "+s.id+" has this filter already"))
			return
		}
	}
	if i < 0 && len(c.subs) >= c.limit {
		c.out = append(c.out, Error(id, "too_many_subscriptions", "the conn has as many subscriptions as it may"))
		return
	}
	s := &subscription{client: c, id: id, from: from}
	if i >= 0 {
		s.replace(c.subs[i])
		c.remove(i)
	}
	c.hub.mu.Lock()
	s.feed = c.hub.acquire(f)
	position := c.hub.tail.last
	c.hub.mu.Unlock()
	c.subs = append(c.subs, s)
	s.start(position)
	c.showSubs()
}

// read runs a read of history for s in the background, again and again until
// it succeeds, and then done in the writer, unless s has ended meanwhile.
func (c *Client) read(s *subscription, read func(context.Context) error, done func()) {
	s.state = reading
	c.reads.Go(func() {
		for pause := 100 * time.Millisecond; read(c.ctx) != nil; pause = min(2*pause, 2*time.Second) {
			if !wait(c.ctx, pause) {
				return
			}
		}
		c.post(func() {
			if !s.dropped {
				done()
			}
		})
	})
}

// positionOf lets frames point at a position.
func positionOf(p event.Position) *event.Position { return &p }
