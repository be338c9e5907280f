package event

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the event's one JSON encoding, which REST, WebSocket, SSE
// and export all send: one line, fields always in the same order, null where
// there is nothing. An event that is not stored has no position. Times are RFC
// 3339 in UTC with up to six digits of a second. Payload goes in as it is and
// has to be JSON.
func (e *Event) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	if e.Position != 0 {
		dst = append(dst, `"position":`...)
		dst = strconv.AppendInt(dst, int64(e.Position), 10)
		dst = append(dst, ',')
	}
	dst = appendText(append(dst, `"event_id":`...), e.EventID)
	dst = appendText(append(dst, `,"event_type":`...), e.EventType)
	dst = appendTime(append(dst, `,"timestamp":`...), e.Timestamp)
	dst = appendText(append(dst, `,"tenant_id":`...), e.TenantID)
	dst = appendOptional(append(dst, `,"namespace":`...), e.Namespace)
	dst = appendText(append(dst, `,"source":`...), e.Source)
	dst = appendOptional(append(dst, `,"correlation_id":`...), e.CorrelationID)
	dst = appendOptional(append(dst, `,"causation_id":`...), e.CausationID)
	dst = appendOptional(append(dst, `,"schema_ref":`...), e.SchemaRef)
	dst = appendOptional(append(dst, `,"outcome":`...), string(e.Outcome()))
	dst = append(dst, `,"payload":`...)
	if len(e.Payload) == 0 {
		dst = append(dst, `null`...)
	}
	dst = append(dst, e.Payload...)
	dst = appendText(append(dst, `,"topic":`...), e.Topic)
	dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(e.Partition), 10)
	dst = strconv.AppendInt(append(dst, `,"offset":"`...), e.Offset, 10)
	dst = appendOptionalTime(append(dst, `","processed_at":`...), e.ProcessedAt)
	dst = appendOptionalTime(append(dst, `,"stored_at":`...), e.StoredAt)
	return append(dst, '}')
}

// MarshalJSON is AppendJSON for package encoding/json, which checks it and,
// unless told not to, escapes <, > and &.
func (e *Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

func appendOptional(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, `null`...)
	}
	return appendText(dst, s)
}

func appendOptionalTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, `null`...)
	}
	return appendTime(dst, t)
}

func appendTime(dst []byte, t time.Time) []byte {
	dst = t.UTC().Truncate(time.Microsecond).AppendFormat(append(dst, '"'), time.RFC3339Nano)
	return append(dst, '"')
}

// appendText appends s in quotes, with the replacement character for what is
// not UTF-8.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	kept := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && !ends[c] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if c >= utf8.RuneSelf && (r != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		dst = appendEscaped(append(dst, s[kept:i]...), r)
		i += size
		kept = i
	}
	dst = append(dst, s[kept:]...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case utf8.RuneError:
		return utf8.AppendRune(dst, r)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
}
