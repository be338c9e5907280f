package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	readLimit = 10 * time.Second // one read as a whole, waiting for a conn included
	pageBytes = 16 << 20         // payloads of one answer; what is over comes with the next page
)

// querier is what a read needs of a pool or of a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// reading runs one read, bounded in time. Its error is the caller's own if the
// caller gave up, and event.ErrUnavailable if the same read may work later.
func (s *Store) reading(ctx context.Context, what string, read func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	err := read(bounded)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
	return explain(what, err)
}

// snapshot runs several reads that see the same rows.
func (s *Store) snapshot(ctx context.Context, read func(querier) error) error {
	return pgx.BeginTxFunc(ctx, s.read, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return read(tx)
	})
}
