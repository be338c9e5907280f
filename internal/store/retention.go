package store

import (
	"context"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// One step of retention works on this many rows: some ten milliseconds, of
// which the head is locked for a few.
const (
	floorStep    = 10_000
	sweepStep    = 2_000
	rejectedStep = 200
	retireLimit  = 5 * time.Second // after it, the rest of the round comes first
)

// retire lets go of what was stored longer ago than the retention. It says
// whether there is more to do than it had time for.
func (s *Store) retire(ctx context.Context) (more bool, err error) {
	if s.retention <= 0 {
		return false, nil
	}
	end := time.Now().Add(retireLimit)
	for _, step := range []func(context.Context, time.Time) (bool, error){s.raiseFloor, s.sweep, s.dropPartitions, s.expireRejected} {
		if more, err = step(ctx, end); more || err != nil {
			return more, err
		}
	}
	return false, nil
}

// storedBefore is the last position that was stored longer ago than age, by
// the database's clock.
func (s *Store) storedBefore(ctx context.Context, age time.Duration) (event.Position, error) {
	before, err := s.ago(ctx, age)
	if err != nil {
		return 0, err
	}
	return s.PositionAt(ctx, before)
}

func (s *Store) ago(ctx context.Context, age time.Duration) (time.Time, error) {
	var t time.Time
	err := s.write.QueryRow(ctx, `SELECT clock_timestamp() - $1::interval`, age).Scan(&t)
	return t, explain("read the database's clock", err)
}

func (s *Store) raiseFloor(ctx context.Context, end time.Time) (more bool, err error) {
	target, err := s.storedBefore(ctx, s.retention)
	if err != nil {
		return false, err
	}
	head, err := s.Head(ctx)
	if err != nil {
		return false, err
	}
	return s.inSteps(ctx, end, func() (bool, error) {
		if head.Floor >= target {
			return true, nil
		}
		head.Floor = min(head.Floor+floorStep, target)
		_, err := s.write.Exec(ctx, `SELECT event_bus_raise_floor($1)`, head.Floor)
		return false, explain("raise floor", err)
	})
}

func (s *Store) sweep(ctx context.Context, end time.Time) (more bool, err error) {
	return s.inSteps(ctx, end, func() (bool, error) {
		var swept int64
		err := s.write.QueryRow(ctx, `SELECT event_bus_sweep($1)`, sweepStep).Scan(&swept)
		return swept == 0, explain("delete what lies below the floor", err)
	})
}

func (s *Store) dropPartitions(ctx context.Context, end time.Time) (more bool, err error) {
	return s.inSteps(ctx, end, func() (bool, error) {
		var name *string
		err := s.retryLocked(func() error {
			return s.write.QueryRow(ctx, `SELECT event_bus_drop_partition()`).Scan(&name)
		})
		if err == nil && name != nil {
			s.log.Info("partition dropped", "partition", *name)
		}
		return name == nil, explain("drop partition", err)
	})
}

func (s *Store) expireRejected(ctx context.Context, end time.Time) (more bool, err error) {
	before, err := s.ago(ctx, s.retention)
	if err != nil {
		return false, err
	}
	return s.inSteps(ctx, end, func() (bool, error) {
		var gone int64
		err := s.write.QueryRow(ctx, `SELECT event_bus_expire_rejected($1, $2)`, before, rejectedStep).Scan(&gone)
		return gone == 0, explain("delete rejected events", err)
	})
}

// inSteps repeats a step until it is done or the time is up, and rests after
// each as long as it took, so that appends find the server at leisure.
func (s *Store) inSteps(ctx context.Context, end time.Time, step func() (done bool, err error)) (more bool, err error) {
	for {
		start := time.Now()
		done, err := step()
		if done || err != nil {
			return false, err
		}
		if time.Now().After(end) {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(time.Since(start)):
		}
	}
}
