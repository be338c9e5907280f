package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// The bounds of one filter.
const (
	MaxValues     = 100  // in one list
	MaxValueBytes = 1024 // of one value, as an indexed field is bounded
)

// Error says what is wrong with a filter, and in which of its fields.
type Error struct {
	Field  string // one of Names, or "" for the filter as a whole
	Detail string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return "filter: " + e.Detail
	}
	return e.Field + ": " + e.Detail
}

// aliases are the original's singular names.
var aliases = map[string]string{
	"tenant_id": "tenant_ids", "namespace": "namespaces", "source": "sources", "correlation_id": "correlation_ids",
}

// ParseJSON reads a filter object, strictly: an unknown field is an error. The
// result is canonical. Errors are *Error.
func ParseJSON(raw []byte) (Filter, error) {
	var f Filter
	if len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return f, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return f, &Error{Detail: "must be a JSON object of lists of strings"}
	}
	for name, raw := range fields {
		i := slices.Index(Names, name)
		if i < 0 {
			return Filter{}, &Error{Field: name, Detail: "is not a field of a filter; the fields are " + strings.Join(Names, ", ")}
		}
		if err := json.Unmarshal(raw, f.Lists()[i]); err != nil {
			return Filter{}, &Error{Field: name, Detail: "must be a list of strings"}
		}
	}
	return f.checked()
}

// FromQuery reads the filter's parameters of a URL, comma lists or repeated,
// and says which names it took; what else is there is the caller's. The
// result is canonical. Errors are *Error.
func FromQuery(q url.Values) (Filter, []string, error) {
	var f Filter
	var taken []string
	for name, values := range q {
		plural := name
		if p, ok := aliases[name]; ok {
			plural = p
		}
		i := slices.Index(Names, plural)
		if i < 0 {
			continue
		}
		taken = append(taken, name)
		list := f.Lists()[i]
		for _, v := range values {
			for _, part := range strings.Split(v, ",") {
				if part != "" {
					*list = append(*list, part)
				}
			}
		}
	}
	f, err := f.checked()
	return f, taken, err
}

func (f Filter) checked() (Filter, error) {
	for i, l := range f.Lists() {
		if len(*l) > MaxValues {
			return Filter{}, &Error{Field: Names[i], Detail: fmt.Sprintf("has %d values, at most %d are allowed", len(*l), MaxValues)}
		}
		for _, v := range *l {
			if len(v) > MaxValueBytes {
				return Filter{}, &Error{Field: Names[i], Detail: fmt.Sprintf("has a value of %d bytes, at most %d are allowed", len(v), MaxValueBytes)}
			}
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return Filter{}, &Error{Field: Names[i], Detail: "has a value that is not text"}
			}
		}
	}
	for _, o := range f.Outcomes {
		if !slices.Contains(event.Outcomes, o) {
			return Filter{}, &Error{Field: "outcomes", Detail: fmt.Sprintf("%q is not an outcome; the outcomes are %s", o, strings.Join(event.Outcomes, ", "))}
		}
	}
	return f.Canonical(), nil
}
