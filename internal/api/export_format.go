package api

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// exportFormat is a way to write many events.
type exportFormat struct {
	mediaType string
	file      string
	begin     func(dst []byte) []byte
	event     func(dst []byte, e *event.Event, i int) []byte
	end       func(dst []byte, count int) []byte
}

// exportFormats, the first of which is for who takes anything.
var exportFormats = []*exportFormat{
	{
		mediaType: "application/x-ndjson", file: "events.ndjson",
		begin: func(dst []byte) []byte { return dst },
		event: func(dst []byte, e *event.Event, _ int) []byte { return append(e.AppendJSON(dst), '\n') },
		end:   func(dst []byte, count int) []byte { return fmt.Appendf(dst, `{"_end":true,"count":%d}`+"\n", count) },
	},
	{
		mediaType: "text/csv", file: "events.csv",
		begin: func(dst []byte) []byte { return appendRow(dst, csvColumns) },
		event: func(dst []byte, e *event.Event, _ int) []byte { return appendRow(dst, csvRow(e)) },
		end:   func(dst []byte, _ int) []byte { return dst },
	},
	{
		mediaType: "application/cloudevents-batch+json", file: "events.json",
		begin: func(dst []byte) []byte { return append(dst, '[') },
		event: appendCloudEvent,
		end:   func(dst []byte, _ int) []byte { return append(dst, "]\n"...) },
	},
}

func formatTypes() []string {
	types := make([]string, len(exportFormats))
	for i, f := range exportFormats {
		types[i] = f.mediaType
	}
	return types
}

// formatFor gives the format that a request likes best; nil if none.
func formatFor(r *http.Request) *exportFormat {
	mediaType := preferred(r, formatTypes()...)
	for _, f := range exportFormats {
		if f.mediaType == mediaType {
			return f
		}
	}
	return nil
}

func (f *exportFormat) announce(h http.Header) {
	h.Set("Content-Type", f.mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+f.file+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Trailer", countTrailer)
	h.Add("Vary", "Accept")
}

var csvColumns = []string{
	"position", "event_id", "event_type", "timestamp", "tenant_id", "namespace", "source", "correlation_id", "causation_id",
	"schema_ref", "outcome", "payload", "topic", "partition", "offset", "processed_at", "stored_at",
}

func csvRow(e *event.Event) []string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	return []string{
		strconv.FormatInt(int64(e.Position), 10), e.EventID, e.EventType, at(e.Timestamp), e.TenantID, e.Namespace, e.Source, e.CorrelationID, e.CausationID,
		e.SchemaRef, string(e.Outcome()), string(e.Payload), e.Topic, strconv.Itoa(int(e.Partition)), strconv.FormatInt(e.Offset, 10),
		at(e.ProcessedAt), at(e.StoredAt),
	}
}

func appendRow(dst []byte, row []string) []byte {
	cells := make([]string, len(row))
	for i, cell := range row {
		cells[i] = harmless(cell)
	}
	b := bytes.NewBuffer(dst)
	w := csv.NewWriter(b)
	_ = w.Write(cells) // memory takes everything
	w.Flush()
	return b.Bytes()
}

// harmless keeps a spreadsheet from taking a cell for a formula, as OWASP
// recommends: https://owasp.org/www-community/attacks/CSV_Injection
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// cloudEvent is an event as CloudEvents 1.0 has it, with the attributes by which our own
// decoder knows it again; what it has beyond them are extensions.
type cloudEvent struct {
	SpecVersion   string          `json:"specversion"`
	ID            string          `json:"id"`
	Source        string          `json:"source"`
	Type          string          `json:"type"`
	Time          time.Time       `json:"time"`
	ContentType   string          `json:"datacontenttype"`
	Schema        string          `json:"dataschema,omitempty"`
	TenantID      string          `json:"tenantid"`
	Namespace     string          `json:"namespace,omitempty"`
	CorrelationID string          `json:"correlationid,omitempty"`
	CausationID   string          `json:"causationid,omitempty"`
	Outcome       event.Outcome   `json:"outcome,omitempty"`
	Position      string          `json:"position"` // an Integer of CloudEvents has 32 bits
	Topic         string          `json:"topic"`
	Partition     int32           `json:"partition"`
	Offset        string          `json:"offset"`
	ProcessedAt   time.Time       `json:"processedat"`
	StoredAt      time.Time       `json:"storedat"`
	Data          json.RawMessage `json:"data"`
}

func appendCloudEvent(dst []byte, e *event.Event, i int) []byte {
	if i > 0 {
		dst = append(dst, ",\n"...)
	}
	b := bytes.NewBuffer(dst)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(cloudEvent{ // texts, numbers, times of four-digit years and a stored payload: cannot fail
		SpecVersion: "1.0", ID: e.EventID, Source: uriReference(e.Source), Type: e.EventType, Time: e.Timestamp.UTC(),
		ContentType: "application/json", Schema: uri(e.SchemaRef), TenantID: e.TenantID, Namespace: e.Namespace,
		CorrelationID: e.CorrelationID, CausationID: e.CausationID, Outcome: e.Outcome(), Position: strconv.FormatInt(int64(e.Position), 10),
		Topic: e.Topic, Partition: e.Partition, Offset: strconv.FormatInt(e.Offset, 10),
		ProcessedAt: e.ProcessedAt.UTC(), StoredAt: e.StoredAt.UTC(), Data: e.Payload,
	})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// uriReference gives s as the reference that a source must be: itself if it is
// one, else escaped.
func uriReference(s string) string {
	if u, err := url.Parse(s); err == nil && u.String() == s && s != "" {
		return s
	}
	return url.PathEscape(s)
}

// uri gives s if it is an absolute URI, as a dataschema must be.
func uri(s string) string {
	if u, err := url.Parse(s); err == nil && u.IsAbs() && u.String() == s {
		return s
	}
	return ""
}
