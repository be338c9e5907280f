package event

import (
	"encoding/json"
	"fmt"
	"time"
)

// body is the scanned object of a record's value.
type body struct {
	out     []byte
	members []member
}

// raw gives a member's value; nil if it is not there, or null.
func (b body) raw(name string) []byte {
	for i := range b.members {
		if m := &b.members[i]; string(m.key) == name {
			if v := b.out[m.value:m.end]; string(v) != "null" {
				return v
			}
			return nil
		}
	}
	return nil
}

// text gives the first of the names that is a string with something in it.
// What has another type counts as missing: it cannot be what was meant.
func (b body) text(names ...string) string {
	for _, name := range names {
		if v := b.raw(name); len(v) > 2 && v[0] == '"' {
			return textOf(v)
		}
	}
	return ""
}

// scalar is as text, but a number is taken as it stands.
func (b body) scalar(names ...string) string {
	for _, name := range names {
		v := b.raw(name)
		if len(v) > 2 && v[0] == '"' {
			return textOf(v)
		}
		if len(v) > 0 && isNumber(v[0]) {
			return string(v)
		}
	}
	return ""
}

func isNumber(first byte) bool { return first == '-' || first >= '0' && first <= '9' }

func textOf(raw []byte) string {
	for _, c := range raw {
		if c == '\\' {
			return unquote(raw)
		}
	}
	return string(raw[1 : len(raw)-1])
}

// inner scans a member that is an object; it has been scanned before, so it
// cannot fail.
func inner(raw []byte) body {
	if len(raw) == 0 || raw[0] != '{' {
		return body{}
	}
	out, top, err := scanObject(raw)
	if err != nil {
		return body{}
	}
	return body{out, top}
}

// source may be a text, or an object that names its service.
func (b body) source() string {
	if v := b.raw("source"); len(v) > 0 && v[0] == '{' {
		if name := inner(v).scalar("service_name"); name != "" {
			return name
		}
	}
	return b.scalar("source", "service", "source_service", "source_node_id")
}

// payload is payload, else data where it is an object, else all there is.
func (b body) payload() json.RawMessage {
	if v := b.raw("payload"); v != nil {
		return v
	}
	if v := b.raw("data"); len(v) > 0 && v[0] == '{' {
		return v
	}
	return b.out
}

// correlation may be inside the payload, too.
func (b body) correlation(payload json.RawMessage) string {
	if id := b.scalar("correlation_id", "correlationId"); id != "" {
		return id
	}
	return inner(payload).scalar("correlation_id", "correlationId")
}

// timestamp reads the first of the names that is there; zero if none is.
func (b body) timestamp(names ...string) (time.Time, error) {
	for _, name := range names {
		v := b.raw(name)
		if v == nil {
			continue
		}
		text := string(v)
		if v[0] == '"' {
			text = textOf(v)
		}
		if t, ok := parseTimestamp(text); ok && v[0] != '{' && v[0] != '[' {
			return t, nil
		}
		return time.Time{}, &Rejection{ReasonBadTimestamp, fmt.Sprintf(
			"%s is %.60s, which is neither RFC 3339 nor a number of seconds, ms, µs or ns", name, v)}
	}
	return time.Time{}, nil
}
