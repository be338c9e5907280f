package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// walk follows the cursors from a query on to the end, and appends an event
// with an earlier and one with a later timestamp after each page, as long as
// there are fewer than most.
func walk(b *bench, query string, most int) (seen []event.Position) {
	b.tb.Helper()
	more, cursor := true, ""
	for more {
		var p page
		b.into("/api/event-bus/events?"+query+cursor, &p)
		if p.Count != len(p.Events) || p.More != (p.Next != nil) || len(p.Events) == 0 && p.More {
			b.tb.Fatalf("%s: got count %d of %d events, more %v, next %v", query, p.Count, len(p.Events), p.More, p.Next)
		}
		seen = append(seen, positions(p.Events)...)
		if more = p.More; more {
			cursor = "&cursor=" + url.QueryEscape(*p.Next)
		}
		if n := int(b.next[event.Partition{Topic: "t", ID: 2}]); n < most {
			b.append(event.Batch{Events: []*event.Event{someEvent(n, -time.Hour), someEvent(n+1, time.Hour)}})
		}
	}
	return seen
}

func TestCursorsShowEachEventOnceWhileOthersAreStored(t *testing.T) {
	b := newBench(t)
	var events []*event.Event
	for i := range 60 {
		events = append(events, someEvent(i, 0))
	}
	b.append(event.Batch{Events: events})
	stored := 60
	for _, order := range []string{"timestamp", "position", "processed_at", "stored_at"} {
		for _, direction := range []string{"asc", "desc"} {
			for _, limit := range []int{7, 20} {
				query := fmt.Sprintf("order_by=%s&order_direction=%s&limit=%d", order, direction, limit)
				before := stored
				seen := walk(b, query, before+12)
				stored = int(b.next[event.Partition{Topic: "t", ID: 2}])
				checkSeen(t, query, seen, before, stored)
			}
		}
	}
}

// checkSeen: every event that was there before is seen once, none twice; by
// position they come in a row, with all that was stored meanwhile if it lies
// ahead.
func checkSeen(t *testing.T, query string, seen []event.Position, before, stored int) {
	t.Helper()
	all := sorted(seen)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("%s: an event is seen twice in %v", query, seen)
	}
	for p := range event.Position(before) {
		if _, found := slices.BinarySearch(all, p+1); !found {
			t.Errorf("%s: position %d is missing in %v", query, p+1, seen)
		}
	}
	if strings.Contains(query, "timestamp") {
		return
	}
	want := before
	if strings.Contains(query, "asc") {
		want = stored
	} else {
		slices.Reverse(seen)
	}
	if !slices.Equal(seen, all) || len(all) < want-2 || len(all) > stored {
		t.Errorf("%s: got %d events, want %d in order of position: %v", query, len(all), want, seen)
	}
}

func TestThroughAPositionPagesStayAsTheyAre(t *testing.T) {
	b := newBench(t)
	var events []*event.Event
	for i := range 40 {
		events = append(events, someEvent(i, 0))
	}
	b.append(event.Batch{Events: events})
	for _, order := range []string{"timestamp", "position"} {
		query := "through=40&limit=7&order_by=" + order
		first := walk(b, query, 60)
		if second := walk(b, query, 0); !slices.Equal(first, second) || len(first) != 40 {
			t.Errorf("%s: got %v, then %v, want the same 40", query, first, second)
		}
	}
}

