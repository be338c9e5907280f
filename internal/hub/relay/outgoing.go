package relay

import "sync"

// queueBytes bounds what waits to be sent, about. It is a second or two of the
// most that one PostgreSQL takes: if Redis is slower than that, siblings have
// read the rest from the store before it would arrive.
const queueBytes = 32 << 20

// outgoing is what waits to be sent, while it is open. Safe for concurrent
// use.
type outgoing struct {
	ready chan struct{} // holds a token when there is something

	mu     sync.Mutex
	isOpen bool
	items  []item
	bytes  int
}

func newOutgoing() outgoing { return outgoing{ready: make(chan struct{}, 1)} }

// put says whether there was room.
func (o *outgoing) put(i item) bool {
	o.mu.Lock()
	n := weigh(i)
	fits := o.isOpen && (o.bytes+n <= queueBytes || len(o.items) == 0)
	if fits {
		o.items = append(o.items, i)
		o.bytes += n
	}
	o.mu.Unlock()
	if fits {
		o.wake()
	}
	return fits
}

// take gives what was put first.
func (o *outgoing) take() (i item, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.items) == 0 {
		return item{}, false
	}
	i, o.items[0] = o.items[0], item{}
	o.items = o.items[1:]
	o.bytes -= weigh(i)
	if len(o.items) > 0 {
		o.wake()
	}
	return i, true
}

func (o *outgoing) wake() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

func (o *outgoing) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.isOpen = true
}

// close drops what is there and says how many events that were.
func (o *outgoing) close() (events int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range o.items {
		events += len(i.events)
	}
	o.isOpen, o.items, o.bytes = false, nil, 0
	return events
}

func weigh(i item) int {
	n := 0
	for _, e := range i.events {
		n += len(e.Payload) + 600
	}
	return n
}
