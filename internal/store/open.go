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

// CheckURL says what is wrong with a database's URL, before it is used. The
// error does not hold the password.
func CheckURL(url string) error {
	if _, err := pgxpool.ParseConfig(url); err != nil {
		return fmt.Errorf("it is neither postgres://USER:PASSWORD@HOST:5432/DATABASE nor keywords like host=HOST dbname=DATABASE: %w", err)
	}
	return nil
}

// Open brings the schema up to date, sees to it that there are partitions to
// append to, and returns a store to Close. An error that is
// event.ErrUnavailable may go away by itself; any other will not.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{
		effort:        usualEffort,
		log:           c.Logger,
		metrics:       newMetrics(),
		retention:     c.Retention,
		partitionSize: c.PartitionSize,
		wake:          make(chan struct{}, 1),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.connect(ctx, c.URL); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if c.Metrics != nil {
		s.metrics.register(c.Metrics)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.addPartitions(ctx, 0); err != nil {
		return err
	}
	return s.measureSize(ctx)
}

func (s *Store) connect(ctx context.Context, url string) (err error) {
	if s.write, err = newPool(ctx, url, writeConns, nil); err != nil {
		return err
	}
	s.read, err = newPool(ctx, url, max(4, readConnsPerCore*runtime.NumCPU()), map[string]string{
		"statement_timeout": strconv.FormatInt(readTimeout.Milliseconds(), 10),
		// The planner must know the positions asked for: only then does it
		// leave out the partitions that cannot hold them.
		"plan_cache_mode":               "force_custom_plan",
		"default_transaction_read_only": "on",
		"jit":                           "off", // it takes longer to compile a search than to run it
		// The pool bounds how many searches run at once; workers would multiply them.
		"max_parallel_workers_per_gather": "0",
	})
	if err != nil {
		s.write.Close()
	}
	return err
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
