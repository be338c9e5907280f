// Package store is all SQL: it appends events to PostgreSQL, reads them back,
// counts them and lets them go after the retention.
//
// Guarantees: a batch is stored whole or not at all, together with the Kafka
// offsets that it covers, so a record is stored exactly once however often it
// is tried; positions are dense, in commit order, and never change; stored_at
// never goes back from one position to the next; everything above the floor is
// there and counted, nothing at or below it is. No lock that another replica
// waits for is ever held while the server waits for its client.
package store

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a store needs to know.
type Config struct {
	URL       string        // of PostgreSQL
	Retention time.Duration // 0 keeps everything
	Logger    *slog.Logger
	Metrics   prometheus.Registerer // nil: none

	// PartitionSize is how many positions a partition holds; 0 lets it follow
	// the recent rate.
	PartitionSize int64
}

// Store is safe for concurrent use.
type Store struct {
	write *pgxpool.Pool // appends, the head, offsets and maintenance: never behind a slow read
	read  *pgxpool.Pool // history and statistics: bounded in number and in time

	effort effort // of one search in history

	log           *slog.Logger
	metrics       *metrics
	pace          pace
	retention     time.Duration
	partitionSize int64

	wake   chan struct{} // asks Run for a round of maintenance now
	border atomic.Int64  // an append that reaches this position asks for one
	size   atomic.Int64  // bytes, as of the last round
}
