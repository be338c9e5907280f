package store

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// countOneByOne is what Statistics must say, in buckets that start where
// theirs do.
func countOneByOne(events []*event.Event, buckets []Bucket) Statistics {
	s := Statistics{ByType: map[string]int64{}, ByTenant: map[string]int64{}}
	for _, b := range buckets {
		s.Buckets = append(s.Buckets, Bucket{Start: b.Start})
	}
	for _, e := range sorted(events, ByTimestamp, true) {
		if s.Total == 0 {
			s.Oldest = e.Timestamp
		}
		s.Newest = e.Timestamp
		s.Total++
		s.ByType[e.EventType]++
		s.ByTenant[e.TenantID]++
		for i := len(s.Buckets) - 1; i >= 0; i-- {
			if b := &s.Buckets[i]; !e.Timestamp.Before(b.Start) {
				b.Count++
				switch e.Outcome() {
				case event.Success:
					b.Successes++
				case event.Failure:
					b.Failures++
				case event.Open:
					b.Open++
				}
				break
			}
		}
	}
	return s
}

func TestStatisticsAreExact(t *testing.T) {
	h := randomHistory(t, 1, 900)
	rapid.Check(t, func(t *rapid.T) {
		all := drawFilter(t)
		f := filter.Filter{EventTypes: all.EventTypes, TenantIDs: all.TenantIDs, Outcomes: all.Outcomes}
		start := origin.Add(time.Duration(rapid.Int64Range(-1e7, 7e9).Draw(t, "start")) * time.Microsecond)
		length := rapid.SampledFrom([]int64{10, 100, 4000, 10_000, 100_000, 1e7, 5e8, 9e9}).Draw(t, "length")
		end := start.Add(time.Duration(rapid.Int64Range(0, length*1e6).Draw(t, "µs")) * time.Microsecond)
		if rapid.Bool().Draw(t, "whole minutes") {
			start, end = start.Truncate(time.Minute), end.Truncate(time.Minute)
		}
		got := must(h.Statistics(t.Context(), f, start, end))(t)
		want := countOneByOne(within(h.matching(f), start, end), got.Buckets)
		if !start.Before(end) {
			want = Statistics{ByType: map[string]int64{}, ByTenant: map[string]int64{}, Buckets: got.Buckets}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
	})
}

func TestBucketsAreRoundAndCoverTheRange(t *testing.T) {
	start := time.Date(2026, 10, 1, 8, 17, 31, 500_000, time.UTC)
	for length, want := range map[time.Duration]struct {
		width time.Duration
		n     int
	}{
		time.Second:                {time.Minute, 1},
		time.Hour:                  {time.Minute, 61},
		24 * time.Hour:             {15 * time.Minute, 97},
		7 * 24 * time.Hour:         {2 * time.Hour, 85},
		30 * 24 * time.Hour:        {6 * time.Hour, 121},
		100 * 365 * 24 * time.Hour: {480 * 24 * time.Hour, 77},
	} {
		times := timesBetween(start, start.Add(length))
		tally := newTally(filter.Filter{}, times, bucketWidth(times))
		if len(tally.Buckets) != want.n || tally.width != want.width.Microseconds() {
			t.Errorf("%v: got %d buckets of %v, want %d of %v", length, len(tally.Buckets), time.Duration(tally.width)*1000, want.n, want.width)
		}
		if first := tally.Buckets[0].Start; first.After(start) || first.Add(want.width).Before(start) || !first.Equal(first.Truncate(want.width)) && want.width <= time.Hour {
			t.Errorf("%v: the first bucket starts at %v, want a round time before %v", length, first, start)
		}
	}
}

func TestCountsKnowTypesOutcomesAndTenantsOnly(t *testing.T) {
	h := emptyHistory(t, 50)
	for _, f := range []filter.Filter{
		{Namespaces: []string{"x"}}, {Sources: []string{"x"}}, {CorrelationIDs: []string{"x"}}, {Topics: []string{"x"}},
	} {
		var wrong *filter.Error
		if _, err := h.Statistics(t.Context(), f, origin, origin.Add(time.Hour)); !errors.As(err, &wrong) {
			t.Errorf("Statistics of %s: got %v, want a *filter.Error", f.Key(), err)
		}
		if _, err := h.EventTypes(t.Context(), f); !errors.As(err, &wrong) {
			t.Errorf("EventTypes of %s: got %v, want a *filter.Error", f.Key(), err)
		}
	}
}

func TestEventTypesCountWhatIsStored(t *testing.T) {
	h := randomHistory(t, 2, 500)
	for _, scope := range []filter.Filter{{}, {TenantIDs: []string{"acme", "50%"}}, {TenantIDs: []string{"x"}}} {
		types := map[string]EventType{}
		for _, e := range h.matching(scope) {
			of := types[e.EventType]
			of.Name = e.EventType
			of.Count++
			if hour := e.Timestamp.Truncate(time.Hour); of.Count == 1 || hour.Before(of.FirstSeen) {
				of.FirstSeen = hour
			}
			if minute := e.Timestamp.Truncate(time.Minute); minute.After(of.LastSeen) {
				of.LastSeen = minute
			}
			types[e.EventType] = of
		}
		var want []EventType
		for _, name := range slices.Sorted(maps.Keys(types)) {
			want = append(want, types[name])
		}
		if diff := cmp.Diff(want, must(h.EventTypes(t.Context(), scope))(t), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: (-want +got) %s", scope.Key(), diff)
		}
	}
}

func TestSQLAndGoAgreeOnOutcomes(t *testing.T) {
	h := emptyHistory(t, 50)
	word := rapid.SampledFrom([]string{"failed", "completed", "started", "lost", "x", "v1", ".", "-", ".v1", ".v", ".v12", "v", "\n", "é", "Failed", ""})
	rapid.Check(t, func(t *rapid.T) {
		var name string
		for _, part := range rapid.SliceOfN(word, 0, 6).Draw(t, "words") {
			name += part
		}
		var got string
		if err := h.read.QueryRow(t.Context(), `SELECT coalesce(event_bus_outcome($1), '')`, name).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := string(event.OutcomeOf(name)); got != want {
			t.Fatalf("%q: SQL says %q, Go %q", name, got, want)
		}
	})
}
