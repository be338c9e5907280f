package event_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const catalogTopic = "acme.omninode.agent.execution.completed.v1"

var kafkaTime = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)

// Where fields are looked for, best first: a member of the body or of the
// payload, or a header. It is the catalog's table and deliberately not made
// from the decoder's.
var preferences = []struct {
	field    string
	places   string
	got      func(*event.Event) string
	fallback string
}{
	{"event_type", "body.event_type header.x-event-type header.event_type",
		func(e *event.Event) string { return e.EventType }, "omninode.agent.execution.completed.v1"},
	{"event_id", "body.event_id body.envelope_id body.eventId body.entity_id header.message_id",
		func(e *event.Event) string { return e.EventID }, catalogTopic + "-3-7"},
	{"timestamp", "body.timestamp body.envelope_timestamp body.event_timestamp body.emitted_at body.created_at body.createdAt header.timestamp",
		func(e *event.Event) string { return e.Timestamp.Format(time.RFC3339) }, kafkaTime.Format(time.RFC3339)},
	{"tenant_id", "body.tenant_id body.tenantId header.x-tenant",
		func(e *event.Event) string { return e.TenantID }, "acme"},
	{"namespace", "body.namespace body.environment",
		func(e *event.Event) string { return e.Namespace }, ""},
	{"source", "body.source body.service body.source_service body.source_node_id header.x-source",
		func(e *event.Event) string { return e.Source }, "unknown"},
	{"correlation_id", "body.correlation_id body.correlationId payload.correlation_id payload.correlationId header.x-correlation-id header.correlation_id",
		func(e *event.Event) string { return e.CorrelationID }, ""},
	{"causation_id", "body.causation_id body.causationId header.x-causation-id",
		func(e *event.Event) string { return e.CausationID }, ""},
	{"schema_ref", "body.schema_ref header.x-schema-hash",
		func(e *event.Event) string { return e.SchemaRef }, ""},
}

// The attribute of CloudEvents comes before all of them.
var cloudAttributes = map[string]string{
	"event_type": "type", "event_id": "id", "timestamp": "time", "tenant_id": "tenantid", "namespace": "namespace",
	"source": "source", "correlation_id": "correlationid", "causation_id": "causationid", "schema_ref": "dataschema",
}

func TestEachFieldIsTakenFromTheBestPlaceThatHasIt(t *testing.T) {
	for _, p := range preferences {
		places, attribute := strings.Fields(p.places), cloudAttributes[p.field]
		for mode, places := range map[string][]string{
			"no CloudEvent": places,
			"structured":    prepend("body."+attribute, places),
			"binary":        prepend("header.ce_"+attribute, without("payload.", places)),
		} {
			t.Run(p.field+", "+mode, func(t *testing.T) {
				for len(places) > 0 {
					r := recordOf(t, mode, p.field, places)
					if got, want := p.got(decode(t, r)), valueAt(p.field, places[0]); got != want {
						t.Errorf("with %v: got %q, want %q of the first\n%s", places, got, want, r.Value)
					}
					places = places[1:]
				}
				if got := p.got(decode(t, recordOf(t, mode, p.field, nil))); got != p.fallback {
					t.Errorf("with none: got %q, want %q", got, p.fallback)
				}
			})
		}
	}
}

func TestACloudAttributeIsNothingInAnyOtherEvent(t *testing.T) {
	for _, p := range preferences {
		attribute := cloudAttributes[p.field]
		if attribute == p.field {
			continue // the same name in both
		}
		r := recordOf(t, "no CloudEvent", p.field, []string{"body." + attribute})
		if got := p.got(decode(t, r)); got != p.fallback {
			t.Errorf("%s: got %q, want %q", p.field, got, p.fallback)
		}
	}
}

func prepend(place string, places []string) []string {
	if len(places) > 0 && places[0] == place {
		return places
	}
	return append([]string{place}, places...)
}

func without(prefix string, places []string) (kept []string) {
	for _, p := range places {
		if !strings.HasPrefix(p, prefix) {
			kept = append(kept, p)
		}
	}
	return kept
}

// valueAt is what a place says, another thing than any other place.
func valueAt(field, place string) string {
	if field != "timestamp" {
		return "at " + place
	}
	day := 0
	for _, c := range place {
		day = (day*31 + int(c)) % 9973
	}
	return kafkaTime.AddDate(0, 0, -day-1).Format(time.RFC3339)
}

func recordOf(t *testing.T, mode, field string, places []string) event.Record {
	t.Helper()
	r := event.Record{Partition: event.Partition{Topic: catalogTopic, ID: 3}, Offset: 7, Time: kafkaTime}
	header := func(key, value string) {
		r.Headers = append(r.Headers, event.Header{Key: key, Value: []byte(value)})
	}
	body, inner := map[string]any{}, map[string]any{}
	switch mode {
	case "no CloudEvent":
		body["payload"] = inner
	case "structured":
		body["data"] = inner
		header("content-type", "application/cloudevents+json")
	case "binary":
		header("ce_specversion", "1.0")
	}
	for _, place := range places {
		switch where, name, _ := strings.Cut(place, "."); where {
		case "body":
			body[name] = valueAt(field, place)
		case "payload":
			inner[name] = valueAt(field, place)
		case "header":
			header(name, valueAt(field, place))
		}
	}
	value, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r.Value = value
	return r
}

func decode(tb testing.TB, r event.Record) *event.Event {
	tb.Helper()
	e, err := event.NewDecoder(event.Config{Now: decodedAt}).Decode(r)
	if err != nil {
		tb.Fatalf("decode %.200s: %v", r.Value, err)
	}
	return e
}

// record is one of a value, with nothing else to say.
func record(format string, args ...any) event.Record {
	return event.Record{
		Partition: event.Partition{Topic: catalogTopic, ID: 3}, Offset: 7, Time: kafkaTime,
		Value: fmt.Appendf(nil, format, args...),
	}
}
