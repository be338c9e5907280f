package store

import (
	"sync"
	"time"
)

// paceSpan is the time that a Pace is of.
const paceSpan = 60 // seconds

// Pace is how this process's appends went in the last minute.
type Pace struct {
	Appends, Events int64
	Mean, Slowest   time.Duration // of an append, its commit included
	Last            time.Time     // when one succeeded; zero if none has
}

// pace counts appends in a slot for each second.
type pace struct {
	mu    sync.Mutex
	slots [paceSpan]paceSlot
	last  time.Time
}

type paceSlot struct {
	second          int64
	appends, events int64
	took, slowest   time.Duration
}

func (p *pace) add(now time.Time, took time.Duration, events int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = now
	slot := &p.slots[now.Unix()%paceSpan]
	if slot.second != now.Unix() {
		*slot = paceSlot{second: now.Unix()}
	}
	slot.appends++
	slot.events += int64(events)
	slot.took += took
	slot.slowest = max(slot.slowest, took)
}

func (p *pace) at(now time.Time) Pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := Pace{Last: p.last}
	for _, slot := range p.slots {
		if slot.second <= now.Unix()-paceSpan {
			continue
		}
		sum.Appends += slot.appends
		sum.Events += slot.events
		sum.Mean += slot.took
		sum.Slowest = max(sum.Slowest, slot.slowest)
	}
	if sum.Appends > 0 {
		sum.Mean /= time.Duration(sum.Appends)
	}
	return sum
}

// Pace waits for nothing.
func (s *Store) Pace() Pace { return s.pace.at(time.Now()) }

// Retention is how long events are kept; 0 is for ever.
func (s *Store) Retention() time.Duration { return s.retention }
