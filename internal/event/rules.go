package event

// field is one that a record's value or headers can say.
type field uint8

const (
	eventType field = iota
	eventID
	tenantID
	namespace
	source
	correlationID
	causationID
	schemaRef
	textFields
)

const (
	timestamp field = textFields + iota
	payload
	fields
)

// rule says where a field is looked for.
type rule struct {
	// cloud is the attribute of CloudEvents: a member in structured mode, a
	// header with ce_ before it in binary mode. It comes first in an event that
	// is one, and is nothing in any other.
	cloud string
	// body are members of the value, best first, and headers, which come after
	// them, those of the record.
	body, headers []string
	// strict, if it is not "", rejects the record if the first place that says
	// something does not say it by a text or a number.
	strict Reason
}

// rules has every name of every dialect. Beside it: a source that is an object
// is its service_name; a correlation id is also looked for inside the payload,
// before the headers; data is a payload only where it is an object, or in a
// CloudEvent; the value of a CloudEvent in binary mode is its payload.
var rules = [fields]rule{
	eventType:     {cloud: "type", body: []string{"event_type"}, headers: []string{"x-event-type", "event_type"}},
	eventID:       {cloud: "id", body: []string{"event_id", "envelope_id", "eventId", "entity_id"}, headers: []string{"message_id"}},
	tenantID:      {cloud: "tenantid", body: []string{"tenant_id", "tenantId"}, headers: []string{"x-tenant"}, strict: ReasonBadTenant},
	namespace:     {cloud: "namespace", body: []string{"namespace", "environment"}},
	source:        {cloud: "source", body: []string{"source", "service", "source_service", "source_node_id"}, headers: []string{"x-source"}},
	correlationID: {cloud: "correlationid", body: []string{"correlation_id", "correlationId"}, headers: []string{"x-correlation-id", "correlation_id"}},
	causationID:   {cloud: "causationid", body: []string{"causation_id", "causationId"}, headers: []string{"x-causation-id"}},
	schemaRef:     {cloud: "dataschema", body: []string{"schema_ref"}, headers: []string{"x-schema-hash"}},
	timestamp: {
		cloud:   "time",
		body:    []string{"timestamp", "envelope_timestamp", "event_timestamp", "emitted_at", "created_at", "createdAt"},
		headers: []string{"timestamp"}, strict: ReasonBadTimestamp,
	},
	payload: {cloud: "data", body: []string{"payload", "data"}},
}

// serviceName is the member of an object that is a source.
const serviceName = "service_name"

// What tells that an event is a CloudEvent.
const (
	cloudVersion     = "specversion"
	cloudPrefix      = "ce_"
	contentType      = "content-type"
	cloudContentType = "application/cloudevents+json"
)
