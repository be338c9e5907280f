package store

import (
	"context"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Head reads where the numbering stands.
func (s *Store) Head(ctx context.Context) (event.Head, error) {
	var h event.Head
	err := s.write.QueryRow(ctx, `SELECT last, floor, epoch FROM event_bus_head`).Scan(&h.Last, &h.Floor, &h.Epoch)
	return h, explain("read head", err)
}

// NewEpoch gives the numbering another name, as is right when positions that
// clients have seen may be given again: after the database was restored from a
// backup. It returns the name.
func (s *Store) NewEpoch(ctx context.Context) (string, error) {
	var epoch string
	err := s.write.QueryRow(ctx, `UPDATE event_bus_head SET epoch = event_bus_new_epoch() RETURNING epoch`).Scan(&epoch)
	return epoch, explain("renew epoch", err)
}
