// Package store is all SQL.
package store

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a store needs to know.
type Config struct {
	URL       string        // of PostgreSQL
	Retention time.Duration // 0 keeps everything
	Logger    *slog.Logger
	Metrics   prometheus.Registerer // nil: none
}

// Store is safe for concurrent use.
type Store struct{}
