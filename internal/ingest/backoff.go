package ingest

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is the pause before the next try: it doubles up to ten times the
// first, and differs from replica to replica.
type backoff struct{ first, next time.Duration }

func newBackoff(first time.Duration) *backoff { return &backoff{first, first} }

func (b *backoff) reset() { b.next = b.first }

// wait returns early when ctx ends.
func (b *backoff) wait(ctx context.Context) {
	sleep(ctx, b.next/2+rand.N(b.next/2+1))
	b.next = min(2*b.next, 10*b.first)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
