package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var orders = event.Partition{Topic: "acme.omninode.agent.v1", ID: 2}

func TestAppendNumbersDenselyInTheOrderOfTheBatch(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	mustAppend(t, s, newBatch(orders, 0, 3))
	b := newBatch(orders, 3, 10)
	a := mustAppend(t, s, b)
	if a.First != 4 || a.Last != 10 || a.Duplicates != 0 || len(a.Events) != 7 {
		t.Errorf("got %d … %d, %d events, %d duplicates; want 4 … 10, 7, 0", a.First, a.Last, len(a.Events), a.Duplicates)
	}
	for i, e := range a.Events {
		if e.EventID != b.Events[i].EventID || e.Position != event.Position(4+i) || b.Events[i].Position != 0 {
			t.Errorf("event %d of the batch: got position %d, want %d, and the batch left alone", i, e.Position, 4+i)
		}
		wantNumber(t, conn, 1, `SELECT count(*) FROM event_bus_events WHERE id = $1 AND event_id = $2 AND stored_at = $3`, e.Position, e.EventID, e.StoredAt)
	}
	if head, err := s.Head(t.Context()); err != nil || head.Last != 10 || head.Floor != 0 || head.Epoch == "" {
		t.Errorf("head: got %+v, %v", head, err)
	}
	checkWhole(t, conn)
}

func TestAnEventIsReadBackAsItWasAppended(t *testing.T) {
	s := openStore(t, Config{URL: testenv.Database(t)})
	full, bare := newEvent(orders, 7), newEvent(orders, 8)
	full.CausationID, full.Payload = "c-0", []byte(`{"big": 9007199254740993, "cost": 1.10, "text": "é\n"}`)
	bare.Namespace, bare.CorrelationID, bare.SchemaRef, bare.EventID = "", "", "", strings.Repeat("é", 512)
	bare.Payload = []byte(`{}`)
	a := mustAppend(t, s, event.Batch{Events: []*event.Event{full, bare}, Spans: []event.Span{{Partition: orders, From: 7, Next: 9}}})
	for _, want := range a.Events {
		got, err := s.EventsByID(t.Context(), []string{want.TenantID}, want.EventID)
		if err != nil || len(got) != 1 {
			t.Fatalf("read event: got %d, %v", len(got), err)
		}
		got[0].Payload, want.Payload = compacted(t, got[0].Payload), compacted(t, want.Payload)
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("event differs (-appended +read):\n%s", diff)
		}
	}
}

