package store

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

var storedEvents = flag.Int("stored", 1_000_000, "how many events `BenchmarkReads` reads among; 10,000,000 take six minutes to make")

// BenchmarkReads measures what a client waits for, among many events of five
// days, of 10 tenants and 140 types of different sizes. Run it with
//
//	go test ./internal/store -run '^$' -bench Reads -benchtime 300x -timeout 1h -stored 10000000
func BenchmarkReads(b *testing.B) {
	h := unevenHistory(b)
	random := newRandom(1)
	newest := origin.Add(fiveDays)
	sometime := func() time.Time { return origin.Add(time.Duration(random.Int64N(int64(fiveDays)))) }
	page := func(q Query) error {
		q.Limit = 100
		page, err := h.Events(b.Context(), q)
		if err == nil && len(page.Events) == 0 {
			err = fmt.Errorf("got an empty page")
		}
		return err
	}
	byTime := func(f filter.Filter) func() error {
		return func() error { return page(Query{Order: ByTimestamp, Filter: f, End: sometime().Add(fiveDays / 5)}) }
	}
	tenant := func(n int) []string { return []string{fmt.Sprintf("tenant-%d", n)} }
	eventType := func(n int) []string { return []string{fmt.Sprintf("omninode.family%d.name%d.completed.v1", n, n%7)} }
	measure := func(name string, read func() error) {
		b.Run(name, func(b *testing.B) { percentiles(b, read) })
	}
	measure("page/newest", func() error { return page(Query{Order: ByTimestamp}) })
	measure("page/by_position", func() error { return page(Query{Order: ByPosition}) })
	measure("page/past", byTime(filter.Filter{}))
	measure("page/large_tenant", byTime(filter.Filter{TenantIDs: tenant(0)}))
	measure("page/small_tenant", byTime(filter.Filter{TenantIDs: tenant(9)}))
	measure("page/three_tenants", byTime(filter.Filter{TenantIDs: slices.Concat(tenant(1), tenant(5), tenant(9))}))
	measure("page/common_type", byTime(filter.Filter{EventTypes: eventType(0)}))
	measure("page/rare_type", byTime(filter.Filter{EventTypes: eventType(19)}))
	measure("page/rare_type_of_small_tenant", byTime(filter.Filter{EventTypes: eventType(19), TenantIDs: tenant(9)}))
	measure("page/types_by_prefix", byTime(filter.Filter{EventTypes: []string{"omninode.family3.*"}}))
	measure("page/types_by_suffix", byTime(filter.Filter{EventTypes: []string{"*.failed.v1"}}))
	measure("page/failures", byTime(filter.Filter{Outcomes: []string{"failure"}}))
	measure("page/source", byTime(filter.Filter{Sources: []string{"source-3"}}))
	measure("page/offset_10000", func() error { return page(Query{Order: ByTimestamp, Offset: 10_000}) })
	measure("trace", func() error {
		events, _, err := h.Trace(b.Context(), filter.Filter{}, fmt.Sprintf("c-%d", random.IntN(*storedEvents/8)), 1000)
		if err == nil && len(events) == 0 {
			err = fmt.Errorf("got an empty trace")
		}
		return err
	})
	measure("by_id", func() error {
		events, err := h.EventsByID(b.Context(), nil, fmt.Sprintf("id-%d", 1+random.IntN(*storedEvents)))
		if err == nil && len(events) != 1 {
			err = fmt.Errorf("got %d events, want 1", len(events))
		}
		return err
	})
	measure("window/one_percent", func() error {
		at := event.Position(random.IntN(*storedEvents - windowPositions))
		_, err := h.Window(b.Context(), filter.Filter{TenantIDs: tenant(9)}, at, at+windowPositions)
		return err
	})
	measure("window/thousand_events", func() error {
		at := event.Position(random.IntN(*storedEvents - windowPositions))
		_, err := h.Window(b.Context(), filter.Filter{}, at, at+windowPositions)
		return err
	})
	measure("latest/100_of_small_tenant", func() error {
		_, err := h.Latest(b.Context(), filter.Filter{TenantIDs: tenant(9)}, 100, event.Position(*storedEvents))
		return err
	})
	measure("position_at", func() error { _, err := h.PositionAt(b.Context(), sometime()); return err })
	statistics := func(f filter.Filter, length time.Duration) func() error {
		return func() error {
			end := newest.Add(-time.Duration(random.Int64N(int64(time.Hour))))
			_, err := h.Statistics(b.Context(), f, end.Add(-length), end)
			return err
		}
	}
	measure("statistics/24h", statistics(filter.Filter{}, 24*time.Hour))
	measure("statistics/24h_tenant", statistics(filter.Filter{TenantIDs: tenant(0)}, 24*time.Hour))
	measure("statistics/24h_type", statistics(filter.Filter{EventTypes: eventType(0)}, 24*time.Hour))
	measure("statistics/24h_failures", statistics(filter.Filter{Outcomes: []string{"failure"}}, 24*time.Hour))
	measure("statistics/1h", statistics(filter.Filter{}, time.Hour))
	measure("statistics/5d", statistics(filter.Filter{}, fiveDays-2*time.Hour))
	histogram := func(f filter.Filter, length time.Duration) func() error {
		return func() error {
			end := newest.Add(-time.Duration(random.Int64N(int64(time.Hour))))
			h, err := h.Histogram(b.Context(), f, end.Add(-length), end, 100)
			if err == nil && !h.Complete {
				err = fmt.Errorf("counted from %v only", h.From)
			}
			return err
		}
	}
	measure("histogram/24h", histogram(filter.Filter{}, 24*time.Hour))
	measure("histogram/24h_source", histogram(filter.Filter{Sources: []string{"source-3"}}, 24*time.Hour))
	measure("histogram/1m", histogram(filter.Filter{}, time.Minute))
	facets := func(fields ...string) func() error {
		return func() error {
			end := newest.Add(-time.Duration(random.Int64N(int64(time.Hour))))
			_, err := h.Facets(b.Context(), filter.Filter{}, end.Add(-24*time.Hour), end, fields, 20)
			return err
		}
	}
	measure("facets/24h_counts", facets("event_types", "tenant_ids", "outcomes"))
	measure("facets/24h_all", facets(FacetFields...))
	measure("event_types", func() error { _, err := h.EventTypes(b.Context(), filter.Filter{}); return err })
}

