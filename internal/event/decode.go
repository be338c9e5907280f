package event

import (
	"fmt"
	"time"
	"unicode/utf8"
)

const (
	// DefaultMaxBytes is the largest value that becomes an event.
	DefaultMaxBytes = 1 << 20
	// MaxFieldBytes is the most that a field with an index may have: a btree
	// takes no entry over 2,704 bytes.
	MaxFieldBytes = 1024
)

// Decoder turns records into events. The zero Decoder is ready. It is safe for
// concurrent use.
type Decoder struct {
	// TenantFromTopic lets the topic's prefix win over what the event says:
	// only the prefix is protected by the broker's access control.
	TenantFromTopic bool
	MaxBytes        int              // of a value; 0 means DefaultMaxBytes
	Now             func() time.Time // for tests; nil means time.Now
}

// Decode makes an event of a record. The error is ErrTombstone or a
// *Rejection. The event does not share memory with the record.
func (d *Decoder) Decode(r Record) (*Event, error) {
	if err := d.checkValue(r.Value); err != nil {
		return nil, err
	}
	out, top, err := scanObject(r.Value)
	if err != nil {
		return nil, err
	}
	headers, err := readHeaders(r.Headers)
	if err != nil {
		return nil, err
	}
	b := body{out: out, members: top}
	e := &Event{Topic: r.Topic, Partition: r.Partition.ID, Offset: r.Offset, ProcessedAt: d.now()}
	name := ParseTopic(r.Topic)
	switch {
	case headers.structured():
		err = d.structured(e, b)
	case headers["ce_specversion"] != "" || headers["ce_type"] != "":
		err = d.binary(e, b, headers)
	default:
		err = d.envelope(e, b, headers)
	}
	if err != nil {
		return nil, err
	}
	d.complete(e, r, name)
	return e, checkFields(e)
}

func (d *Decoder) now() time.Time {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

func (d *Decoder) checkValue(v []byte) error {
	limit := d.MaxBytes
	if limit == 0 {
		limit = DefaultMaxBytes
	}
	switch {
	case v == nil:
		return ErrTombstone
	case len(v) == 0:
		return &Rejection{ReasonEmpty, "the value has no bytes"}
	case len(v) > limit:
		return &Rejection{ReasonTooLarge, fmt.Sprintf("the value has %d bytes, at most %d are allowed", len(v), limit)}
	case !utf8.Valid(v):
		return &Rejection{ReasonInvalidUTF8, fmt.Sprintf("the value is no UTF-8, at byte %d", firstInvalid(v))}
	}
	return nil
}

func firstInvalid(v []byte) int {
	for i := 0; i < len(v); {
		r, n := utf8.DecodeRune(v[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(v)
}

// envelope reads every dialect of the catalog: the names of a field in the
// order in which they are preferred.
func (d *Decoder) envelope(e *Event, b body, h headers) (err error) {
	e.EventType = b.text("event_type")
	if e.EventType == "" || environmentWords[e.EventType] {
		e.EventType = h.first("x-event-type", "event_type")
	}
	e.EventID = b.scalar("event_id", "envelope_id", "eventId", "entity_id")
	if e.EventID == "" {
		e.EventID = h.first("message_id")
	}
	e.TenantID = b.scalar("tenant_id", "tenantId")
	if e.TenantID == "" {
		e.TenantID = h.first("x-tenant")
	}
	e.Namespace = b.scalar("namespace", "environment")
	e.Source = b.source()
	if e.Source == "" {
		e.Source = h.first("x-source")
	}
	e.CausationID = b.scalar("causation_id", "causationId")
	if e.CausationID == "" {
		e.CausationID = h.first("x-causation-id")
	}
	if e.SchemaRef = b.text("schema_ref"); e.SchemaRef == "" {
		e.SchemaRef = h.first("x-schema-hash")
	}
	e.Payload = b.payload()
	e.CorrelationID = b.correlation(e.Payload)
	if e.CorrelationID == "" {
		e.CorrelationID = h.first("x-correlation-id", "correlation_id")
	}
	e.Timestamp, err = b.timestamp("timestamp", "envelope_timestamp", "event_timestamp", "emitted_at", "created_at", "createdAt")
	if err == nil && e.Timestamp.IsZero() {
		e.Timestamp, err = h.timestamp("timestamp")
	}
	return err
}

// complete fills in what the record alone tells.
func (d *Decoder) complete(e *Event, r Record, name TopicName) {
	if e.EventType == "" {
		e.EventType = name.Type
	}
	if tenant := name.Tenant(); tenant != "" && (d.TenantFromTopic || e.TenantID == "") {
		e.TenantID = tenant
	}
	if e.TenantID == "" {
		e.TenantID = "default"
	}
	if e.EventID == "" {
		e.EventID = fmt.Sprintf("%s-%d-%d", r.Topic, r.Partition.ID, r.Offset)
		if r.Incarnation > 0 {
			e.EventID += fmt.Sprintf("~%d", r.Incarnation)
		}
	}
	if e.Source == "" {
		e.Source = "unknown"
	}
	if e.Timestamp.IsZero() {
		e.Timestamp, _ = cut(r.Time)
	}
}

// environmentWords in the place of an event type are a producer's mistake.
var environmentWords = map[string]bool{
	"dev": true, "development": true, "test": true, "testing": true, "qa": true, "uat": true, "local": true,
	"stage": true, "staging": true, "prod": true, "production": true,
}

func checkFields(e *Event) error {
	for _, f := range [...]struct{ name, value string }{
		{"event_type", e.EventType}, {"event_id", e.EventID}, {"tenant_id", e.TenantID}, {"namespace", e.Namespace},
		{"source", e.Source}, {"correlation_id", e.CorrelationID}, {"topic", e.Topic},
	} {
		if len(f.value) > MaxFieldBytes {
			return &Rejection{ReasonFieldTooLong, fmt.Sprintf("%s has %d bytes, at most %d are allowed", f.name, len(f.value), MaxFieldBytes)}
		}
	}
	return nil
}
