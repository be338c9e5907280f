package hub

import (
	"context"
	"sync"
	"time"
)

// replica is a hub that is killed now and then, with all that it had in memory.
type replica struct {
	config Config

	mu     sync.Mutex
	hub    *Hub          // nil while it is away
	killed chan struct{} // closed when hub is killed
	stop   func()
	busy   bool // somebody restarts it
}

// now gives the hub that runs, and what is closed when it ends; nil if none
// does.
func (r *replica) now() (*Hub, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hub, r.killed
}

// start waits until history answers.
func (r *replica) start() {
	ctx, cancel := context.WithCancel(context.Background())
	h, err := New(ctx, r.config)
	for ; err != nil; h, err = New(ctx, r.config) {
		time.Sleep(100 * time.Millisecond)
	}
	var joined sync.WaitGroup
	joined.Go(func() { _ = h.Run(ctx) })
	joined.Go(func() { _ = h.Follow(ctx) })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hub, r.killed = h, make(chan struct{})
	r.stop = func() {
		cancel()
		joined.Wait()
	}
}

func (r *replica) kill() {
	r.mu.Lock()
	close(r.killed)
	r.hub = nil
	stop := r.stop
	r.mu.Unlock()
	stop()
}

func (r *replica) restart(pause time.Duration) {
	r.mu.Lock()
	busy := r.busy
	r.busy = true
	r.mu.Unlock()
	if busy {
		return
	}
	r.kill()
	time.Sleep(pause)
	r.start()
	r.mu.Lock()
	r.busy = false
	r.mu.Unlock()
}
