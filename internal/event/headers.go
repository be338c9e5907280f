package event

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// headers are the ones that a decoder reads, by their names in lower case; of
// a repeated one the last.
type headers map[string]string

// usedHeaders may say something of an event; others may hold any bytes.
var usedHeaders = map[string]bool{
	"content-type": true, "x-event-type": true, "event_type": true, "message_id": true, "timestamp": true, "x-tenant": true,
	"x-source": true, "x-correlation-id": true, "correlation_id": true, "x-causation-id": true, "x-schema-hash": true,
}

// readHeaders fails if a header that is used is no text that can be stored.
func readHeaders(all []Header) (headers, error) {
	var h headers
	for _, x := range all {
		key := strings.ToLower(x.Key)
		if !usedHeaders[key] && !strings.HasPrefix(key, "ce_") {
			continue
		}
		if !utf8.Valid(x.Value) {
			return nil, &Rejection{ReasonInvalidUTF8, fmt.Sprintf("the header %.60q is no UTF-8", x.Key)}
		}
		value := string(x.Value)
		if strings.ContainsRune(value, 0) {
			return nil, &Rejection{ReasonNUL, fmt.Sprintf("U+0000 in the header %.60q", x.Key)}
		}
		if h == nil {
			h = make(headers, len(all))
		}
		h[key] = value
	}
	return h, nil
}

func (h headers) first(names ...string) string {
	for _, name := range names {
		if v := h[name]; v != "" {
			return v
		}
	}
	return ""
}

func (h headers) structured() bool {
	return strings.HasPrefix(strings.ToLower(h["content-type"]), "application/cloudevents+json")
}

func (h headers) timestamp(name string) (time.Time, error) {
	v := h[name]
	if v == "" {
		return time.Time{}, nil
	}
	if t, ok := parseTimestamp(v); ok {
		return t, nil
	}
	return time.Time{}, &Rejection{ReasonBadTimestamp, fmt.Sprintf(
		"the header %s is %.60q, which is neither RFC 3339 nor a number of seconds, ms, µs or ns", name, v)}
}
