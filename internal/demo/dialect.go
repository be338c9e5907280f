package demo

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// dialect is how a producer words its events. encode may blank or change what
// of e the words do not carry, so that e stays what a reader must get out of
// them.
type dialect struct {
	name   string
	encode func(e *event.Event) ([]byte, []event.Header)
}

type envelope map[string]any

func (v envelope) json() []byte {
	for k, value := range v {
		if value == "" {
			delete(v, k)
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("envelope: " + err.Error()) // a mistake in this package
	}
	return b
}

var guide = &dialect{"guide", func(e *event.Event) ([]byte, []event.Header) {
	v := envelope{
		"event_type": e.EventType, "event_id": e.EventID, "timestamp": e.Timestamp, "tenant_id": e.TenantID,
		"namespace": e.Namespace, "source": e.Source, "correlation_id": e.CorrelationID, "causation_id": e.CausationID,
		"schema_ref": e.SchemaRef, "payload": e.Payload,
	}
	if e.TenantID == defaultTenant {
		delete(v, "tenant_id")
	}
	return v.json(), nil
}}

var routingVariant = &dialect{"routing variant", func(e *event.Event) ([]byte, []event.Header) {
	return envelope{
		"event_type": e.EventType, "event_id": e.EventID, "timestamp": e.Timestamp.UnixMicro(), "tenant_id": e.TenantID,
		"namespace": e.Namespace, "service": e.Source, "version": "v1", "correlation_id": e.CorrelationID,
		"causation_id": e.CausationID, "schema_ref": e.SchemaRef, "payload": e.Payload,
	}.json(), nil
}}

var onexA = &dialect{"OnexEnvelopeV1 A", func(e *event.Event) ([]byte, []event.Header) {
	e.SchemaRef = ""
	return envelope{
		"envelope_version": "1.0", "event_version": "1.2.0", "event_type": e.EventType, "event_id": e.EventID,
		"event_timestamp": e.Timestamp.Format("2006-01-02T15:04:05.000000-07:00"), "tenantId": e.TenantID,
		"source_node_id": "node-" + e.Source, "source_service": e.Source, "source_instance": e.Source + "-0",
		"environment": e.Namespace, "metadata": payload{"trace_sampled": true}, "correlation_id": e.CorrelationID,
		"causation_id": e.CausationID, "payload": e.Payload,
	}.json(), nil
}}

// onexB leaves the tenant to its topic.
var onexB = &dialect{"OnexEnvelopeV1 B", func(e *event.Event) ([]byte, []event.Header) {
	e.SchemaRef, e.Namespace = "", ""
	return envelope{
		"envelope_id": e.EventID, "envelope_timestamp": e.Timestamp.UnixNano(), "event_type": e.EventType,
		"trace_id": strings.ReplaceAll(e.CorrelationID, "-", ""), "span_id": e.EventID[24:], "provenance": payload{"producer": e.Source, "hops": 1},
		"source": e.Source, "correlationId": e.CorrelationID, "causationId": e.CausationID, "payload": e.Payload,
	}.json(), nil
}}

var bridgeHook = &dialect{"bridge hook", func(e *event.Event) ([]byte, []event.Header) {
	e.SchemaRef = ""
	return envelope{
		"event_type": e.EventType, "event_id": e.EventID, "timestamp": e.Timestamp.Format(time.RFC3339Nano), "tenant_id": e.TenantID,
		"environment": e.Namespace, "source": payload{"service_name": e.Source, "service_version": "2.3.1", "instance_id": e.Source + "-1"},
		"correlation_id": e.CorrelationID, "causation_id": e.CausationID, "payload": e.Payload,
	}.json(), nil
}}

// laterOnex leaves the type to its topic, and says an environment instead.
var laterOnex = &dialect{"later ONEX", func(e *event.Event) ([]byte, []event.Header) {
	e.SchemaRef, e.Namespace = "", ""
	e.EventType = laterOnexType(strings.TrimSuffix(strings.TrimPrefix(e.EventType, "omninode.bridge."), ".v1"))
	return envelope{
		"event_type": "dev", "entity_id": e.EventID, "emitted_at": e.Timestamp, "tenant_id": e.TenantID,
		"source_node_id": e.Source, "correlation_id": e.CorrelationID, "causation_id": e.CausationID, "payload": e.Payload,
	}.json(), nil
}}

func laterOnexType(name string) string {
	return "onex.evt.stamp-" + strings.ReplaceAll(name, ".", "-") + ".v1"
}

// flat has no envelope: the payload is the body, and the offset has to serve as
// the event's id.
var flat = &dialect{"flat legacy", func(e *event.Event) ([]byte, []event.Header) {
	e.EventID, e.SchemaRef, e.Namespace, e.CausationID, e.Source = "", "", "", "", "unknown"
	return e.Payload, nil
}}

// headersOnly has the payload for its body and the rest in Kafka's headers.
var headersOnly = &dialect{"headers", func(e *event.Event) ([]byte, []event.Header) {
	e.Namespace = ""
	return e.Payload, present([]event.Header{
		{Key: "message_id", Value: []byte(e.EventID)}, {Key: "x-event-type", Value: []byte(e.EventType)},
		{Key: "timestamp", Value: []byte(e.Timestamp.Format(time.RFC3339Nano))}, {Key: "x-tenant", Value: []byte(e.TenantID)},
		{Key: "x-source", Value: []byte(e.Source)}, {Key: "x-correlation-id", Value: []byte(e.CorrelationID)},
		{Key: "x-causation-id", Value: []byte(e.CausationID)}, {Key: "x-schema-hash", Value: []byte(e.SchemaRef)},
	})
}}

func present(headers []event.Header) []event.Header {
	var kept []event.Header
	for _, h := range headers {
		if len(h.Value) > 0 {
			kept = append(kept, h)
		}
	}
	return kept
}
