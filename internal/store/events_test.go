package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func drawQuery(t *rapid.T) Query {
	return Query{
		Filter: drawFilter(t), Start: drawTime(t, "start"), End: drawTime(t, "end"),
		Order: rapid.SampledFrom([]Order{ByTimestamp, ByPosition}).Draw(t, "order"), Ascending: rapid.Bool().Draw(t, "ascending"),
		Limit: rapid.SampledFrom([]int{1, 2, 7, 100, 1000}).Draw(t, "limit"),
	}
}

// expected is what all pages of q together are to hold.
func (h *history) expected(q Query) []*event.Event {
	return sorted(within(h.matching(q.Filter), q.Start, q.End), q.Order, q.Ascending)
}

func TestPagesHoldEachMatchingEventOnceAndInOrder(t *testing.T) {
	for seed := range uint64(3) {
		h := randomHistory(t, seed, 700)
		rapid.Check(t, func(t *rapid.T) {
			q := drawQuery(t)
			h.effort.total = usualEffort.total
			if rapid.Bool().Draw(t, "without time") {
				// A page then reads one window and says how far it got.
				h.effort.total = 0
				q.Start, q.End = origin.Add(-10*time.Minute), origin.Add(time.Hour)
			}
			want := h.expected(q)
			enough := len(want)
			if q.Limit < 7 {
				enough = min(len(want), 30)
			}
			var got []*event.Event
			for pages := 0; len(got) < enough || enough == len(want); pages++ {
				page := must(h.Events(t.Context(), q))(t)
				got = append(got, page.Events...)
				if h.effort.total > 0 && page.Next != nil && len(page.Events) != q.Limit {
					t.Fatalf("a page of %d with more to come has %d events", q.Limit, len(page.Events))
				}
				if page.Next == nil {
					break
				}
				if pages > 2000 {
					t.Fatalf("no end of pages; next is %v", page.Next)
				}
				q.After = page.Next
			}
			if enough < len(want) {
				want = want[:min(len(want), len(got))]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal("(-want +got)", diff)
			}
		})
	}
}

func TestTheLastPageSaysThatItIsTheLast(t *testing.T) {
	h := randomHistory(t, 1, 200)
	for _, order := range []Order{ByPosition, ByTimestamp} {
		q := Query{Order: order, Limit: len(h.matching(filter.Filter{}))}
		if page := must(h.Events(t.Context(), q))(t); page.Next != nil || len(page.Events) != q.Limit {
			t.Errorf("%s: got %d events and next %v, want all %d and none", order, len(page.Events), page.Next, q.Limit)
		}
	}
}

func TestAnOffsetSkips(t *testing.T) {
	h := randomHistory(t, 2, 400)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		q.Offset = rapid.IntRange(0, 500).Draw(t, "offset")
		want := h.expected(q)
		want = want[min(q.Offset, len(want)):]
		want = want[:min(q.Limit, len(want))]
		got := must(h.Events(t.Context(), q))(t).Events
		if diff := cmp.Diff(positions(want), positions(got)); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
	})
}

func TestPagesByPositionMissNothingWhileEventsAreAppended(t *testing.T) {
	h := randomHistory(t, 3, 300)
	appended := make(chan struct{})
	go func() {
		defer close(appended)
		for i := range 40 {
			h.append(t, int64(i), 7)
		}
	}()
	var got []*event.Event
	q := Query{Order: ByPosition, Ascending: true, Limit: 20}
	for all := false; ; {
		page := must(h.Events(t.Context(), q))(t)
		got = append(got, page.Events...)
		if len(page.Events) > 0 {
			q.After = keyOf(page.Events[len(page.Events)-1])
			continue
		}
		if all {
			break
		}
		select {
		case <-appended:
			all = true
		default:
		}
	}
	if want := 300 + 40*7 - int(h.floor); len(got) != want {
		t.Errorf("got %d events, want %d", len(got), want)
	}
	for i, e := range got {
		if want := h.floor + event.Position(i) + 1; e.Position != want {
			t.Fatalf("event %d: got position %d, want %d", i, e.Position, want)
		}
	}
}

func TestNothingIsReadInAnEmptyStore(t *testing.T) {
	h := emptyHistory(t, 50)
	for _, order := range []Order{ByPosition, ByTimestamp} {
		page, err := h.Events(t.Context(), Query{Order: order, Limit: 10, Start: origin, Offset: 3})
		if err != nil || len(page.Events) > 0 || page.Next != nil {
			t.Errorf("%s: got %v, %v, want nothing", order, page, err)
		}
	}
}

func TestASearchThatGetsStuckAnswersWithWhatItHasFound(t *testing.T) {
	h := randomHistory(t, 4, 300)
	unlock := h.lockPartition(t, 150)
	h.effort = effort{total: 50 * time.Millisecond, window: 20 * time.Millisecond, events: 30}
	q := Query{Order: ByPosition, Limit: 1000}
	var got []*event.Event
	var err error
	for pages := 0; err == nil && pages < 50; pages++ {
		var page Page
		if page, err = h.Events(t.Context(), q); err == nil {
			got = append(got, page.Events...)
			q.After = page.Next
		}
	}
	if !errors.Is(err, event.ErrUnavailable) || len(got) == 0 || got[len(got)-1].Position != 151 {
		t.Fatalf("got %d events and %v, want those above the locked partition and then ErrUnavailable", len(got), err)
	}
	unlock()
	got = append(got, must(h.Events(t.Context(), q))(t).Events...)
	if diff := cmp.Diff(positions(h.expected(Query{Order: ByPosition})), positions(got)); diff != "" {
		t.Error("(-want +got)", diff)
	}
}

func TestLargePayloadsMakeShorterPages(t *testing.T) {
	h := emptyHistory(t, 50)
	h.effort.total, h.effort.window = time.Minute, time.Minute // bytes are what bounds a page here, also under the race detector
	large := []byte(`"` + string(slices.Repeat([]byte("x"), 1<<20)) + `"`)
	for i := range 60 {
		e := randomEvent(newRandom(5), i)
		e.Timestamp = origin.Add(time.Duration(i%10) * time.Second)
		e.Payload = large
		h.events = append(h.events, e)
	}
	h.insert(t, h.events)
	for _, order := range []Order{ByPosition, ByTimestamp} {
		q := Query{Order: order, Limit: 100}
		var got []*event.Event
		for {
			page := must(h.Events(t.Context(), q))(t)
			if n := len(page.Events); n == 0 || n > 18 {
				t.Fatalf("%s: a page has %d events of 1 MiB, want 1 to 18", order, n)
			}
			got = append(got, page.Events...)
			if q.After = page.Next; q.After == nil {
				break
			}
		}
		if diff := cmp.Diff(positions(h.expected(q)), positions(got)); diff != "" {
			t.Errorf("%s: (-want +got) %s", order, diff)
		}
	}
}
