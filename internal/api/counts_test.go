package api

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// manyKinds stores events of several kinds, over four hours and from further
// back, in a few batches.
func manyKinds(b *bench, n int) {
	b.tb.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	var batch event.Batch
	for i := range n {
		batch.Events = append(batch.Events, newEvent(i, func(e *event.Event) {
			e.Timestamp = day.Add(-time.Duration(random.Int64N(int64(4 * time.Hour)))).Truncate(time.Microsecond)
			if random.IntN(20) == 0 {
				e.Timestamp = day.Add(-time.Duration(random.Int64N(int64(90 * 24 * time.Hour)))).Truncate(time.Microsecond)
			}
			e.EventType = "omninode." + pick("agent", "vault") + "." + pick("completed", "failed", "started", "progress") + ".v1"
			e.TenantID, e.Namespace, e.Source = pick("acme", "beta"), pick("", "prod"), pick("a", "b", "c")
		}))
	}
	b.append(batch)
}

// TestCountsAgree: for any filter and range, the sum of the histogram is the
// number of events of an export, the sum of each facet that every event has,
// and, where these know the filter, the total of the statistics.
func TestCountsAgree(t *testing.T) {
	b := newBench(t)
	manyKinds(b, 1500)
	rapid.Check(t, func(t *rapid.T) {
		q := url.Values{}
		some := func(name string, values ...string) {
			for _, v := range rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 2, rapid.ID).Draw(t, name) {
				q.Add(name, v)
			}
		}
		some("event_types", "omninode.agent.*", "*.failed.v1", "*.v1", "omninode.vault.completed.v1")
		some("tenant_ids", "acme", "beta", "gamma")
		some("outcomes", "failure", "open", "success")
		counted := rapid.Bool().Draw(t, "counted")
		if !counted {
			some("sources", "a", "b")
			some("namespaces", "prod")
		}
		start := day.Add(-time.Duration(rapid.Int64Range(0, int64(rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Hour, 100 * 24 * time.Hour}).Draw(t, "back"))).Draw(t, "start")))
		end := start.Add(time.Duration(rapid.Int64Range(0, int64(rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 100 * 24 * time.Hour}).Draw(t, "length"))).Draw(t, "end")))
		from, to := start.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano)
		var st statisticsJSON
		if counted {
			b.into("/api/event-bus/statistics?"+q.Encode()+"&start="+from+"&end="+to, &st)
		}
		q.Set("start_time", from)
		q.Set("end_time", to)
		exported := int64(len(b.exported("?" + q.Encode())))
		buckets := rapid.IntRange(1, 500).Draw(t, "buckets")
		if got := b.histogramSum(fmt.Sprintf("?%s&buckets=%d", q.Encode(), buckets)); got != exported {
			t.Fatalf("%s: histogram %d, export %d", q.Encode(), got, exported)
		}
		if counted && st.Total != exported {
			t.Fatalf("%s: statistics %d, export %d", q.Encode(), st.Total, exported)
		}
		for _, fields := range []string{"event_types,tenant_ids", "sources,topics"} {
			for field, got := range b.facetSums("?" + q.Encode() + "&limit=100&fields=" + fields) {
				if got != exported {
					t.Fatalf("%s: facet %s %d, export %d", q.Encode(), field, got, exported)
				}
			}
		}
	})
}

func (b *bench) histogramSum(query string) (sum int64) {
	b.tb.Helper()
	var h struct {
		Buckets  []outcomesJSON
		Complete bool
	}
	b.into("/api/event-bus/histogram"+query, &h)
	for _, bucket := range h.Buckets {
		sum += bucket.Success + bucket.Failure + bucket.Open + bucket.Other
	}
	if !h.Complete {
		b.tb.Errorf("histogram%s is not complete", query)
	}
	return sum
}

func (b *bench) facetSums(query string) map[string]int64 {
	b.tb.Helper()
	var f struct {
		Facets   map[string][]valueJSON
		Complete bool
	}
	b.into("/api/event-bus/facets"+query, &f)
	sums := map[string]int64{}
	for field, values := range f.Facets {
		sums[field] = 0
		for _, v := range values {
			sums[field] += v.Count
		}
	}
	if !f.Complete {
		b.tb.Errorf("facets%s are not complete", query)
	}
	return sums
}
