package event_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/event/eventtest"
)

var whole = event.Event{
	Position: 18234, EventID: "0190b7e0-8a1c", EventType: "omninode.agent.execution.completed.v1",
	Timestamp: time.Date(2026, 10, 1, 8, 0, 0, 123_456_000, time.UTC), TenantID: "acme", Namespace: "prod", Source: "omniclaude",
	CorrelationID: "c-1", CausationID: "c-0", SchemaRef: "registry://omninode/agent/execution_completed/v1",
	Payload: json.RawMessage(`{"duration_ms":812,"cost":1.10,"html":"<&>"}`),
	Topic:   "acme.omninode.agent.execution.completed.v1", Partition: 2, Offset: 48213,
	ProcessedAt: time.Date(2026, 10, 1, 8, 0, 0, 130_000_000, time.UTC), StoredAt: time.Date(2026, 10, 1, 8, 0, 0, 134_000_000, time.UTC),
}

func TestTheEncodingIsTheGoldenFilesBytes(t *testing.T) {
	bare := event.Event{EventID: "e", EventType: "agent-actions", TenantID: "default", Source: "unknown", Topic: "agent-actions"}
	odd := bare
	odd.EventID = "\x00\x01\b\f\n\r\t\x1f \x7f\"\\/<>& é \u2028 😀 \xff \xed\xa0\x80 \ufffd"
	odd.Timestamp = time.Date(2026, 10, 1, 10, 0, 0, 1_999, time.FixedZone("", 7200))
	odd.Payload, odd.Offset, odd.Partition = json.RawMessage(`null`), 1<<63-1, 1<<31-1
	var b []byte
	for _, e := range []event.Event{whole, bare, odd} {
		b = append(e.AppendJSON(b), '\n')
	}
	golden(t, "testdata/encoded.golden.ndjson", b)
}

func TestAppendJSONKeepsWhatIsThere(t *testing.T) {
	if got, want := string(whole.AppendJSON([]byte("before "))), "before "+string(whole.AppendJSON(nil)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMarshallingGivesTheOneEncodingButForHTML(t *testing.T) {
	got, err := json.Marshal(&whole)
	want := strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(string(whole.AppendJSON(nil)))
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestReadingWhatIsNoEventIsAnError(t *testing.T) {
	for _, text := range []string{`{"offset":1}`, `{"offset":"x"}`, `{"timestamp":"yesterday"}`, `[]`, `{"position":1.5}`} {
		e := event.Event{EventID: "kept"}
		if err := json.Unmarshal([]byte(text), &e); err == nil || e.EventID != "kept" {
			t.Errorf("%s: got %+v, %v; want an error and the event as it was", text, e, err)
		}
	}
}

func TestAnEventIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, at := rapid.String(), rapid.Int64Range(-62135596800_000_000, 253402300799_999_999)
		moment := func(name string) time.Time { return time.UnixMicro(at.Draw(t, name)).UTC() }
		e := event.Event{
			Position: event.Position(rapid.Int64Range(0, 1<<62).Draw(t, "position")), EventID: text.Draw(t, "event_id"),
			EventType: text.Draw(t, "event_type"), Timestamp: moment("timestamp"), TenantID: text.Draw(t, "tenant_id"),
			Namespace: text.Draw(t, "namespace"), Source: text.Draw(t, "source"), CorrelationID: text.Draw(t, "correlation_id"),
			CausationID: text.Draw(t, "causation_id"), SchemaRef: text.Draw(t, "schema_ref"),
			Payload: json.RawMessage(eventtest.DrawJSON(t, 3)), Topic: text.Draw(t, "topic"), Partition: rapid.Int32().Draw(t, "partition"),
			Offset: rapid.Int64().Draw(t, "offset"), ProcessedAt: moment("processed_at"), StoredAt: moment("stored_at"),
		}
		if string(e.Payload) == "null" {
			e.Payload = nil
		}
		var back event.Event
		if err := json.Unmarshal(e.AppendJSON(nil), &back); err != nil {
			t.Fatalf("%v\n%s", err, e.AppendJSON(nil))
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Fatalf("event differs (-written +read):\n%s", diff)
		}
		if got, want := string(back.AppendJSON(nil)), string(e.AppendJSON(nil)); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
