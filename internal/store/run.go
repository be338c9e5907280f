package store

import (
	"context"
	"errors"
	"time"
)

const roundEvery = 10 * time.Second

// Run keeps the store in order until ctx is done: partitions ahead of need,
// retention, the size for State. Every replica may run it; each step is one
// statement that does nothing if another was faster. What fails is logged and
// tried again in the next round.
func (s *Store) Run(ctx context.Context) error {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	for {
		more, err := s.maintain(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("store maintenance failed", "error", err)
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// maintain does one round. A part that fails does not keep the others from
// being done.
func (s *Store) maintain(ctx context.Context) (more bool, err error) {
	added := s.addPartitions(ctx, 0)
	measured := s.measurePartitions(ctx)
	more, retired := s.retire(ctx)
	return more, errors.Join(added, measured, retired, s.measureSize(ctx))
}
