package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// appendLimit bounds one append, waiting for the other writers included.
const appendLimit = 30 * time.Second

// Append stores a batch: its events that are not stored yet, under the next
// positions and in their order, its rejected events and gaps, and moves the
// offsets, all or nothing. It leaves the batch as it is. Of two events of one
// tenant with the same id the first is stored.
//
// An error that is event.ErrUnavailable leaves open whether the batch was
// stored. The same batch may be tried again, as often as it takes: if it was
// stored already, and its offsets have not moved on since, the answer is the
// one that was lost. event.ErrFenced, event.ErrData and any other error say
// that nothing was stored.
func (s *Store) Append(ctx context.Context, b event.Batch) (event.Appended, error) {
	start := time.Now()
	appended, err := s.append(ctx, b)
	took := time.Since(start)
	s.metrics.observeAppend(took, b, appended, err)
	if err == nil {
		s.pace.add(start.Add(took), took, len(appended.Events))
	}
	if appended.Last >= event.Position(s.border.Load()) {
		s.askForMaintenance()
	}
	return appended, err
}

func (s *Store) append(ctx context.Context, b event.Batch) (event.Appended, error) {
	bounded, cancel := context.WithTimeout(ctx, appendLimit)
	defer cancel()
	what := fmt.Sprintf("append %d events", len(b.Events))
	events := newEventArrays(b.Events)
	args, err := appendArgs(b, events)
	if err != nil {
		return event.Appended{}, fmt.Errorf("%s: %w", what, err)
	}
	var positions []*event.Position
	var storedAt time.Time
	err = s.write.QueryRow(bounded, appendStatement, args...).Scan(&positions, &storedAt)
	if isBeyondPartitions(err) {
		err = errors.Join(err, s.addPartitions(bounded, len(b.Events)))
	}
	if err != nil {
		return event.Appended{}, explain(what, err)
	}
	return settle(b.Events, events.unique, positions, storedAt.UTC()), nil
}

// settle gives the stored events, with where they are.
func settle(all, unique []*event.Event, positions []*event.Position, storedAt time.Time) event.Appended {
	a := event.Appended{Events: make([]*event.Event, 0, len(unique))}
	copies := make([]event.Event, len(unique))
	for i, e := range unique {
		if positions[i] == nil {
			continue
		}
		copies[i] = *e
		copies[i].Position, copies[i].StoredAt = *positions[i], storedAt
		a.Events = append(a.Events, &copies[i])
	}
	a.Duplicates = len(all) - len(a.Events)
	if n := len(a.Events); n > 0 {
		a.First, a.Last = a.Events[0].Position, a.Events[n-1].Position
	}
	return a
}

const appendStatement = `CALL event_bus_append(
	$1::uuid, $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::uuid[], $7::int[],
	$8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::text[],
	$15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::int[], $21::bigint[], $22::timestamptz[],
	$23::text[], $24::int[], $25::bigint[], $26::int[], $27::text[], $28::text[], $29::timestamptz[],
	$30::bytea[], $31::text[], $32::bytea[],
	$33::text[], $34::int[], $35::bigint[], $36::bigint[], $37::text[], $38::timestamptz[])`

// appendArgs are the arguments of appendStatement.
func appendArgs(b event.Batch, events *eventArrays) ([]any, error) {
	spans, err := newSpanArrays(b)
	if err != nil {
		return nil, err
	}
	rejected, err := newRejectedArrays(b.Rejected)
	if err != nil {
		return nil, err
	}
	args := append(make([]any, 0, 38), batchID(b, events.hash))
	args = append(args, spans.args()...)
	args = append(args, events.args()...)
	args = append(args, rejected.args()...)
	return append(args, newGapArrays(b.Gaps).args()...), nil
}
