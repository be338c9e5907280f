package store

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// eventArrays are the events of a batch as event_bus_append takes them: one
// array a column, no id of a tenant twice.
type eventArrays struct {
	unique []*event.Event

	hash                                          [][16]byte
	eventType, eventID, tenant, namespace, source []string
	correlation, causation, schemaRef, topic      []string
	payload                                       [][]byte
	timestamp, processed                          []time.Time
	partition                                     []int32
	offset                                        []int64
}

func newEventArrays(events []*event.Event) *eventArrays {
	c := &eventArrays{}
	c.grow(len(events))
	seen := make(map[[16]byte]bool, len(events))
	for _, e := range events {
		h := event.IDHash(e.TenantID, e.EventID)
		if !seen[h] {
			seen[h] = true
			c.add(e, h)
		}
	}
	return c
}

func (c *eventArrays) grow(n int) {
	c.unique = make([]*event.Event, 0, n)
	c.hash = make([][16]byte, 0, n)
	for _, texts := range []*[]string{&c.eventType, &c.eventID, &c.tenant, &c.namespace, &c.source, &c.correlation, &c.causation, &c.schemaRef, &c.topic} {
		*texts = make([]string, 0, n)
	}
	c.payload = make([][]byte, 0, n)
	c.timestamp, c.processed = make([]time.Time, 0, n), make([]time.Time, 0, n)
	c.partition, c.offset = make([]int32, 0, n), make([]int64, 0, n)
}

func (c *eventArrays) add(e *event.Event, hash [16]byte) {
	c.unique = append(c.unique, e)
	c.hash = append(c.hash, hash)
	c.eventType = append(c.eventType, e.EventType)
	c.eventID = append(c.eventID, e.EventID)
	c.timestamp = append(c.timestamp, e.Timestamp)
	c.tenant = append(c.tenant, e.TenantID)
	c.namespace = append(c.namespace, e.Namespace)
	c.source = append(c.source, e.Source)
	c.correlation = append(c.correlation, e.CorrelationID)
	c.causation = append(c.causation, e.CausationID)
	c.schemaRef = append(c.schemaRef, e.SchemaRef)
	c.payload = append(c.payload, e.Payload)
	c.topic = append(c.topic, e.Topic)
	c.partition = append(c.partition, e.Partition)
	c.offset = append(c.offset, e.Offset)
	c.processed = append(c.processed, e.ProcessedAt)
}

func (c *eventArrays) args() []any {
	return []any{c.hash, c.eventType, c.eventID, c.timestamp, c.tenant, c.namespace, c.source, c.correlation, c.causation,
		c.schemaRef, c.payload, c.topic, c.partition, c.offset, c.processed}
}
