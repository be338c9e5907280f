package event

import (
	"encoding/json"
	"fmt"
	"time"
)

// UnmarshalJSON reads what AppendJSON writes, for clients: members that it does
// not know are left out, null is nothing, and so is a payload of null.
func (e *Event) UnmarshalJSON(data []byte) error {
	var in struct {
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
		Offset        int64           `json:"offset,string"`
		ProcessedAt   time.Time       `json:"processed_at"`
		StoredAt      time.Time       `json:"stored_at"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	if string(in.Payload) == "null" {
		in.Payload = nil
	}
	*e = Event(in)
	return nil
}
