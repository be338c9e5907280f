package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const rejectedFields = `id, topic, partition, "offset", incarnation, reason, detail, record_time, rejected_at, key, headers, value, ` + producerOf

// Rejected reads one page of rejected events, newest first, up to 16 MiB of
// their values; more says that there are older ones.
func (s *Store) Rejected(ctx context.Context, q RejectedQuery) (found []RejectedEvent, more bool, err error) {
	var c clauses
	if q.Before > 0 {
		c.and("id < " + c.arg(q.Before))
	}
	if q.Reason != "" {
		c.and("reason = " + c.arg(q.Reason))
	}
	if q.Topic != "" {
		c.and("topic = " + c.arg(q.Topic))
	}
	if q.Producer != "" {
		c.and(grouped, producerOf+" = "+c.arg(q.Producer))
	}
	c.and(c.between("rejected_at", timesBetween(q.Start, q.End)))
	sql := "SELECT " + rejectedFields + " FROM event_bus_rejected " + c.where() + " ORDER BY id DESC LIMIT " + c.arg(q.Limit+1)
	err = s.reading(ctx, "read rejected events", func(ctx context.Context) error {
		ctx, giveUp := context.WithCancel(ctx)
		defer giveUp()
		rows, err := s.read.Query(ctx, sql, c.args...)
		if err != nil {
			return fmt.Errorf("query rejected events: %w", err)
		}
		defer rows.Close()
		for bytes := 0; rows.Next(); {
			if more = len(found) == q.Limit || bytes > pageBytes; more {
				giveUp()
				return nil
			}
			r, err := scanRejected(rows)
			if err != nil {
				return err
			}
			bytes += len(r.Key) + len(r.Value)
			found = append(found, r)
		}
		return rows.Err()
	})
	return found, more, err
}

// RejectedByID reads one rejected event; nil if there is none.
func (s *Store) RejectedByID(ctx context.Context, id int64) (*RejectedEvent, error) {
	var found *RejectedEvent
	err := s.reading(ctx, "read rejected event", func(ctx context.Context) error {
		r, err := scanRejected(s.read.QueryRow(ctx, "SELECT "+rejectedFields+" FROM event_bus_rejected WHERE id = $1", id))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		found = &r
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func scanRejected(row pgx.Row) (RejectedEvent, error) {
	var r RejectedEvent
	var headers [][2]string
	err := row.Scan(&r.ID, &r.Topic, &r.Partition.ID, &r.Offset, &r.Incarnation, &r.Reason, &r.Detail, &r.Time, &r.RejectedAt, &r.Key, &headers, &r.Value, &r.Producer)
	if err != nil {
		return r, fmt.Errorf("read rejected event: %w", err)
	}
	r.Time, r.RejectedAt = r.Time.UTC(), r.RejectedAt.UTC()
	for _, h := range headers {
		value, err := base64.StdEncoding.DecodeString(h[1])
		if err != nil {
			return r, fmt.Errorf("read header %q of rejected event %d: %w", h[0], r.ID, err)
		}
		r.Headers = append(r.Headers, event.Header{Key: h[0], Value: value})
	}
	return r, nil
}
