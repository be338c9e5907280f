package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// secondWidths are the round widths of buckets that only the events can fill.
var secondWidths = []int64{second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second}

var second = time.Second.Microseconds()

// Histogram counts the events of [start, end) that f selects, in at most so
// many buckets of a round width, aligned in UTC; they cover the range without a
// hole. Both start and end must be given.
//
// Where f restricts types, outcomes and tenants alone and a bucket is a minute
// or more, it is exact as of one moment and takes as long as Statistics.
// Otherwise the events are counted, newest first, of those that were stored
// when it began; a count that takes longer than two seconds says how far back
// it came, and is exact from there on.
func (s *Store) Histogram(ctx context.Context, f filter.Filter, start, end time.Time, most int) (Histogram, error) {
	times := timesBetween(start, end)
	t := newTally(f, times, histogramWidth(times, int64(most)))
	reached := Reached{Complete: true}
	err := s.reading(ctx, "count events by time", func(ctx context.Context) error {
		if t.width%minute == 0 && countable(f) == nil {
			return s.snapshot(ctx, func(q querier) error { return t.chart(ctx, q) })
		}
		var err error
		reached, err = s.countBack(ctx, f, times, t.countEvents)
		return err
	})
	return Histogram{t.Buckets, t.width, reached}, err
}

func histogramWidth(times stretch, most int64) int64 {
	fits := func(width int64) bool { return times.to-firstBucket(times, width) <= most*width }
	return leastWidth(append(secondWidths[:len(secondWidths):len(secondWidths)], minuteWidths...), fits)
}

// countEvents counts the events of one part.
func (t *tally) countEvents(ctx context.Context, q querier, p part) (keep func(), some bool, err error) {
	type counted struct {
		at        time.Time
		eventType string
		n         int64
	}
	var c clauses
	at := t.bin(&c, "timestamp")
	c.and(c.positions(p.positions), c.between("timestamp", p.times), c.condition(t.inSQL()))
	rows, err := q.Query(ctx, "SELECT "+at+", event_type, count(*) FROM event_bus_events "+c.where()+" GROUP BY 1, 2", c.args...)
	if err != nil {
		return nil, false, fmt.Errorf("query events by time: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n counted, err error) {
		err = row.Scan(&n.at, &n.eventType, &n.n)
		return n, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("count events by time: %w", err)
	}
	keep = func() {
		for _, n := range all {
			t.add(&n.at, nil, n.eventType, n.n)
		}
	}
	return keep, len(all) > 0, nil
}
