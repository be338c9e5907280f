package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// layout is where the events are as of one moment. A read that keeps to its
// parts touches nothing at or below the floor and nothing above the head.
type layout struct {
	last, floor event.Position
	parts       []part
}

// part is what a read may see of one partition.
type part struct {
	positions, times stretch
	spacing          float64 // microseconds from one timestamp to the next; 0 if not known
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
// less than being wrong about a partition that was just added or dropped. What
// is not measured has times of everywhere.
func readLayout(ctx context.Context, q querier, measured bool) (layout, error) {
	rows, err := q.Query(ctx, `SELECT last, floor, starts, ends, oldest, newest, seconds_per_event FROM event_bus_layout($1)`, measured)
	if err != nil {
		return layout{}, fmt.Errorf("query partitions: %w", err)
	}
	var l layout
	var from, to *int64
	var oldest, newest *time.Time
	var spacing *float64
	_, err = pgx.ForEachRow(rows, []any{&l.last, &l.floor, &from, &to, &oldest, &newest, &spacing}, func() error {
		if from == nil {
			return nil
		}
		p := part{positions: stretch{*from, *to}, times: everywhere}
		if oldest != nil && newest != nil {
			p.times = stretch{oldest.UnixMicro(), newest.UnixMicro() + 1}
		} else if measured {
			p.times = stretch{}
		}
		if spacing != nil {
			p.spacing = *spacing * 1e6
		}
		l.parts = append(l.parts, p)
		return nil
	})
	if err != nil {
		return layout{}, fmt.Errorf("read partitions: %w", err)
	}
	return l, nil
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
