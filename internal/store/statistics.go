package store

import (
	"context"
	"maps"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Statistics counts the events of [start, end) that f selects, exactly and
// as of one moment, in a time that depends on the range but not on how many
// events are stored: whole hours and minutes come from the counts that appends
// keep, only the seconds at both ends from the events. f may restrict types,
// outcomes and tenants, which is what is counted; any other restriction is a
// *filter.Error. Both start and end must be given.
//
// Buckets are 60 to 120, of a round width, of a minute at least and aligned in
// UTC; they cover the range without a hole.
func (s *Store) Statistics(ctx context.Context, f filter.Filter, start, end time.Time) (Statistics, error) {
	if err := countable(f); err != nil {
		return Statistics{}, err
	}
	times := timesBetween(start, end)
	t := newTally(f, times, bucketWidth(times))
	err := s.reading(ctx, "count events", func(ctx context.Context) error {
		return s.snapshot(ctx, func(q querier) error { return t.count(ctx, q) })
	})
	return t.Statistics, err
}

// countable refuses what the counts do not know.
func countable(f filter.Filter) error {
	for i, list := range f.Lists() {
		switch name := filter.Names[i]; name {
		case "event_types", "tenant_ids", "outcomes":
		default:
			if len(*list) > 0 {
				return uncounted(name)
			}
		}
	}
	if f.Where != nil {
		return uncounted("where")
	}
	return nil
}

func uncounted(name string) error {
	return &filter.Error{Field: name, Detail: "does not narrow counts; event_types, outcomes and tenant_ids do"}
}

// tally adds up counts.
type tally struct {
	Statistics
	filter filter.Filter
	times  stretch
	width  int64 // of a bucket, in microseconds
}

func newTally(f filter.Filter, times stretch, width int64) *tally {
	t := &tally{filter: f, times: times, width: width}
	t.ByType, t.ByTenant = map[string]int64{}, map[string]int64{}
	for at := firstBucket(times, width); at < times.to; at += t.width {
		t.Buckets = append(t.Buckets, Bucket{Start: time.UnixMicro(at).UTC()})
	}
	return t
}

func (t *tally) count(ctx context.Context, q querier) error {
	if t.times.empty() {
		return nil
	}
	l, err := readLayout(ctx, q, true)
	if err != nil {
		return err
	}
	pieces := cutPieces(t.times)
	if err := t.addTypes(ctx, q, pieces); err != nil {
		return err
	}
	if !t.ofAllTypes() {
		if err := t.addTenants(ctx, q, pieces); err != nil {
			return err
		}
	}
	if err := t.fillBuckets(ctx, q, pieces, t.ofAllTypes()); err != nil {
		return err
	}
	for _, edge := range pieces.events {
		if err := t.addEvents(ctx, q, l, edge); err != nil {
			return err
		}
	}
	none := func(_ string, n int64) bool { return n == 0 }
	maps.DeleteFunc(t.ByType, none)
	maps.DeleteFunc(t.ByTenant, none)
	for _, n := range t.ByTenant {
		t.Total += n
	}
	return t.findEnds(ctx, q, l)
}

// chart fills the buckets and nothing else.
func (t *tally) chart(ctx context.Context, q querier) error {
	if t.times.empty() {
		return nil
	}
	l, err := readLayout(ctx, q, true)
	if err != nil {
		return err
	}
	pieces := cutPieces(t.times)
	if err := t.fillBuckets(ctx, q, pieces, false); err != nil {
		return err
	}
	for _, edge := range pieces.events {
		if err := t.addEvents(ctx, q, l, edge); err != nil {
			return err
		}
	}
	return nil
}

func (t *tally) ofAllTypes() bool { return len(t.filter.EventTypes) == 0 }

func (t *tally) bucket(at time.Time) *Bucket {
	return &t.Buckets[(at.UnixMicro()-t.Buckets[0].Start.UnixMicro())/t.width]
}

// findEnds looks for the oldest and the newest event in the first and the last
// bucket that is not empty.
func (t *tally) findEnds(ctx context.Context, q querier, l layout) error {
	var filled []Bucket
	for _, b := range t.Buckets {
		if b.Count > 0 {
			filled = append(filled, b)
		}
	}
	if len(filled) == 0 {
		return nil
	}
	var err error
	if t.Oldest, err = t.end(ctx, q, l, filled[0], false); err != nil {
		return err
	}
	t.Newest, err = t.end(ctx, q, l, filled[len(filled)-1], true)
	return err
}

func (t *tally) end(ctx context.Context, q querier, l layout, b Bucket, descending bool) (time.Time, error) {
	from := b.Start.UnixMicro()
	times := t.times.cut(stretch{from, from + t.width})
	w := newWalk(l, walk{q: q, row: eventKey, filter: t.filter, order: ByTimestamp, descending: descending, times: times}, everywhere)
	found, _, err := w.run(ctx, 1, effort{total: readLimit, window: readLimit, events: usualEffort.events})
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return found[0].Timestamp, nil
}
