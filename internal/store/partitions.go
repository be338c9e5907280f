package store

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	minPartition = 1_000_000
	maxPartition = 100_000_000
	// A partition holds no less than this share of all that is stored, so that
	// their number stays below a hundred however slowly events come.
	minPartitionShare = 16
	lockAttempts      = 10
)

// addPartitions adds partitions until, after room more positions, two are
// still untouched. Several replicas may do so at once.
func (s *Store) addPartitions(ctx context.Context, room int) error {
	size, err := s.nextPartitionSize(ctx)
	if err != nil {
		return err
	}
	for {
		var name *string
		err := s.retryLocked(func() error {
			return s.write.QueryRow(ctx, `SELECT event_bus_add_partition($1, $2)`, room, size).Scan(&name)
		})
		if err != nil {
			return explain("add partition", err)
		}
		if name == nil {
			return s.readBorder(ctx)
		}
		s.log.Info("partition added", "partition", *name, "positions", size)
	}
}

// retryLocked tries again what gave up because a lock was not free.
func (s *Store) retryLocked(try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		var server *pgconn.PgError
		if attempt == lockAttempts || !errors.As(err, &server) || server.Code != "55P03" {
			return err
		}
	}
}

// readBorder learns where the last but one partition begins.
func (s *Store) readBorder(ctx context.Context) error {
	var border int64
	err := s.write.QueryRow(ctx, `SELECT first FROM event_bus_partitions ORDER BY first DESC OFFSET 1 LIMIT 1`).Scan(&border)
	if err != nil {
		return explain("read partitions", err)
	}
	s.border.Store(border)
	return nil
}

// askForMaintenance wakes Run, once until partitions have been added.
func (s *Store) askForMaintenance() {
	s.border.Store(math.MaxInt64)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// nextPartitionSize is about a day's worth of positions at the recent rate.
func (s *Store) nextPartitionSize(ctx context.Context) (int64, error) {
	if s.partitionSize > 0 {
		return s.partitionSize, nil
	}
	yesterday, err := s.storedBefore(ctx, 24*time.Hour)
	if err != nil {
		return 0, err
	}
	head, err := s.Head(ctx)
	if err != nil {
		return 0, err
	}
	size := max(int64(head.Last-yesterday), int64(head.Last-head.Floor)/minPartitionShare)
	return min(max(size, minPartition), maxPartition), nil
}

func (s *Store) measurePartitions(ctx context.Context) error {
	_, err := s.write.Exec(ctx, `SELECT event_bus_measure_partitions()`)
	return explain("measure partitions", err)
}
