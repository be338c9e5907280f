package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestWindowsShowEachMatchingEventOnceAndInOrder(t *testing.T) {
	h := randomHistory(t, 1, 2500)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t)
		start := event.Position(rapid.Int64Range(0, 2600).Draw(t, "after"))
		step := event.Position(rapid.SampledFrom([]int64{10, 100, 30_000}).Draw(t, "step"))
		at := start
		var got []*event.Event
		for range 20 {
			w := must(h.Window(t.Context(), f, at, at+step))(t)
			if w.Through < at || w.Through > at+step || w.Floor != h.floor {
				t.Fatalf("window after %d: through %d, floor %d", at, w.Through, w.Floor)
			}
			if w.Through == at && at < 2500 {
				t.Fatalf("window after %d does not move", at)
			}
			got = append(got, w.Events...)
			at = w.Through
		}
		want := slices.DeleteFunc(h.matching(f), func(e *event.Event) bool { return e.Position <= start || e.Position > at })
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
	})
}

func TestAWindowIsBoundedInEventsBytesAndPositions(t *testing.T) {
	h := emptyHistory(t, 10_000)
	h.fill(t, 25_000)
	none := filter.Filter{TenantIDs: []string{"nobody"}}
	if w := must(h.Window(t.Context(), none, 0, 25_000))(t); w.Through != windowPositions || len(w.Events) > 0 {
		t.Errorf("nothing matches: got through %d and %d events, want %d and none", w.Through, len(w.Events), windowPositions)
	}
	if w := must(h.Window(t.Context(), filter.Filter{}, 100, 25_000))(t); w.Through != 1100 || len(w.Events) != windowEvents {
		t.Errorf("all match: got through %d and %d events, want 1100 and %d", w.Through, len(w.Events), windowEvents)
	}
	h.exec(t, `UPDATE event_bus_events SET payload = to_jsonb(repeat('x', 100000)) WHERE id BETWEEN 500 AND 600`)
	if w := must(h.Window(t.Context(), filter.Filter{}, 500, 25_000))(t); w.Through != 511 || len(w.Events) != 11 {
		t.Errorf("large payloads: got through %d and %d events, want 511 and 11", w.Through, len(w.Events))
	}
	if w := must(h.Window(t.Context(), filter.Filter{}, 24_990, 90_000))(t); w.Through != 25_000 || len(w.Events) != 10 {
		t.Errorf("at the head: got through %d and %d events, want 25000 and 10", w.Through, len(w.Events))
	}
	if w := must(h.Window(t.Context(), filter.Filter{}, 25_000, 90_000))(t); w.Through != 25_000 || len(w.Events) > 0 {
		t.Errorf("beyond the head: got through %d and %d events, want 25000 and none", w.Through, len(w.Events))
	}
}

func TestAWindowBelowTheFloorSaysSo(t *testing.T) {
	h := randomHistory(t, 2, 200)
	w := must(h.Window(t.Context(), filter.Filter{}, 0, 30))(t)
	if want := []event.Position{21, 22, 23, 24, 25, 26, 27, 28, 29, 30}; w.Floor != 20 || !slices.Equal(positions(w.Events), want) {
		t.Errorf("got floor %d and %v, want 20 and %v", w.Floor, positions(w.Events), want)
	}
}

func TestLatestGivesTheNewestInAscendingOrder(t *testing.T) {
	h := randomHistory(t, 3, 600)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t)
		n, through := rapid.IntRange(1, 1000).Draw(t, "n"), event.Position(rapid.Int64Range(0, 700).Draw(t, "through"))
		want := slices.DeleteFunc(h.matching(f), func(e *event.Event) bool { return e.Position > through })
		want = want[max(0, len(want)-n):]
		if diff := cmp.Diff(positions(want), positions(must(h.Latest(t.Context(), f, n, through))(t))); diff != "" {
			t.Fatal("(-want +got)", diff)
		}
	})
}

func TestReadingOnFromThePositionOfATimeGivesWhatWasStoredSince(t *testing.T) {
	h := randomHistory(t, 4, 500)
	for _, at := range []time.Time{{}, origin, origin.Add(16 * time.Second), origin.Add(20*time.Second + 1), origin.Add(time.Minute), origin.Add(time.Hour)} {
		want := h.floor
		for _, e := range h.events {
			if e.StoredAt.Before(at) {
				want = max(want, e.Position)
			}
		}
		if got := must(h.PositionAt(t.Context(), at))(t); got != want {
			t.Errorf("%v: got position %d, want %d", at, got, want)
		}
	}
}

func TestThePositionOfATimeInAnEmptyStoreIsZero(t *testing.T) {
	h := emptyHistory(t, 50)
	if got := must(h.PositionAt(t.Context(), origin))(t); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
}
