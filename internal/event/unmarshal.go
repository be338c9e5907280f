package event

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// UnmarshalJSON reads what AppendJSON writes, for clients.
func (e *Event) UnmarshalJSON(b []byte) error {
	var w struct {
		Position      Position        `json:"position"`
		EventID       string          `json:"event_id"`
		EventType     string          `json:"event_type"`
		Timestamp     time.Time       `json:"timestamp"`
		TenantID      string          `json:"tenant_id"`
		Namespace     string          `json:"namespace"`
		Source        string          `json:"source"`
		CorrelationID string          `json:"correlation_id"`
		CausationID   string          `json:"causation_id"`
		SchemaRef     string          `json:"schema_ref"`
		Payload       json.RawMessage `json:"payload"`
		Topic         string          `json:"topic"`
		Partition     int32           `json:"partition"`
		Offset        string          `json:"offset"`
		ProcessedAt   time.Time       `json:"processed_at"`
		StoredAt      time.Time       `json:"stored_at"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	offset, err := strconv.ParseInt(w.Offset, 10, 64)
	if err != nil {
		return fmt.Errorf("read the offset of an event: %w", err)
	}
	*e = Event{
		Position: w.Position, EventID: w.EventID, EventType: w.EventType, Timestamp: w.Timestamp, TenantID: w.TenantID,
		Namespace: w.Namespace, Source: w.Source, CorrelationID: w.CorrelationID, CausationID: w.CausationID,
		SchemaRef: w.SchemaRef, Payload: w.Payload, Topic: w.Topic, Partition: w.Partition, Offset: offset,
		ProcessedAt: w.ProcessedAt, StoredAt: w.StoredAt,
	}
	return nil
}
