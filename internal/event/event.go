// Package event defines the event that every other package speaks of, turns
// Kafka records of every known envelope dialect into it, and gives it its one
// JSON encoding.
//
// Guarantees: a record becomes exactly one Event, one Rejected or one skipped
// tombstone, never a guess; numbers of a payload are kept digit by digit; two
// calls with the same record give the same event.
package event

import (
	"encoding/json"
	"time"
)

// Position is an event's place in the one global order: dense, from 1, given
// at commit. Zero means "not stored", or, as a border, "before the first".
type Position int64

// Event is one fact taken from Kafka, normalised.
//
// An Event is immutable once it has been handed on: the store gives copies that
// have Position and StoredAt. An absent optional text is "".
type Event struct {
	Position Position // 0 until stored

	EventID       string
	EventType     string
	Timestamp     time.Time // UTC, cut to microseconds
	TenantID      string
	Namespace     string // optional
	Source        string
	CorrelationID string // optional
	CausationID   string // optional
	SchemaRef     string // optional
	Payload       json.RawMessage

	Topic     string
	Partition int32
	Offset    int64

	ProcessedAt time.Time // decoded; UTC, cut to microseconds
	StoredAt    time.Time // committed; zero until stored
}

// Partition names one partition of one Kafka topic.
type Partition struct {
	Topic string
	ID    int32
}

// Header is one header of a Kafka record.
type Header struct {
	Key   string
	Value []byte
}

// Record is one Kafka record as it was read. A nil Value is a tombstone, which
// is something else than an empty one.
type Record struct {
	Partition
	Offset int64
	// Incarnation counts how often the topic was deleted and made again, as
	// far as we noticed. It keeps generated event ids apart.
	Incarnation int32
	Time        time.Time
	Key, Value  []byte
	Headers     []Header
}
