package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// layout is where the events are as of one moment. A read that keeps to its
// parts touches nothing at or below the floor and nothing above the head.
type layout struct {
	last, floor event.Position
	parts       []part
}

// part is what a read may see of one partition. Its times are those of full
// partitions, known since they were filled; measure finds out the others.
type part struct {
	positions, times stretch
	measured         bool
}

// stretch is a half-open range [from, to) of positions, or of timestamps in
// microseconds since 1970.
type stretch struct{ from, to int64 }

func (s stretch) empty() bool { return s.from >= s.to }

func (s stretch) cut(t stretch) stretch { return stretch{max(s.from, t.from), min(s.to, t.to)} }

func (s stretch) meets(t stretch) bool { return !s.cut(t).empty() }

func (s stretch) has(at int64) bool { return s.from <= at && at < s.to }

var everywhere = stretch{math.MinInt64, math.MaxInt64}

// readLayout asks anew each time: the answer of a hundred rows at most costs
// less than being wrong about a partition that was just added or dropped.
func readLayout(ctx context.Context, q querier) (layout, error) {
	rows, err := q.Query(ctx, `
		SELECT h.last, h.floor, greatest(p.first, h.floor + 1), least(p.last, h.last) + 1, p.oldest_timestamp, p.newest_timestamp
		FROM event_bus_head h LEFT JOIN event_bus_partitions p ON p.first <= h.last AND p.last > h.floor
		ORDER BY p.first`)
	if err != nil {
		return layout{}, fmt.Errorf("query partitions: %w", err)
	}
	defer rows.Close()
	var l layout
	for rows.Next() {
		var from, to *int64
		var oldest, newest *time.Time
		if err := rows.Scan(&l.last, &l.floor, &from, &to, &oldest, &newest); err != nil {
			return layout{}, fmt.Errorf("read partition: %w", err)
		}
		if from == nil {
			continue
		}
		p := part{positions: stretch{*from, *to}, times: everywhere}
		if oldest != nil && newest != nil {
			p.times, p.measured = stretch{oldest.UnixMicro(), newest.UnixMicro() + 1}, true
		}
		l.parts = append(l.parts, p)
	}
	return l, rows.Err()
}

// readMeasured knows the times of every part, too.
func readMeasured(ctx context.Context, q querier) (layout, error) {
	l, err := readLayout(ctx, q)
	if err != nil {
		return layout{}, err
	}
	return l, l.measure(ctx, q)
}

// measure finds the oldest and newest timestamp of the parts that are not
// full, normally one.
func (l *layout) measure(ctx context.Context, q querier) error {
	for i := range l.parts {
		p := &l.parts[i]
		if p.measured {
			continue
		}
		var oldest, newest *time.Time
		err := q.QueryRow(ctx, `SELECT min(timestamp), max(timestamp) FROM event_bus_events WHERE id >= $1 AND id < $2`,
			p.positions.from, p.positions.to).Scan(&oldest, &newest)
		if err != nil {
			return fmt.Errorf("measure partition: %w", err)
		}
		p.times, p.measured = stretch{}, true
		if oldest != nil {
			p.times = stretch{oldest.UnixMicro(), newest.UnixMicro() + 1}
		}
	}
	return nil
}

// within leaves the parts that may hold something of both stretches, cut to
// them.
func (l layout) within(positions, times stretch) []part {
	var left []part
	for _, p := range l.parts {
		p.positions, p.times = p.positions.cut(positions), p.times.cut(times)
		if !p.positions.empty() && !p.times.empty() {
			left = append(left, p)
		}
	}
	return left
}

// ceilMicro gives the first microsecond that is not before t.
func ceilMicro(t time.Time) int64 { return t.Add(999 * time.Nanosecond).UnixMicro() }

// timesBetween is [start, end), open where one is zero.
func timesBetween(start, end time.Time) stretch {
	times := everywhere
	if !start.IsZero() {
		times.from = ceilMicro(start)
	}
	if !end.IsZero() {
		times.to = ceilMicro(end)
	}
	return times
}
