package ingest

import (
	"context"
	"slices"
	"sync"
)

const (
	batchEvents = 2000
	batchBytes  = 4 << 20
	// queueBytes is what waits for the store at most, but for what each broker
	// answers once more.
	queueBytes = 16 << 20
)

// queue is what has been fetched and is not stored, in the order of each
// partition. Batches form by themselves: what arrives while one append runs
// waits, and goes with the next.
type queue struct {
	ready chan struct{} // holds a token when there is something
	space chan struct{} // holds a token when there may be room again

	mu     sync.Mutex
	chunks []*chunk
	bytes  int
	away   bool // the store takes nothing: who fetches shows previews
}

func newQueue() *queue {
	return &queue{ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
}

// put never waits; who fetches asks for room first. It says whether the store
// is away.
func (q *queue) put(chunks ...*chunk) (away bool) {
	q.mu.Lock()
	for _, c := range chunks {
		q.chunks = append(q.chunks, c)
		q.bytes += c.bytes
	}
	away = q.away
	q.mu.Unlock()
	signal(q.ready)
	return away
}

// room waits until more may be fetched, and says whether it may be kept: what
// may not is for previews alone. It is not ok when ctx ends.
func (q *queue) room(ctx context.Context) (keep, ok bool) {
	for {
		q.mu.Lock()
		full, away := q.bytes >= queueBytes, q.away
		q.mu.Unlock()
		if !full || away {
			signal(q.space) // for the next that waits
			return !full, ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false, false
		case <-q.space:
		}
	}
}

// setAway notes whether the store is away, and gives what is queued.
func (q *queue) setAway(away bool) []*chunk {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.away = away
	signal(q.space)
	return slices.Clone(q.chunks)
}

// take gives what one batch holds, at least one chunk; nil when ctx ends.
func (q *queue) take(ctx context.Context) []*chunk {
	for {
		if chunks := q.cut(); len(chunks) > 0 {
			return chunks
		}
		select {
		case <-ctx.Done():
			return nil
		case <-q.ready:
		}
	}
}

func (q *queue) cut() []*chunk {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, events, bytes := 0, 0, 0
	for n < len(q.chunks) {
		c := q.chunks[n]
		if n > 0 && (events+len(c.items) > batchEvents || bytes+c.bytes > batchBytes) {
			break
		}
		n, events, bytes = n+1, events+len(c.items), bytes+c.bytes
	}
	chunks := q.chunks[:n:n]
	q.chunks = q.chunks[n:]
	q.bytes -= bytes
	if n > 0 {
		signal(q.space)
	}
	return chunks
}
