package store

import (
	"context"
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// delaySample is how many events Delays looks at, at most: enough for a p99,
// and read by their positions in a few milliseconds.
const delaySample = 5000

// Delays measures how long the events that were stored in [start, end) took,
// over a sample that is spread evenly over them, in at most so many buckets of
// a round width; buckets without a measured event are left out. f narrows the
// sample as it narrows statistics. Both start and end must be given.
func (s *Store) Delays(ctx context.Context, f filter.Filter, start, end time.Time, most int) (Delays, error) {
	if err := countable(f); err != nil {
		return Delays{}, err
	}
	width := histogramWidth(timesBetween(start, end), int64(most))
	d := Delays{Width: time.Duration(width) * time.Microsecond}
	from, err := s.PositionAt(ctx, start)
	if err != nil {
		return d, err
	}
	to, err := s.PositionAt(ctx, end)
	if err != nil || to <= from {
		return d, err
	}
	err = s.reading(ctx, "measure delays", func(ctx context.Context) error { return s.sampleDelays(ctx, &d, f, from, to) })
	return d, err
}

// inMillis is a percentile of an interval; to the microsecond, as times are.
func inMillis(share, interval string) string {
	return fmt.Sprintf("(extract(epoch FROM percentile_disc(%s) WITHIN GROUP (ORDER BY %s)) * 1000)::float8", share, interval)
}

// sampleDelays measures every so many-th event of (after, through].
func (s *Store) sampleDelays(ctx context.Context, d *Delays, f filter.Filter, after, through event.Position) error {
	var c clauses
	step := (int64(through-after) + delaySample - 1) / delaySample
	sample := fmt.Sprintf("generate_series(%s::bigint, %s::bigint, %s::bigint)", c.arg(int64(after)+1), c.arg(int64(through)), c.arg(step))
	bucket := fmt.Sprintf("date_bin(%s, stored_at, '0001-01-01 00:00:00+00 BC')", c.arg(d.Width))
	c.and("id = sampled.position", c.positions(stretch{int64(after) + 1, int64(through) + 1}), c.condition(f))
	columns := ""
	for _, interval := range []string{"stored_at - processed_at", "stored_at - timestamp"} {
		for _, share := range []string{"0.5", "0.95", "0.99"} {
			columns += ", " + inMillis(share, interval)
		}
	}
	// LIMIT keeps the planner from joining in another way: one look-up each is
	// cheap however many events there are.
	rows, err := s.read.Query(ctx, "SELECT bucket, count(*)"+columns+" FROM "+sample+" AS sampled (position), LATERAL (SELECT "+bucket+` AS bucket, stored_at, processed_at, timestamp
		FROM event_bus_events `+c.where()+" LIMIT 1) AS measured GROUP BY GROUPING SETS ((bucket), ()) ORDER BY bucket", c.args...)
	if err != nil {
		return fmt.Errorf("query delays: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at *time.Time
		var m Measured
		var p [6]*float64 // null where there was nothing to measure
		if err := rows.Scan(&at, &m.Events, &p[0], &p[1], &p[2], &p[3], &p[4], &p[5]); err != nil {
			return fmt.Errorf("read delays: %w", err)
		}
		if m.Events == 0 {
			continue
		}
		m.Storing, m.Total = Percentiles{*p[0], *p[1], *p[2]}, Percentiles{*p[3], *p[4], *p[5]}
		if at == nil {
			d.All = m
			continue
		}
		m.Start = at.UTC()
		d.Buckets = append(d.Buckets, m)
	}
	return rows.Err()
}
