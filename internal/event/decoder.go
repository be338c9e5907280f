package event

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrTombstone says that a record has no value at all: it marks the end of its
// key in a compacted topic. Ingest counts and skips it.
var ErrTombstone = errors.New("tombstone")

// TenantSource says whom to believe about an event's tenant.
type TenantSource string

const (
	TenantFromEvent TenantSource = "event" // the event, then the topic's prefix
	TenantFromTopic TenantSource = "topic" // the topic's prefix, where it has one: brokers guard it by ACLs
)

// Config says how records are decoded.
type Config struct {
	TenantSource TenantSource     // "" means TenantFromEvent
	MaxBytes     int              // of value and headers; 0 means 1 MiB
	Now          func() time.Time // for ProcessedAt; nil means time.Now
}

// environmentWords are what producers have been seen, or are likely, to write
// where the event type belongs: a record that says one of them, in any case, is
// given the type that its topic tells.
var environmentWords = []string{
	"dev", "development", "local", "test", "testing", "qa", "uat", "stage", "staging", "preprod", "prod", "production",
}

// What is stored must fit PostgreSQL: its indexes, its jsonb.
const (
	maxIndexed = 1024   // bytes of an indexed field; a btree entry may have 2,704
	maxDepth   = 512    // of nesting, the outermost object included
	maxNumbers = 131072 // characters of all numbers, written out

	defaultMaxBytes = 1 << 20

	defaultTenant = "default"
	unknownSource = "unknown"
)

// Decoder turns records into events. The zero Decoder is one of the zero
// Config. It is safe for concurrent use.
type Decoder struct{ config Config }

// NewDecoder makes a Decoder.
func NewDecoder(c Config) *Decoder { return &Decoder{c} }

func (d *Decoder) now() time.Time {
	if d.config.Now != nil {
		return d.config.Now()
	}
	return time.Now()
}

// Decode gives the event that r holds. The error is ErrTombstone if r has no
// value, else a *Rejection; there are no others.
//
// Fields are taken as the table of rules says. JSON's null and an empty text
// count as missing everywhere, and of a repeated member or header the last one
// counts. A number stands for its digits. A member of another kind, or a
// header that is not UTF-8 or has a NUL, is passed over, so that no event is
// lost for an oddity of one of its fields; but not in a tenant or a timestamp,
// where passing over would be guessing. The event may share memory with
// r.Value, which must not be changed any more.
func (d *Decoder) Decode(r Record) (*Event, error) {
	if r.Value == nil {
		return nil, ErrTombstone
	}
	e, err := d.decode(&r)
	if err != nil {
		return nil, err // not err itself: it would be a non-nil error holding nil
	}
	return e, nil
}

func (d *Decoder) decode(r *Record) (*Event, *Rejection) {
	if size, most := sizeOf(r), cmp.Or(d.config.MaxBytes, defaultMaxBytes); size > most {
		return nil, &Rejection{ReasonTooLarge, fmt.Sprintf("%d bytes, want at most %d", size, most)}
	}
	p := borrowParts()
	defer p.giveBack()
	if err := p.read(r); err != nil {
		return nil, err
	}
	t := parseTopic(r.Topic)
	texts, err := d.texts(p, t)
	if err != nil {
		return nil, err
	}
	at, err := p.timestamp(r.Time)
	if err != nil {
		return nil, err
	}
	e := newEvent(r, &texts)
	e.Timestamp, e.Payload, e.ProcessedAt = at, p.normalPayload(), d.now().UTC().Truncate(time.Microsecond)
	complete(e, r, t)
	return e, checkIndexed(e)
}

// texts finds the fields that are texts. Where the topic decides about the
// tenant, what the event says of it is not looked at.
func (d *Decoder) texts(p *parts, t topicName) (texts [textFields][]byte, err *Rejection) {
	for f := range textFields {
		var pass func([]byte) bool
		switch {
		case f == tenantID && d.config.TenantSource == TenantFromTopic && t.tenant != "":
			continue
		case f == eventType:
			pass = isEnvironment
		}
		if texts[f], err = p.find(f, pass); err != nil {
			return texts, err
		}
	}
	return texts, nil
}

func isEnvironment(eventType []byte) bool {
	return slices.ContainsFunc(environmentWords, func(w string) bool {
		return len(w) == len(eventType) && strings.EqualFold(w, string(eventType))
	})
}

// sizeOf counts what can become part of the event.
func sizeOf(r *Record) int {
	n := len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}

// newEvent gives all texts of an event one piece of memory.
func newEvent(r *Record, texts *[textFields][]byte) *Event {
	var b strings.Builder
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	b.Grow(n)
	for _, t := range texts {
		b.Write(t)
	}
	all := b.String()
	cut := func(f field) string {
		t := all[:len(texts[f])]
		all = all[len(texts[f]):]
		return t
	}
	return &Event{ // in the order of the fields
		EventType: cut(eventType), EventID: cut(eventID), TenantID: cut(tenantID), Namespace: cut(namespace), Source: cut(source),
		CorrelationID: cut(correlationID), CausationID: cut(causationID), SchemaRef: cut(schemaRef),
		Topic: r.Topic, Partition: r.ID, Offset: r.Offset,
	}
}

// complete fills in what the record itself does not say, from where it was.
func complete(e *Event, r *Record, t topicName) {
	e.TenantID = cmp.Or(e.TenantID, t.tenant, defaultTenant)
	e.EventType = cmp.Or(e.EventType, t.eventType)
	e.Source = cmp.Or(e.Source, unknownSource)
	if e.EventID == "" {
		e.EventID = generatedID(r)
	}
}

// generatedID names an event by its place in Kafka, which a topic that was made
// again gives a second time.
func generatedID(r *Record) string {
	id := fmt.Appendf(nil, "%s-%d-%d", r.Topic, r.ID, r.Offset)
	if r.Incarnation > 0 {
		id = strconv.AppendInt(append(id, '~'), int64(r.Incarnation), 10)
	}
	return string(id)
}

func checkIndexed(e *Event) *Rejection {
	for _, f := range [...]struct{ name, text string }{
		{"event_type", e.EventType}, {"event_id", e.EventID}, {"tenant_id", e.TenantID}, {"namespace", e.Namespace},
		{"source", e.Source}, {"correlation_id", e.CorrelationID}, {"topic", e.Topic},
	} {
		if len(f.text) > maxIndexed {
			return &Rejection{ReasonFieldTooLong, fmt.Sprintf("%s has %d bytes, want at most %d", f.name, len(f.text), maxIndexed)}
		}
	}
	return nil
}
