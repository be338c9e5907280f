package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var day = time.Date(2026, 10, 1, 8, 0, 0, 123456000, time.UTC)

// newEvent makes an event, i milliseconds into the day.
func newEvent(i int, change func(*event.Event)) *event.Event {
	e := &event.Event{
		EventID: fmt.Sprintf("e-%d", i), EventType: "omninode.agent.execution.completed.v1", Timestamp: day.Add(time.Duration(i) * time.Millisecond),
		TenantID: "acme", Namespace: "prod", Source: "omniclaude", CorrelationID: "c-1",
		Payload: json.RawMessage(`{"cost": 1.10, "duration_ms": 9007199254740993}`),
		Topic:   "acme.omninode.agent.execution.completed.v1", Partition: 2, ProcessedAt: day.Add(time.Hour),
	}
	if change != nil {
		change(e)
	}
	return e
}

// someEvent makes one of many events; several have the same timestamp.
func someEvent(i int, late time.Duration) *event.Event {
	return newEvent(i, func(e *event.Event) {
		e.Topic, e.Timestamp = "t", day.Add(time.Duration(i/3)*time.Second+late)
		e.TenantID = []string{"acme", "beta"}[i%2]
	})
}

// fill stores a few events that show what there is to show: an id that two
// tenants have, absent fields, a failure, text that wants escaping, a rejected
// event with bytes that are no text, a source gap.
func fill(b *bench) {
	rejected := event.Partition{Topic: "acme.omninode.code.v1", ID: 1}
	b.append(event.Batch{
		Events: []*event.Event{
			newEvent(0, nil),
			newEvent(1, func(e *event.Event) { e.EventID, e.TenantID, e.CorrelationID = "e-0", "beta", "c/2" }),
			newEvent(2, func(e *event.Event) {
				e.EventType, e.Topic = "omninode.agent.execution.failed.v1", "acme.omninode.agent.execution.failed.v1"
				e.Namespace, e.CausationID, e.SchemaRef = "", "e-0", "registry://omninode/agent/execution_failed/v1"
				e.Payload = json.RawMessage(`{"error":"<b>\"it\" & \u0001</b>"}`)
			}),
			newEvent(90_000, func(e *event.Event) { e.EventType, e.Payload = "omninode.logging.audit.v1", json.RawMessage(`[]`) }),
		},
		Rejected: []event.Rejected{
			{Record: event.Record{Partition: rejected, Time: day, Key: []byte("c-9"), Value: []byte(`{"a":`),
				Headers: []event.Header{{Key: "x-tenant", Value: []byte("acme")}, {Key: "sum", Value: []byte{0xff, 0}}}},
				Reason: "not_json", Detail: "byte 5: want a value"},
			{Record: event.Record{Partition: rejected, Time: time.UnixMilli(1 << 53), Value: []byte{0xff}}, Reason: "not_utf8", Detail: "byte 0"},
		},
		Gaps: []event.Gap{{Partition: rejected, From: 3, To: 9, Reason: event.GapRetention, NoticedAt: day}},
	})
}

// positions are those of the events of a page.
func positions(events []shown) []event.Position {
	p := make([]event.Position, len(events))
	for i, e := range events {
		p[i] = e.Position
	}
	return p
}

// shown is what tests understand of an event.
type shown struct {
	Position event.Position `json:"position"`
	TenantID string         `json:"tenant_id"`
	EventID  string         `json:"event_id"`
}

// page is an answer of GET /events.
type page struct {
	Events  []shown
	Count   int
	Next    *string `json:"next_cursor"`
	More    bool    `json:"has_more"`
	Options map[string]any
}

func sorted(p []event.Position) []event.Position {
	p = slices.Clone(p)
	slices.Sort(p)
	return p
}
