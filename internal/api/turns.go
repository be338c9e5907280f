package api

import (
	"runtime"
	"sync"
)

const (
	// turnFrames bounds what a conn writes in one turn.
	turnFrames = 16
	// turnBytes is the longest frame that is written in a turn: copying a longer
	// one takes the kernel many times what waking a goroutine costs.
	turnBytes = 64 << 10
)

// turns lets the conns that have something to write do so, one after the
// other, in a few goroutines, which end when nothing is left: with one
// goroutine for each conn, waking it and putting it to sleep again cost nearly
// as much as what it wrote.
//
// Nothing in a turn takes long: large frames, and what a peer does not take at
// once, are written by a goroutine of the conn's own, which gives the conn back
// when all of it has been taken.
type turns struct {
	most int // goroutines

	mu      sync.Mutex
	queue   []*conn
	working int
}

func newTurns() *turns { return &turns{most: runtime.GOMAXPROCS(0)} }

func (t *turns) put(c *conn) {
	t.mu.Lock()
	t.queue = append(t.queue, c)
	begin := t.working < t.most
	if begin {
		t.working++
	}
	t.mu.Unlock()
	if begin {
		go t.work()
	}
}

// take gives the next conn; without one the goroutine that asks has to end.
func (t *turns) take() *conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		t.queue = nil
		t.working--
		return nil
	}
	c := t.queue[0]
	t.queue[0] = nil
	t.queue = t.queue[1:]
	return c
}

func (t *turns) work() {
	for c := t.take(); c != nil; c = t.take() {
		c.place.Store(busy)
		c.turn()
	}
}

// place says where a conn is between its turns. A new one is busy, by who
// makes it.
type place = int32

const (
	busy   place = iota // by the one goroutine that may write
	nudged              // busy, and to be queued afterwards
	queued
	asleep
)

// nudge queues the conn: there may be something to write. It never waits, and
// is safe for concurrent use.
func (c *conn) nudge() {
	for {
		switch c.place.Load() {
		case asleep:
			if c.place.CompareAndSwap(asleep, queued) {
				c.streams.turns.put(c)
				return
			}
		case busy:
			if c.place.CompareAndSwap(busy, nudged) {
				return
			}
		default:
			return
		}
	}
}

// again queues the conn, which is busy with its caller.
func (c *conn) again() {
	c.place.Store(queued)
	c.streams.turns.put(c)
}

// sleep gives back the conn, which is busy with its caller, who has found
// nothing to write.
func (c *conn) sleep() {
	if !c.place.CompareAndSwap(busy, asleep) {
		c.again()
	}
}

// turn writes what there is.
func (c *conn) turn() {
	for range turnFrames {
		p, err := c.next()
		if err != nil {
			go c.end(err)
			return
		}
		if p == nil {
			c.sleep()
			return
		}
		n := 0
		if len(p) <= turnBytes {
			n, err = c.outlet.try(p)
		}
		if err != nil {
			go c.end(err)
			return
		}
		if n < len(p) {
			go c.writeOn(p[n:])
			return
		}
	}
	c.again()
}

// writeOn writes p and what comes after it, however slowly the peer takes it,
// until nothing is left.
func (c *conn) writeOn(p []byte) {
	for p != nil {
		err := c.outlet.write(p)
		if err == nil {
			p, err = c.next()
		}
		if err != nil {
			c.end(err)
			return
		}
	}
	c.sleep()
}
