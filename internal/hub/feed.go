package hub

import (
	"sync"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// flushAfter is the longest that a matching event waits for company.
const flushAfter = 20 * time.Millisecond

// liveFrame is a frame of a feed, and how many subscriptions have not written
// it yet.
type liveFrame struct {
	Frame
	position event.Position
	left     int
}

// feed is the stream of one distinct filter: its events become frames, made
// once and shared by everybody who subscribed.
//
// A frame is made at once when the one before has been written by most of the
// subscriptions, and half as much time again has passed as that took: an idle
// feed adds no latency, a busy one makes few, large frames and leaves the
// machine time for what feeds it. It is made after flushAfter in any case.
type feed struct {
	hub    *Hub
	id     uint64
	filter filter.Filter

	// Guarded by hub.mu.
	refs   int    // subscriptions that named the filter, live or not
	orphan bool   // the hub has started anew without it
	round  uint64 // of the index, when it was tried last

	mu      sync.Mutex
	live    []*subscription // those that get what comes next
	pending []*entry        // matched, not in a frame yet
	frames  []*liveFrame    // the last ones, oldest first
	base    uint64          // sequence number of frames[0]
	last    event.Position  // what the newest frame covers up to
	lastAt  time.Time       // when it was made
	took    time.Duration   // until the last one that most have written had been
	timer   *time.Timer     // runs while pending waits
	waiting bool            // the timer is set
	offered bool            // Run will call offer
}

// add takes a matching event, in order, and says whether it is the first one
// since the feed was offered.
func (f *feed) add(e *entry) (first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, e)
	first = !f.offered
	f.offered = true
	return first
}

// offer makes a frame of what is pending, now or when its time comes.
func (f *feed) offer() {
	f.mu.Lock()
	f.offered = false
	flushed := f.flushWhenDue()
	f.mu.Unlock()
	if flushed {
		f.hub.frames.evict()
	}
}

// flushWhenDue makes a frame of what is pending, now or when its time comes,
// and says whether it did so now. Needs f.mu.
func (f *feed) flushWhenDue() bool {
	if len(f.pending) == 0 {
		return false
	}
	pause := flushAfter
	if f.mostWroteLast() {
		pause = min(pause, f.took+f.took/2)
	}
	if pause -= time.Since(f.lastAt); pause <= 0 {
		f.flush()
		return true
	}
	f.waiting = true
	if f.timer == nil {
		f.timer = time.AfterFunc(pause, f.flushNow)
	} else {
		f.timer.Reset(pause)
	}
	return false
}

// flushNow makes a frame of whatever is pending.
func (f *feed) flushNow() {
	f.mu.Lock()
	f.flush()
	f.mu.Unlock()
	f.hub.frames.evict()
}

// mostWroteLast needs f.mu.
func (f *feed) mostWroteLast() bool {
	n := len(f.frames)
	return n == 0 || f.frames[n-1].left <= len(f.live)/8
}

// flush needs f.mu.
func (f *feed) flush() {
	if f.waiting {
		f.timer.Stop()
		f.waiting = false
	}
	if len(f.pending) == 0 {
		return
	}
	rest := f.pending
	for len(rest) > 0 {
		rest = f.makeFrame(rest)
	}
	clear(f.pending)
	f.pending = f.pending[:0]
	f.wakeLive()
}

// makeFrame makes one frame of the first entries and returns the rest.
func (f *feed) makeFrame(entries []*entry) []*entry {
	var b eventsFrame
	n := 0
	for n < len(entries) && b.add(entries[n]) {
		n++
	}
	position := entries[n-1].Position
	f.append(b.live(f.id, f.last, position), position)
	f.last = position
	return entries[n:]
}

// append adds a frame for everybody who is live. Needs f.mu.
func (f *feed) append(fr Frame, position event.Position) {
	f.frames = append(f.frames, &liveFrame{Frame: fr, position: position, left: len(f.live)})
	f.lastAt = time.Now()
	f.hub.frames.keep(f, len(fr.wire))
}

// wakeLive needs f.mu.
func (f *feed) wakeLive() {
	for _, s := range f.live {
		s.client.wake()
	}
}

// next gives the frame with sequence number seq. It is nil if there is none
// yet; gone says that it has been dropped.
func (f *feed) next(seq uint64) (fr *liveFrame, gone bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case seq < f.base:
		return nil, true
	case seq == f.base+uint64(len(f.frames)):
		return nil, false
	}
	return f.frames[seq-f.base], false
}

// wrote notes that one more subscription has written fr.
func (f *feed) wrote(fr *liveFrame) {
	f.mu.Lock()
	before, flushed := f.mostWroteLast(), false
	fr.left--
	if !before && f.mostWroteLast() {
		f.took = time.Since(f.lastAt)
		flushed = f.flushWhenDue()
	}
	f.mu.Unlock()
	if flushed {
		f.hub.frames.evict()
	}
}

// dropOldest forgets the oldest frame; who has not written it has fallen off.
func (f *feed) dropOldest() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.frames) == 0 {
		return
	}
	f.frames[0] = nil
	f.frames = f.frames[1:]
	f.base++
}

// join lets s take part from the next frame on and returns that frame's
// sequence number. Needs hub.mu; at is the hub's position, and s has all up to
// it.
func (f *feed) join(s *subscription, at event.Position) uint64 {
	f.mu.Lock()
	f.flush()
	if len(f.live) == 0 {
		f.last = at
		if !f.orphan {
			f.hub.index.add(f)
		}
	}
	s.slot = len(f.live)
	f.live = append(f.live, s)
	seq := f.base + uint64(len(f.frames))
	f.mu.Unlock()
	return seq
}

// leave takes s out. Needs hub.mu.
func (f *feed) leave(s *subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.live) - 1
	f.live[s.slot] = f.live[n]
	f.live[s.slot].slot = s.slot
	f.live[n] = nil
	f.live = f.live[:n]
	if n == 0 {
		if !f.orphan {
			f.hub.index.remove(f)
		}
		clear(f.pending)
		f.pending = f.pending[:0]
	}
}

// recentFrames bounds what the frames of all feeds take together.
type recentFrames struct {
	limit int

	mu    sync.Mutex
	queue []kept
	bytes int
}

type kept struct {
	feed  *feed
	bytes int
}

func (r *recentFrames) keep(f *feed, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(r.queue, kept{f, n})
	r.bytes += n
}

// evict drops the oldest frames while they take too much. No feed may be
// locked by the caller.
func (r *recentFrames) evict() {
	for {
		r.mu.Lock()
		if r.bytes <= r.limit {
			r.mu.Unlock()
			return
		}
		oldest := r.queue[0]
		r.queue[0] = kept{}
		r.queue = r.queue[1:]
		r.bytes -= oldest.bytes
		r.mu.Unlock()
		oldest.feed.dropOldest()
	}
}
