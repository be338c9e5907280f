package store

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestATraceIsOldestFirstAndWithinItsScope(t *testing.T) {
	h := randomHistory(t, 1, 600)
	rapid.Check(t, func(t *rapid.T) {
		scope := filter.Filter{TenantIDs: rapid.SliceOfN(rapid.SampledFrom(texts), 0, 3).Draw(t, "tenants")}
		id := rapid.SampledFrom([]string{"c-1", "C-1", "50%", "no"}).Draw(t, "correlation")
		limit := rapid.SampledFrom([]int{1, 10, 5000}).Draw(t, "limit")
		all := scope
		all.CorrelationIDs = []string{id}
		want := sorted(h.matching(all), ByTimestamp, true)
		got, more, err := h.Trace(t.Context(), scope, id, limit)
		if err != nil {
			t.Fatal(err)
		}
		if more != (len(want) > limit) {
			t.Fatalf("got more %v for %d events and limit %d", more, len(want), limit)
		}
		if diff := cmp.Diff(positions(want[:min(limit, len(want))]), positions(got)); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
	})
}

func TestAnEventIsFoundByItsIDInEachTenantThatHasIt(t *testing.T) {
	h := randomHistory(t, 2, 300)
	same := []*event.Event{}
	for i, tenant := range texts {
		e := randomEvent(newRandom(9), i)
		e.EventID, e.TenantID = "same", tenant
		same = append(same, e)
	}
	h.insertMore(t, same)
	for name, tc := range map[string]struct {
		tenants []string
		id      string
		want    []*event.Event
	}{
		"all tenants":     {nil, "same", same},
		"two tenants":     {[]string{"Acme", "50%"}, "same", []*event.Event{same[1], same[4]}},
		"no tenant":       {[]string{}, "same", nil},
		"unknown tenant":  {[]string{"x"}, "same", nil},
		"unknown id":      {nil, "SAME", nil},
		"below the floor": {nil, h.events[3].EventID, nil},
		"of one":          {nil, h.events[200].EventID, h.events[200:201]},
	} {
		got := must(h.EventsByID(t.Context(), tc.tenants, tc.id))(t)
		if !slices.Equal(positions(got), positions(tc.want)) {
			t.Errorf("%s: got %v, want %v", name, positions(got), positions(tc.want))
		}
	}
}
