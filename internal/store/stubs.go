package store

import (
	"context"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Signatures that other packages already compile against. Whoever implements
// one deletes it here.

// append side
func Migrate(ctx context.Context, url string) error                                { panic("stub") }
func (s *Store) Run(ctx context.Context) error                                     { panic("stub") }
func (s *Store) Append(ctx context.Context, b event.Batch) (event.Appended, error) { panic("stub") }
func (s *Store) Offsets(ctx context.Context, ps []event.Partition) (map[event.Partition]event.StoredOffset, error) {
	panic("stub")
}
func (s *Store) Head(ctx context.Context) (event.Head, error) { panic("stub") }
func (s *Store) State(ctx context.Context) (State, error)     { panic("stub") }

// read side
func (s *Store) Events(ctx context.Context, q Query) (Page, error) { panic("stub") }
func (s *Store) EventsByID(ctx context.Context, tenants []string, eventID string) ([]*event.Event, error) {
	panic("stub")
}
func (s *Store) Trace(ctx context.Context, scope filter.Filter, correlationID string, limit int) ([]*event.Event, bool, error) {
	panic("stub")
}
func (s *Store) Statistics(ctx context.Context, f filter.Filter, start, end time.Time) (Statistics, error) {
	panic("stub")
}
func (s *Store) EventTypes(ctx context.Context, scope filter.Filter) ([]EventType, error) {
	panic("stub")
}
func (s *Store) Rejected(ctx context.Context, q RejectedQuery) ([]RejectedEvent, bool, error) {
	panic("stub")
}
func (s *Store) RejectedByID(ctx context.Context, id int64) (*RejectedEvent, error) { panic("stub") }
func (s *Store) Window(ctx context.Context, f filter.Filter, after, through event.Position) (Window, error) {
	panic("stub")
}
func (s *Store) Latest(ctx context.Context, f filter.Filter, n int, through event.Position) ([]*event.Event, error) {
	panic("stub")
}
func (s *Store) PositionAt(ctx context.Context, t time.Time) (event.Position, error) { panic("stub") }
