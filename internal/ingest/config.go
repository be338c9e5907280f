package ingest

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Store is where events go, and where partitions are resumed.
type Store interface {
	// Append stores a batch, all or nothing. What its errors mean is said
	// beside event.ErrFenced, event.ErrUnavailable and event.ErrData; any other
	// is fatal.
	Append(ctx context.Context, b event.Batch) (event.Appended, error)
	// Offsets gives what is stored of partitions; those that were never stored
	// are left out. An error is transient.
	Offsets(ctx context.Context, ps []event.Partition) (map[event.Partition]event.StoredOffset, error)
}

// Config is what ingest needs to know. All of it is required, unless it says
// otherwise.
type Config struct {
	Brokers  []string // HOST:PORT
	TLS      TLS
	SASL     SASL
	GroupID  string
	Replica  string   // tells this process from the others of the group; it keeps it when it is started again
	Patterns []string // as ParsePatterns gives them
	// StartLatest leaves out what topics held when they were first seen at the
	// first start. Topics found later are read from their first offset.
	StartLatest bool

	Decoder *event.Decoder
	Store   Store
	// Publish is given what has been stored, in the order of its positions. It
	// must not wait.
	Publish func(event.Appended)
	// Preview is given new events while the store takes none; nil: nobody wants
	// them. It must not wait.
	Preview func([]*event.Event)
	Logger  *slog.Logger
	Metrics prometheus.Registerer // nil: none
}

// clientPrefix is what a replica's name follows in its client id.
const clientPrefix = "eventfeed-"

func (c Config) clientID() string { return clientPrefix + c.Replica }
