package event_test

import (
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// catalogRecord is an event of 550 bytes in the guide's form.
func catalogRecord() event.Record {
	return record(`{"event_id":"0190b7e0-8a1c-7c3e-9f4b-2d6a1e5c8b70","event_type":"omninode.agent.execution.completed.v1",` +
		`"timestamp":"2026-10-01T08:00:00.123456Z","tenant_id":"acme","namespace":"prod","source":"omniclaude",` +
		`"correlation_id":"5f6d9c1e-3a70-4b52-8c11-77d0a9e4f210","causation_id":"0190b7e0-85b0-7d11-a2c4-90f1b7d3e655",` +
		`"schema_ref":"registry://omninode/agent/execution_completed/v1","payload":{"agent_name":"code-reviewer","duration_ms":812,` +
		`"completed_at":"2026-10-01T08:00:00.123Z","quality_score":0.93,"tokens_used":1843,"cost":1.10,"output_summary":"3 finds"}}`)
}

func BenchmarkDecode(b *testing.B) {
	r, d := catalogRecord(), event.NewDecoder(event.Config{})
	b.SetBytes(int64(len(r.Value)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Decode(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	e := decode(b, catalogRecord())
	e.Position, e.StoredAt = 18234, e.ProcessedAt
	dst := e.AppendJSON(nil)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = e.AppendJSON(dst[:0])
	}
}

func TestDecodingACatalogEventAllocatesLittle(t *testing.T) {
	r, d := catalogRecord(), event.NewDecoder(event.Config{})
	if n := len(r.Value); n < 540 || n > 560 {
		t.Errorf("the record has %d bytes, want about 550", n)
	}
	if got := testing.AllocsPerRun(100, func() {
		if _, err := d.Decode(r); err != nil {
			t.Fatal(err)
		}
	}); got > 2 { // the event and its texts
		t.Errorf("got %v allocations, want 2", got)
	}
	e := decode(t, r)
	dst := e.AppendJSON(nil)
	if got := testing.AllocsPerRun(100, func() { dst = e.AppendJSON(dst[:0]) }); got > 0 {
		t.Errorf("got %v allocations to encode, want none", got)
	}
}