func TestOffsetSkipsAndIsReplacedByTheCursor(t *testing.T) {
	b := newBench(t)
	for i := range 10 {
		b.append(event.Batch{Events: []*event.Event{someEvent(i, 0)}})
	}
	var p, next page
	b.into("/api/event-bus/events?order_by=position&order_direction=asc&offset=4&limit=3", &p)
	if got, want := positions(p.Events), []event.Position{5, 6, 7}; !slices.Equal(got, want) || p.Next == nil {
		t.Fatalf("got %v, next %v, want %v and more", got, p.Next, want)
	}
	b.into("/api/event-bus/events?order_by=position&order_direction=asc&limit=5&cursor="+*p.Next, &next)
	if got, want := positions(next.Events), []event.Position{8, 9, 10}; !slices.Equal(got, want) || next.More {
		t.Errorf("the rest: got %v, more %v, want %v and no more", got, next.More, want)
	}
	for name, query := range map[string]string{
		"and offset":      "order_by=position&order_direction=asc&offset=4&limit=3",
		"another order":   "order_by=position&order_direction=desc",
		"another filter":  "order_by=position&order_direction=asc&tenant_id=acme",
		"another range":   "order_by=position&order_direction=asc&end_time=" + aTime,
		"without filters": "",
	} {
		got := b.isProblem(b.get("/api/event-bus/events?"+query+"&cursor="+*p.Next), http.StatusBadRequest)
		if got.Parameter != "cursor" {
			t.Errorf("%s: got %q to blame, want cursor", name, got.Parameter)
		}
	}
	got := b.isProblem(b.get("/api/event-bus/rejected?cursor="+*p.Next), http.StatusBadRequest)
	if got.Parameter != "cursor" {
		t.Errorf("another endpoint: got %q to blame, want cursor", got.Parameter)
	}
}

func TestAPageOfLargePayloadsGoesOnWithItsCursor(t *testing.T) {
	b := newBench(t)
	large := json.RawMessage(`"` + strings.Repeat("x", 1<<20-100) + `"`)
	for i := range 20 {
		b.append(event.Batch{Events: []*event.Event{newEvent(i, func(e *event.Event) { e.Payload = large })}})
	}
	var p, next page
	b.into("/api/event-bus/events?order_by=position&order_direction=asc&limit=1000", &p)
	if n := len(p.Events); n < 10 || n > 18 || !p.More || p.Next == nil {
		t.Fatalf("got %d events, more %v, want those of about 16 MiB, and more", n, p.More)
	}
	b.into("/api/event-bus/events?order_by=position&order_direction=asc&limit=1000&cursor="+*p.Next, &next)
	if got := append(positions(p.Events), positions(next.Events)...); len(got) != 20 || next.More || got[19] != 20 {
		t.Errorf("got %v, more %v, want all of 20", got, next.More)
	}
	if held := b.server.held.bytes.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

func TestRejectedEventsArePagedNewestFirst(t *testing.T) {
	b := newBench(t)
	for i := range 7 {
		b.append(event.Batch{Rejected: []event.Rejected{{
			Record: event.Record{Partition: event.Partition{Topic: "t"}, Time: day, Value: []byte("x")}, Reason: event.Reason(fmt.Sprintf("r%d", i%2)),
		}}})
	}
	var seen []int64
	for path := "/api/event-bus/rejected?limit=2"; path != ""; {
		var p struct {
			Rejected []struct{ ID int64 }
			Next     *string `json:"next_cursor"`
		}
		b.into(path, &p)
		for _, r := range p.Rejected {
			seen = append(seen, r.ID)
		}
		if path = ""; p.Next != nil {
			path = "/api/event-bus/rejected?limit=2&cursor=" + *p.Next
		}
	}
	if want := []int64{7, 6, 5, 4, 3, 2, 1}; !slices.Equal(seen, want) {
		t.Errorf("got %v, want %v", seen, want)
	}
}

func TestWhatAnswersHoldIsBounded(t *testing.T) {
	var h held
	give, err := h.take(maxHeld - 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.take(2); err == nil || problemOf(err).Status != http.StatusServiceUnavailable {
		t.Errorf("over the bound: got %v, want a 503", err)
	}
	if _, err := h.take(1); err != nil {
		t.Errorf("up to the bound: got %v", err)
	}
	give()
	if got := h.bytes.Load(); got != 1 {
		t.Errorf("got %d bytes held, want 1", got)
	}
}
