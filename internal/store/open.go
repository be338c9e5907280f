package store

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Bounds of the two pools. What waits for a conn waits in the pool, in order.
const (
	writeConns       = 6
	readConnsPerCore = 2
	readTimeout      = 30 * time.Second
	connectTimeout   = 5 * time.Second
)

// Open brings the schema up to date as Migrate does, sees to it that there are
// partitions to append to, and returns a store to Close. An error that is
// event.ErrUnavailable may go away by itself; any other will not.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{
		log:           c.Logger,
		metrics:       newMetrics(c.Metrics),
		retention:     c.Retention,
		partitionSize: c.PartitionSize,
		wake:          make(chan struct{}, 1),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.write, err = newPool(ctx, c.URL, writeConns, nil); err != nil {
		return nil, err
	}
	if s.read, err = newPool(ctx, c.URL, max(4, readConnsPerCore*runtime.NumCPU()), map[string]string{
		"statement_timeout": strconv.FormatInt(readTimeout.Milliseconds(), 10),
		// The planner must know the positions asked for: only then does it
		// leave out the partitions that cannot hold them.
		"plan_cache_mode":               "force_custom_plan",
		"default_transaction_read_only": "on",
	}); err != nil {
		s.write.Close()
		return nil, err
	}
	return s, nil
}

func newPool(ctx context.Context, url string, conns int, params map[string]string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", err)
	}
	config.MaxConns = int32(conns)
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.ConnConfig.RuntimeParams["application_name"] = "eventfeed"
	for name, value := range params {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	return pool, nil
}

// Close waits for the conns in use and closes them all.
func (s *Store) Close() {
	s.read.Close()
	s.write.Close()
}
