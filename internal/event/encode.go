package event

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the event's one JSON encoding. Absent fields are null; an
// event that is not stored yet has no position, and a null stored_at.
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	if e.Position != 0 {
		b = append(b, `"position":`...)
		b = strconv.AppendInt(b, int64(e.Position), 10)
		b = append(b, ',')
	}
	b = appendText(append(b, `"event_id":`...), e.EventID)
	b = appendText(append(b, `,"event_type":`...), e.EventType)
	b = appendTime(append(b, `,"timestamp":`...), e.Timestamp)
	b = appendText(append(b, `,"tenant_id":`...), e.TenantID)
	b = appendOptional(append(b, `,"namespace":`...), e.Namespace)
	b = appendText(append(b, `,"source":`...), e.Source)
	b = appendOptional(append(b, `,"correlation_id":`...), e.CorrelationID)
	b = appendOptional(append(b, `,"causation_id":`...), e.CausationID)
	b = appendOptional(append(b, `,"schema_ref":`...), e.SchemaRef)
	b = appendOptional(append(b, `,"outcome":`...), string(e.Outcome()))
	b = append(b, `,"payload":`...)
	if len(e.Payload) == 0 {
		b = append(b, "null"...)
	}
	b = append(b, e.Payload...)
	b = appendText(append(b, `,"topic":`...), e.Topic)
	b = append(b, `,"partition":`...)
	b = strconv.AppendInt(b, int64(e.Partition), 10)
	b = append(b, `,"offset":"`...)
	b = strconv.AppendInt(b, e.Offset, 10)
	b = appendTime(append(b, `","processed_at":`...), e.ProcessedAt)
	b = appendTime(append(b, `,"stored_at":`...), e.StoredAt)
	return append(b, '}')
}

// MarshalJSON gives the same bytes to encoding/json.
func (e *Event) MarshalJSON() ([]byte, error) {
	return e.AppendJSON(make([]byte, 0, len(e.Payload)+512)), nil
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z")
	return append(b, '"')
}

func appendOptional(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

const hexDigits = "0123456789abcdef"

// appendText appends s as a JSON string. What is no UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(append(b, s[from:i]...), `\ufffd`...)
				from = i + 1
			}
			i += n
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}
