package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// drawSpan draws a range that is not open, from a part of a second to years.
func drawSpan(t *rapid.T) (start, end time.Time) {
	start = origin.Add(time.Duration(rapid.Int64Range(-1e7, 7e9).Draw(t, "start")) * time.Microsecond)
	length := rapid.SampledFrom([]int64{1, 10, 100, 4000, 10_000, 100_000, 1e7, 5e8, 9e9}).Draw(t, "length")
	end = start.Add(time.Duration(rapid.Int64Range(0, length*1e6).Draw(t, "µs")) * time.Microsecond)
	if rapid.Bool().Draw(t, "whole minutes") {
		return start.Truncate(time.Minute), end.Truncate(time.Minute)
	}
	return start, end
}

// after is so many microseconds after a bucket's start.
func after(b Bucket, micros int64) time.Time {
	return time.UnixMicro(b.Start.UnixMicro() + micros).UTC()
}

func TestAHistogramMayHaveOneBucketForAllTime(t *testing.T) {
	h := randomHistory(t, 1, 900)
	for _, f := range []filter.Filter{{}, {Sources: texts}} {
		start, end := time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		got := must(h.Histogram(t.Context(), f, start, end, 1))(t)
		if want := len(within(h.matching(f), start, end)); len(got.Buckets) != 1 || got.Buckets[0].Count != int64(want) {
			t.Errorf("%v: got %+v, want one bucket of %d", f, got, want)
		}
	}
}

func TestAHistogramIsExact(t *testing.T) {
	h := randomHistory(t, 1, 900)
	rapid.Check(t, func(t *rapid.T) {
		f, most := drawFilter(t), rapid.SampledFrom([]int{1, 2, 3, 60, 500}).Draw(t, "most")
		if rapid.Bool().Draw(t, "counted") {
			f = filter.Filter{EventTypes: f.EventTypes, TenantIDs: f.TenantIDs, Outcomes: f.Outcomes}
		}
		start, end := drawSpan(t)
		got := must(h.Histogram(t.Context(), f, start, end, most))(t)
		want := countOneByOne(within(h.matching(f), start, end), got.Buckets).Buckets
		if !start.Before(end) {
			want = got.Buckets
		}
		if diff := cmp.Diff(want, got.Buckets, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
		if !got.Complete || len(got.Buckets) > most {
			t.Fatalf("got complete %v and %d buckets, want at most %d", got.Complete, len(got.Buckets), most)
		}
		for i, b := range got.Buckets {
			if want := after(got.Buckets[0], int64(i)*got.Width); !b.Start.Equal(want) {
				t.Fatalf("bucket %d starts at %s, want %s", i, b.Start, want)
			}
		}
		if n := len(got.Buckets); n > 0 && start.Before(end) && (got.Buckets[0].Start.After(start) || after(got.Buckets[n-1], got.Width).Before(end)) {
			t.Fatalf("the buckets do not cover %s to %s", start, end)
		}
	})
}

// With no time at all one window is counted, and the answer says which.
func TestACountThatRanOutOfTimeIsExactFromWhereItSays(t *testing.T) {
	h := randomHistory(t, 3, 900)
	h.effort.total, h.effort.events = 0, 50
	f := filter.Filter{Sources: texts[:4]}
	start, end := origin.Add(-10*time.Minute), origin.Add(time.Hour)
	got := must(h.Histogram(t.Context(), f, start, end, 100))(t)
	facets := must(h.Facets(t.Context(), f, start, end, []string{"sources"}, 10))(t)
	if got.Complete || facets.Complete {
		t.Fatal("a count of one window is said to be complete")
	}
	var counted, ofFacets int64
	for _, b := range got.Buckets {
		counted += b.Count
	}
	for _, v := range facets.Values["sources"] {
		ofFacets += v.Count
	}
	if want := int64(len(within(h.matching(f), got.From, end))); counted != want || want == 0 {
		t.Errorf("histogram: got %d since %s, want %d", counted, got.From, want)
	}
	if want := int64(len(within(h.matching(f), facets.From, end))); ofFacets != want {
		t.Errorf("facets: got %d since %s, want %d", ofFacets, facets.From, want)
	}
}

func TestFacetsCountEachValue(t *testing.T) {
	h := randomHistory(t, 2, 900)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t)
		fields := rapid.SliceOfNDistinct(rapid.SampledFrom(FacetFields), 1, 6, rapid.ID).Draw(t, "fields")
		if rapid.Bool().Draw(t, "counted") {
			f = filter.Filter{EventTypes: f.EventTypes, TenantIDs: f.TenantIDs, Outcomes: f.Outcomes}
			fields = slices.DeleteFunc(fields, func(f string) bool { return f == "namespaces" || f == "sources" || f == "topics" })
		}
		limit := rapid.SampledFrom([]int{1, 3, 100}).Draw(t, "limit")
		start, end := drawSpan(t)
		got := must(h.Facets(t.Context(), f, start, end, fields, limit))(t)
		want := map[string]map[string]int64{}
		for _, field := range fields {
			want[field] = map[string]int64{}
		}
		for _, e := range within(h.matching(f), start, end) {
			for field, value := range map[string]string{
				"event_types": e.EventType, "tenant_ids": e.TenantID, "namespaces": e.Namespace, "sources": e.Source, "topics": e.Topic, "outcomes": string(e.Outcome()),
			} {
				if want[field] != nil && value != "" && start.Before(end) {
					want[field][value]++
				}
			}
		}
		if !got.Complete || len(got.Values) != len(fields) {
			t.Fatalf("got complete %v and %d fields, want %v", got.Complete, len(got.Values), fields)
		}
		for field, counts := range want {
			checkValues(t, field, got.Values[field], counts, limit)
		}
	})
}

