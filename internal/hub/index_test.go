package hub

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func drawFeed(t *rapid.T, id uint64) *feed {
	some := func(name string, values ...string) []string {
		return rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(rapid.SampledFrom(values), 0, 3)).Draw(t, name)
	}
	patterns := []string{"a", "a.b", "ab", "b", "a*", "a.*", "*b", "*.b", "*a*", "a*b", "*a*b", "a**b", "*"}
	f := filter.Filter{
		TenantIDs: some("tenants", "t1", "t2", "t3"), EventTypes: some("types", patterns...), Topics: some("topics", patterns...),
		Sources: some("sources", "a", "b"), Namespaces: some("namespaces", "a", "b"), CorrelationIDs: some("correlations", "a", "b"),
	}
	if where := rapid.SampledFrom([]string{
		"", "tenant_id = t1 OR tenant_id = t2", "source = a", "event_type = a*b AND topic = a", `event_type = "*" OR event_type = a`,
		"source = a OR namespace = b", "NOT correlation_id = a", "(topic = ab OR topic = *b) AND NOT source = b", `namespace = ""`, `source = "a*"`,
	}).Draw(t, "where"); where != "" {
		f.Where = mustWhere(t, where)
	}
	return &feed{id: id, filter: f.Canonical()}
}

func mustWhere(tb interface{ Fatal(...any) }, text string) *filter.Where {
	w, err := filter.ParseWhere(text)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func TestTheIndexFindsWhatTryingAllFeedsFinds(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab.")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		x := newIndex()
		var feeds []*feed
		for id := range uint64(rapid.IntRange(1, 30).Draw(t, "steps")) {
			if len(feeds) > 0 && rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				i := rapid.IntRange(0, len(feeds)-1).Draw(t, "which")
				x.remove(feeds[i])
				feeds = slices.Delete(feeds, i, i+1)
			}
			f := drawFeed(t, id)
			x.add(f)
			feeds = append(feeds, f)
			e := &event.Event{
				TenantID: rapid.SampledFrom([]string{"t1", "t2", "t4"}).Draw(t, "tenant"), EventType: text.Draw(t, "type"), Topic: text.Draw(t, "topic"),
				Source: text.Draw(t, "source"), Namespace: text.Draw(t, "namespace"), CorrelationID: text.Draw(t, "correlation"),
			}
			var want, got []uint64
			for _, f := range feeds {
				if f.filter.Match(e) {
					want = append(want, f.id)
				}
			}
			x.matching(e, func(f *feed) { got = append(got, f.id) })
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("got the feeds %v, want %v", got, want)
			}
		}
		for _, f := range feeds {
			x.remove(f)
		}
		if len(x.feeds) != 0 || len(x.filed) != 0 || x.kinds != [kindCount]int{} {
			t.Fatalf("got %d places when all feeds are gone, want none", len(x.feeds))
		}
	})
}

// narrow are ways to make distinct filters that each select little.
var narrow = map[string]func(i int) filter.Filter{
	"tenant": func(i int) filter.Filter { return filter.Filter{TenantIDs: []string{fmt.Sprintf("t%d", i)}} },
	"type": func(i int) filter.Filter {
		return filter.Filter{EventTypes: []string{fmt.Sprintf("omninode.x%d.failed.v1", i)}}
	},
	"type by its start": func(i int) filter.Filter {
		return filter.Filter{EventTypes: []string{fmt.Sprintf("omninode.x%d.*", i)}}
	},
	"type by its end": func(i int) filter.Filter {
		return filter.Filter{EventTypes: []string{fmt.Sprintf("*.x%d.failed.v1", i)}}
	},
	"tenant and outcome": func(i int) filter.Filter {
		return filter.Filter{TenantIDs: []string{fmt.Sprintf("t%d", i)}, EventTypes: []string{"*.failed.v1"}}
	},
	"correlation": func(i int) filter.Filter { return filter.Filter{CorrelationIDs: []string{fmt.Sprintf("c%d", i)}} },
	"source in where": func(i int) filter.Filter {
		return filter.Filter{Where: mustWhere(panics{}, fmt.Sprintf("payload.a != 1 AND source = s%d", i))}
	},
	"source of a family": func(i int) filter.Filter {
		return filter.Filter{EventTypes: []string{"omninode.*"}, Sources: []string{fmt.Sprintf("s%d", i)}}
	},
}

type panics struct{}

func (panics) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// numbered is an event that the i-th filter selects, whatever it is narrow in.
func numbered(i int) *event.Event {
	return &event.Event{
		TenantID: fmt.Sprintf("t%d", i), EventType: fmt.Sprintf("omninode.x%d.failed.v1", i),
		CorrelationID: fmt.Sprintf("c%d", i), Source: fmt.Sprintf("s%d", i), Topic: "topic",
	}
}

func indexOf(n int, make func(i int) filter.Filter) *index {
	x := newIndex()
	for i := range n {
		x.add(&feed{filter: make(i).Canonical()})
	}
	return x
}

func TestAnEventTriesFewOfManyNarrowFeeds(t *testing.T) {
	const n = 3000
	for name, narrow := range narrow {
		x := indexOf(n, narrow)
		found := 0
		x.matching(numbered(n/2), func(*feed) { found++ })
		tried := 0
		for f := range x.filed {
			if f.round == x.round {
				tried++
			}
		}
		if found != 1 || tried > 3 {
			t.Errorf("%s: tried %d of %d feeds and found %d, want one and hardly more tried", name, tried, n, found)
		}
	}
}

// An event that one filter selects, of 10 and of 10,000.
func BenchmarkMatching(b *testing.B) {
	for name, narrow := range narrow {
		for _, n := range []int{10, 10_000} {
			b.Run(fmt.Sprintf("by=%s/feeds=%d", name, n), func(b *testing.B) {
				x := indexOf(n, narrow)
				var events []*event.Event
				for i := range 10 {
					events = append(events, numbered(i*n/10))
				}
				b.ReportAllocs()
				found, i := 0, 0
				for b.Loop() {
					x.matching(events[i%10], func(*feed) { found++ })
					i++
				}
				if found != i {
					b.Fatalf("found %d feeds for %d events, want one each", found, i)
				}
			})
		}
	}
}