// BenchmarkFruitlessSearch measures how long it takes, at most two seconds at a
// time, to find out that there is no event of a source.
func BenchmarkFruitlessSearch(b *testing.B) {
	h := unevenHistory(b)
	for b.Loop() {
		q := Query{Order: ByTimestamp, Filter: filter.Filter{Sources: []string{"none"}}, Limit: 100}
		for more := true; more; more = q.After != nil {
			page, err := h.Events(b.Context(), q)
			if err != nil || len(page.Events) > 0 {
				b.Fatalf("got %d events and %v, want none", len(page.Events), err)
			}
			q.After = page.Next
		}
	}
}

const fiveDays = 5 * 24 * time.Hour

// percentiles reports what half and what all but one in a hundred take.
func percentiles(b *testing.B, read func() error) {
	var took []time.Duration
	for range 5 {
		if err := read(); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for range b.N {
		begun := time.Now()
		if err := read(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// unevenHistory has events of five days: the first of the tenants, families
// and sources have the most, one in seven types is of failures, timestamps are
// up to two seconds late and now and then an hour, payloads have 300 bytes.
func unevenHistory(b *testing.B) *history {
	b.Helper()
	h, n := emptyHistory(b, 1_000_000), *storedEvents
	begun := time.Now()
	for from := 1; from <= n; from += int(h.partitionSize) {
		to := min(n, from+int(h.partitionSize)-1)
		h.exec(b, `SELECT event_bus_add_partition($1, $2)`, to, h.partitionSize)
		h.exec(b, `
			INSERT INTO event_bus_events (id, event_type, event_id, timestamp, tenant_id, namespace, source, correlation_id,
			  payload, topic, partition, "offset", processed_at, stored_at)
			SELECT i, 'omninode.family' || f || '.name' || i % 7 || CASE i % 7 WHEN 6 THEN '.failed.v1' ELSE '.completed.v1' END, 'id-' || i,
			  at - random() * interval '2 s' - CASE WHEN i % 1000 = 0 THEN interval '1 h' ELSE '0' END,
			  'tenant-' || floor(10 * random() ^ 2), CASE i % 100000 WHEN 0 THEN 'rare' ELSE 'prod' END, 'source-' || floor(20 * random() ^ 2), 'c-' || i / 8,
			  jsonb_build_object('n', i, 'agent_name', 'agent-' || i % 40, 'duration_ms', i % 5000, 'text', repeat(md5(i::text), 6)),
			  'topic-' || f, i % 3, i, at, at
			FROM (SELECT i, $3::timestamptz + i * $4::interval AS at, floor(20 * random() ^ 2) AS f FROM generate_series($1::bigint, $2::bigint) i) rows`,
			from, to, origin, fiveDays/time.Duration(n))
		h.exec(b, `UPDATE event_bus_head SET last = $1`, to)
	}
	h.countFrom(b, 0)
	h.exec(b, `SELECT event_bus_measure_partitions()`)
	h.exec(b, `VACUUM ANALYZE`)
	b.Logf("stored %d events in %v", n, time.Since(begun).Round(time.Second))
	return h
}