func checkValues(t *rapid.T, field string, got []Value, want map[string]int64, limit int) {
	if len(got) != min(limit, len(want)) {
		t.Fatalf("%s: got %d values, want %d of %d", field, len(got), limit, len(want))
	}
	for i, v := range got {
		if want[v.Value] != v.Count {
			t.Fatalf("%s: got %d for %q, want %d", field, v.Count, v.Value, want[v.Value])
		}
		if i > 0 && (v.Count > got[i-1].Count || v.Count == got[i-1].Count && v.Value < got[i-1].Value) {
			t.Fatalf("%s: %v is not in order", field, got)
		}
	}
	if len(got) == 0 {
		return
	}
	least := got[len(got)-1].Count
	for value, n := range want {
		if n > least && !slices.ContainsFunc(got, func(v Value) bool { return v.Value == value }) {
			t.Fatalf("%s: %q with %d is missing in %v", field, value, n, got)
		}
	}
}

func TestAFieldOfTooManyValuesIsNotComplete(t *testing.T) {
	h := emptyHistory(t, 20_000)
	h.fill(t, 15_000)
	h.exec(t, `UPDATE event_bus_events SET source = 'source-' || id`)
	got := must(h.Facets(t.Context(), filter.Filter{}, origin, origin.Add(24*time.Hour), []string{"sources", "namespaces"}, 100))(t)
	if got.Complete || !got.From.IsZero() || len(got.Values["sources"]) != 100 {
		t.Errorf("got complete %v from %v and %d values, want 100 that are not all", got.Complete, got.From, len(got.Values["sources"]))
	}
	if diff := cmp.Diff([]Value{{"prod", 14_985}, {"rare", 15}}, got.Values["namespaces"]); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
}

func TestNothingAboveThroughIsRead(t *testing.T) {
	h := randomHistory(t, 4, 400)
	for _, order := range []Order{ByTimestamp, ByPosition} {
		q := Query{Order: order, Ascending: true, Limit: 1000, Through: 300, Bytes: 200}
		var got []int64
		for more := true; more; more = q.After != nil {
			page := must(h.Events(t.Context(), q))(t)
			bytes := 0
			for _, e := range page.Events {
				got, bytes = append(got, int64(e.Position)), bytes+len(e.Payload)
			}
			if bytes > 300 {
				t.Fatalf("%s: got %d bytes of payload in a page", order, bytes)
			}
			q.After = page.Next
		}
		slices.Sort(got)
		if len(got) != int(300-h.floor) || got[0] != int64(h.floor)+1 || got[len(got)-1] != 300 {
			t.Errorf("%s: got %d positions from %d to %d, want those above %d up to 300", order, len(got), got[0], got[len(got)-1], h.floor)
		}
	}
}
