package demo

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// The two content modes of CloudEvents 1.0 over Kafka:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md

var cloudStructured = &dialect{"CloudEvents structured", func(e *event.Event) ([]byte, []event.Header) {
	return envelope{
		"specversion": "1.0", "id": e.EventID, "source": e.Source, "type": e.EventType, "time": e.Timestamp,
		"dataschema": e.SchemaRef, "datacontenttype": "application/json", "correlationid": e.CorrelationID,
		"causationid": e.CausationID, "tenantid": e.TenantID, "namespace": e.Namespace, "data": e.Payload,
	}.json(), []event.Header{{Key: "content-type", Value: []byte("application/cloudevents+json; charset=UTF-8")}}
}}

var cloudBinary = &dialect{"CloudEvents binary", func(e *event.Event) ([]byte, []event.Header) {
	return e.Payload, present([]event.Header{
		{Key: "content-type", Value: []byte("application/json")}, {Key: "ce_specversion", Value: []byte("1.0")},
		{Key: "ce_id", Value: []byte(e.EventID)}, {Key: "ce_source", Value: []byte(e.Source)}, {Key: "ce_type", Value: []byte(e.EventType)},
		{Key: "ce_time", Value: []byte(e.Timestamp.Format(time.RFC3339Nano))}, {Key: "ce_dataschema", Value: []byte(e.SchemaRef)},
		{Key: "ce_correlationid", Value: []byte(e.CorrelationID)}, {Key: "ce_causationid", Value: []byte(e.CausationID)},
		{Key: "ce_tenantid", Value: []byte(e.TenantID)}, {Key: "ce_namespace", Value: []byte(e.Namespace)},
	})
}}
