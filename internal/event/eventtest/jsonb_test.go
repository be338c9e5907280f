package eventtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/event/eventtest"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestWhatIsDecodedIsTakenByJSONBAndComesBackEqual(t *testing.T) {
	conn := connect(t)
	accepted := 0
	rapid.Check(t, func(rt *rapid.T) {
		var es []*event.Event
		for range 20 {
			r := record("%s", eventtest.DrawRecordValue(rt))
			e, err := event.NewDecoder(event.Config{}).Decode(r)
			if rejection := (*event.Rejection)(nil); errors.As(err, &rejection) && rejection.Reason != event.ReasonNumbersTooLong {
				rt.Fatalf("%s: got %v, want an event", r.Value, err)
			} else if err == nil {
				es = append(es, e)
			}
		}
		for _, e := range es {
			accepted++
			back := throughJSONB(rt, conn, e.Payload)
			if diff := cmp.Diff(eventtest.Value(rt, e.Payload), eventtest.Value(rt, back)); diff != "" {
				rt.Fatalf("payload differs (-decoded +stored):\n%s%s", diff, e.Payload)
			}
			e.Payload = back // now it is an event read from history
			var again event.Event
			if err := json.Unmarshal(e.AppendJSON(nil), &again); err != nil || !bytes.Equal(again.AppendJSON(nil), e.AppendJSON(nil)) {
				rt.Fatalf("got %s, %v; want %s", again.AppendJSON(nil), err, e.AppendJSON(nil))
			}
		}
	})
	if accepted < 500 {
		t.Errorf("got %d events accepted, want most", accepted)
	}
}

func TestANumberIsOutOfRangeForTheDecoderIfItIsForJSONB(t *testing.T) {
	conn := connect(t)
	d := event.NewDecoder(event.Config{})
	for _, n := range []string{
		"1e131071", "1e131072", "-9.99e131071", "10e131070", "10e131071", "0.01e131073", "0.01e131074",
		"1e-16383", "1e-16384", "1.0e-16382", "1.0e-16383", "0e-16383", "0e-16384", "0.0e-16383", "123e-16384",
		"0e131072", "0e200000", "1" + strings.Repeat("0", 131071), "1" + strings.Repeat("0", 131072),
		"0." + strings.Repeat("1", 16383), "0." + strings.Repeat("1", 16384), "0." + strings.Repeat("0", 16384),
		"0." + strings.Repeat("0", 20000) + "e5000", "1" + strings.Repeat("0", 131072) + "e-1", strings.Repeat("1", 140_000) + "e-10000",
		"1e400", "1e-400", "9007199254740993", "1e99999999999", "1e-99999999999",
	} {
		_, rejected := d.Decode(record(`{"payload":{"n":%s}}`, n))
		var kept string
		refused := conn.QueryRow(t.Context(), `SELECT $1::text::jsonb::text`, `{"n":`+n+`}`).Scan(&kept)
		if rejection := (*event.Rejection)(nil); errors.As(rejected, &rejection) && rejection.Reason == event.ReasonNumbersTooLong {
			rejected = nil // a bound of ours, so that what is read back stays small
		}
		if (rejected == nil) != (refused == nil) {
			t.Errorf("%.40s (%d characters): decoder says %.80v, jsonb %.80v", n, len(n), rejected, refused)
		}
	}
}

func TestNumbersComeBackFromJSONBWithTheirDigits(t *testing.T) {
	conn := connect(t)
	long := strings.Repeat("1234567890", 10_000)
	for n, want := range map[string]string{
		"1.10": "1.10", "9007199254740993": "9007199254740993", "1e2": "100", "-0": "0", "1.50e1": "15.0", "0.000": "0.000", long: long,
	} {
		back := throughJSONB(t, conn, decode(t, record(`{"payload":[%s]}`, n)).Payload)
		if got := string(back); got != "["+want+"]" {
			t.Errorf("%.40s: got %.40s, want [%.40s]", n, got, want)
		}
	}
}

func TestWhatCountsAsTooDeepIsFarFromWhatPostgreSQLRefuses(t *testing.T) {
	deep := fmt.Sprintf(`{"payload":%s0%s}`, strings.Repeat(`[{"a":`, 255)+"[", "]"+strings.Repeat("}]", 255))
	e := decode(t, record("%s", deep))
	if back := throughJSONB(t, connect(t), e.Payload); len(back) < len(e.Payload) {
		t.Errorf("got %d bytes, want at least %d", len(back), len(e.Payload))
	}
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), testenv.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// contexter is what *testing.T and *rapid.T have in common here.
type contexter interface {
	eventtest.T
	Context() context.Context
}

func throughJSONB(t contexter, conn *pgx.Conn, payload []byte) (back []byte) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `SELECT $1::text::jsonb::text`, string(payload)).Scan(&back); err != nil {
		t.Fatalf("%v\n%.2000s", err, payload)
	}
	return back
}

func decode(tb testing.TB, r event.Record) *event.Event {
	tb.Helper()
	e, err := event.NewDecoder(event.Config{}).Decode(r)
	if err != nil {
		tb.Fatalf("decode %.200s: %v", r.Value, err)
	}
	return e
}

func record(format string, args ...any) event.Record {
	return event.Record{
		Partition: event.Partition{Topic: "acme.omninode.agent.v1"}, Time: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC),
		Value: fmt.Appendf(nil, format, args...),
	}
}