func compacted(tb testing.TB, text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestDuplicatesAreDroppedWithinABatchAndAcrossBatches(t *testing.T) {
	url := testenv.Database(t)
	s := openStore(t, Config{URL: url})
	mustAppend(t, s, newBatch(orders, 0, 4))

	b := newBatch(orders, 4, 8)
	again, otherTenant, twice := *newEvent(orders, 1), *newEvent(orders, 2), *b.Events[3]
	otherTenant.TenantID = "another"
	twice.Source = "the second one"
	b.Events = slices.Insert(b.Events, 2, &again, &otherTenant)
	b.Events = append(b.Events, &twice)
	a := mustAppend(t, s, b)
	if a.First != 5 || a.Last != 9 || len(a.Events) != 5 || a.Duplicates != 2 {
		t.Errorf("got %d … %d, %d events, %d duplicates; want 5 … 9, 5, 2", a.First, a.Last, len(a.Events), a.Duplicates)
	}
	if got := a.Events[2]; got.TenantID != "another" || got.EventID != otherTenant.EventID {
		t.Errorf("position 7: got %s of %s, want the other tenant's", got.EventID, got.TenantID)
	}

	all := newBatch(orders, 8, 8)
	all.Events = []*event.Event{newEvent(orders, 0), newEvent(orders, 3)}
	if a := mustAppend(t, s, all); a.First != 0 || a.Last != 0 || len(a.Events) != 0 || a.Duplicates != 2 {
		t.Errorf("only duplicates: got %+v", a)
	}
	conn := connect(t, url)
	wantNumber(t, conn, 0, `SELECT count(*) FROM event_bus_events WHERE source = 'the second one'`)
	checkWhole(t, conn)
}

func TestABatchThatDoesNotBeginAtTheStoredOffsetIsFencedWhole(t *testing.T) {
	url := testenv.Database(t)
	s := openStore(t, Config{URL: url})
	other := event.Partition{Topic: orders.Topic, ID: 3}
	mustAppend(t, s, newBatch(orders, 100, 110))

	for name, b := range map[string]event.Batch{"behind": newBatch(orders, 105, 112), "ahead": newBatch(orders, 111, 112), "one of two": newBatch(other, 0, 5)} {
		b.Spans = append(b.Spans, event.Span{Partition: event.Partition{Topic: "x"}, From: 0, Next: 1})
		if name == "one of two" {
			b.Spans = append(b.Spans, event.Span{Partition: orders, From: 109, Next: 110})
		}
		if a, err := s.Append(t.Context(), b); !errors.Is(err, event.ErrFenced) || len(a.Events) != 0 {
			t.Errorf("%s: got %v, %v; want ErrFenced", name, a, err)
		}
	}
	stored, err := s.Offsets(t.Context(), []event.Partition{orders, other, {Topic: "x"}})
	want := map[event.Partition]event.StoredOffset{orders: {Next: 110}}
	if diff := cmp.Diff(want, stored); diff != "" || err != nil {
		t.Errorf("offsets (-want +got): %v\n%s", err, diff)
	}
	wantNumber(t, connect(t, url), 10, `SELECT count(*) FROM event_bus_events`)
}

func TestARecreatedTopicRaisesTheIncarnationOnce(t *testing.T) {
	s := openStore(t, Config{URL: testenv.Database(t)})
	mustAppend(t, s, newBatch(orders, 0, 5))

	b := newBatch(orders, 5, 5) // five records of the new topic, so that the offset is as before
	b.Spans[0].TopicID = [16]byte{7}
	b.Gaps = []event.Gap{{Partition: orders, From: 5, To: 0, Reason: event.GapRecreated, NoticedAt: start}}
	for range 2 {
		mustAppend(t, s, b)
	}
	mustAppend(t, s, newBatch(orders, 5, 6)) // by a broker without ids

	stored, err := s.Offsets(t.Context(), []event.Partition{orders})
	if want := (event.StoredOffset{Next: 6, Incarnation: 1, TopicID: [16]byte{7}}); err != nil || stored[orders] != want {
		t.Errorf("offset: got %+v, %v; want %+v", stored[orders], err, want)
	}
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.Gaps, state.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	b.Spans = nil
	if _, err := s.Append(t.Context(), b); err == nil || errors.Is(err, event.ErrUnavailable) {
		t.Errorf("a recreated topic without a span: got %v, want an error for good", err)
	}
}

func TestARejectedEventIsKeptOnceAndIsNeverRefused(t *testing.T) {
	url := testenv.Database(t)
	s := openStore(t, Config{URL: url})
	b := newBatch(orders, 0, 2)
	for offset, value := range [][]byte{{0xff, 0, 1}, nil} {
		b.Rejected = append(b.Rejected, event.Rejected{
			Record: event.Record{Partition: orders, Offset: int64(offset), Time: time.Date(292278994, 1, 1, 0, 0, 0, 0, time.UTC),
				Value: value, Headers: []event.Header{{Key: "a\x00\xff", Value: []byte{0xfe}}, {Key: "b"}}},
			Reason: "encoding", Detail: "a NUL \x00 and \xff",
		})
	}
	mustAppend(t, s, b)
	b.Spans, b.Events = nil, nil
	mustAppend(t, s, b)
	if state, err := s.State(t.Context()); err != nil || state.Rejected != 2 {
		t.Errorf("got %d rejected events, %v; want 2", state.Rejected, err)
	}
	b.Rejected[0].Incarnation++
	mustAppend(t, s, b)
	conn := connect(t, url)
	wantNumber(t, conn, 3, `SELECT rejected FROM event_bus_head`)
	wantNumber(t, conn, 1, `SELECT count(*) FROM event_bus_rejected WHERE value IS NULL`)
	wantNumber(t, conn, 2, `SELECT count(*) FROM event_bus_rejected WHERE value = '\xff0001' AND size = 3`)
}

func TestDataThatCannotBeStoredIsToldApartAndFoundByBisection(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	long := make([]byte, 9000)
	for i := range long {
		long[i] = byte('a' + rand.IntN(26)) // random, for a btree compresses what it can
	}
	for name, spoil := range map[string]func(*event.Event){
		"NUL in the payload":   func(e *event.Event) { e.Payload = []byte(`{"a":"\u0000"}`) },
		"a number too large":   func(e *event.Event) { e.Payload = []byte(`{"a":1e200000}`) },
		"not JSON":             func(e *event.Event) { e.Payload = []byte(`{`) },
		"no payload":           func(e *event.Event) { e.Payload = nil },
		"NUL in a text":        func(e *event.Event) { e.Source = "a\x00" },
		"not UTF-8":            func(e *event.Event) { e.TenantID = "\xff" },
		"too long for a btree": func(e *event.Event) { e.CorrelationID = string(long) },
		"nested too deep":      func(e *event.Event) { e.Payload = []byte(strings.Repeat("[", 1e6)) },
	} {
		p := event.Partition{Topic: name}
		b := newBatch(p, 0, 16)
		spoil(b.Events[11])
		stored, culprits := bisect(t, s, b.Events)
		if stored != 15 || len(culprits) != 1 || culprits[0] != b.Events[11] {
			t.Errorf("%s: got %d stored and %d culprits, want 15 and the spoilt one", name, stored, len(culprits))
		}
	}
	checkWhole(t, conn)
}

// bisect appends in halves until only what cannot be stored is left.
func bisect(tb testing.TB, s *Store, events []*event.Event) (stored int, culprits []*event.Event) {
	a, err := s.Append(tb.Context(), event.Batch{Events: events})
	switch {
	case err == nil:
		return len(a.Events), nil
	case !errors.Is(err, event.ErrData) || errors.Is(err, event.ErrUnavailable):
		tb.Fatalf("append: got %v, want ErrData", err)
	case len(events) == 1:
		return 0, events
	}
	half := len(events) / 2
	storedLeft, culpritsLeft := bisect(tb, s, events[:half])
	storedRight, culpritsRight := bisect(tb, s, events[half:])
	return storedLeft + storedRight, append(culpritsLeft, culpritsRight...)
}

func TestStoredAtNeverGoesBackWhenTheClockDoes(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	mustAppend(t, s, newBatch(orders, 0, 2))
	execute(t, conn, `UPDATE event_bus_head SET stored_at = clock_timestamp() + interval '1 hour'`) // as a clock that was ahead had left it
	a := mustAppend(t, s, newBatch(orders, 2, 4))
	b := mustAppend(t, s, newBatch(orders, 4, 6))
	if ahead := time.Until(a.Events[0].StoredAt); ahead < 30*time.Minute {
		t.Errorf("got an event stored %v from now, want about an hour", ahead)
	}
	if got, want := b.Events[0].StoredAt, a.Events[0].StoredAt; got.Before(want) {
		t.Errorf("stored_at went back from %v to %v", want, got)
	}
	checkWhole(t, conn)
}

func TestTheHashInGoIsTheHashInSQL(t *testing.T) {
	conn := connect(t, func() string { url := testenv.Database(t); openStore(t, Config{URL: url}); return url }())
	for _, pair := range [][2]string{{"", ""}, {"a", "bc"}, {"ab", "c"}, {"ténant", "日本"}, {strings.Repeat("x", 1024), "y"}} {
		var got [16]byte
		if err := conn.QueryRow(t.Context(), `SELECT event_bus_hash($1, $2)`, pair[0], pair[1]).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := event.IDHash(pair[0], pair[1]); got != want {
			t.Errorf("hash of %q: got %x in SQL, %x in Go", pair, got, want)
		}
	}
}

func TestCountsAreOfWholeMinutesAndHoursInUTC(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	execute(t, conn, fmt.Sprintf(`ALTER DATABASE %s SET timezone = 'Asia/Kathmandu'`, conn.Config().Database))
	b := newBatch(orders, 0, 4)
	b.Events[0].Timestamp = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	b.Events[1].Timestamp = time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC)
	b.Events[2].Timestamp = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	b.Events[3].Timestamp = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	mustAppend(t, s, b)
	for _, at := range []string{"0001-01-01 00:00Z", "1969-12-31 23:59Z", "1970-01-01 00:00Z", "9999-12-31 23:59Z"} {
		wantNumber(t, conn, 1, `SELECT count FROM event_bus_minutes WHERE bucket = $1::text::timestamptz`, at)
	}
	checkWhole(t, conn)
}
