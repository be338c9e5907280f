package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
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
	At     *Place // in the text of where; nil if it is no matter of a place
}

func (e *Error) Error() string {
	name := e.Field
	if name == "" {
		name = "filter"
	}
	if e.At != nil {
		name += ", " + e.At.String()
	}
	return name + ": " + e.Detail
}

// aliases are the original's singular names.
var aliases = map[string]string{
	"tenant_id": "tenant_ids", "namespace": "namespaces", "source": "sources", "correlation_id": "correlation_ids",
}

// ParseJSON reads a filter object, strictly: an unknown field, an empty value
// or one that is not a string is an error. No bytes at all, null, null in place
// of a field and a where of nothing but spaces do not restrict. The result is
// canonical. Errors are *Error.
func ParseJSON(raw []byte) (Filter, error) {
	if len(raw) == 0 {
		return Filter{}, nil
	}
	if !utf8.Valid(raw) {
		return Filter{}, &Error{Detail: "is not UTF-8"}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return Filter{}, &Error{Detail: "must be a JSON object of lists of strings, and where"}
	}
	var f Filter
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i := slices.Index(Names, name)
		if i < 0 {
			return Filter{}, &Error{Field: name, Detail: "is not a field of a filter; the fields are " + strings.Join(Names, ", ")}
		}
		if name == whereName {
			if err := f.readWhere(fields[name]); err != nil {
				return Filter{}, err
			}
			continue
		}
		list, ok := readList(fields[name])
		if !ok {
			return Filter{}, &Error{Field: name, Detail: "must be a list of strings"}
		}
		*f.Lists()[i] = list
	}
	return f.checked()
}

func (f *Filter) readWhere(raw json.RawMessage) error {
	if string(raw) == "null" {
		return nil
	}
	// As a list of one: a text is read no less strictly there.
	text, ok := readList(slices.Concat([]byte("["), raw, []byte("]")))
	if !ok || len(text) != 1 {
		return &Error{Field: whereName, Detail: "must be a string"}
	}
	var err error
	f.Where, err = ParseWhere(text[0])
	return err
}

// readList reads a list of strings. encoding/json would take null for "", and
// half of a surrogate pair for U+FFFD; neither is a string that was meant.
func readList(raw json.RawMessage) ([]string, bool) {
	var values []*string
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, false
	}
	meant := bytes.ContainsRune(raw, utf8.RuneError) || bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`))
	list := make([]string, 0, len(values))
	for _, v := range values {
		if v == nil || strings.ContainsRune(*v, utf8.RuneError) && !meant {
			return nil, false
		}
		list = append(list, *v)
	}
	return list, true
}

// FromQuery reads the filter's parameters of a URL, comma lists or repeated,
// where once and as it is, and says which names it took; what else is there is
// the caller's. A comma that belongs to a value is written \, and any other
// backslash stands for itself. An empty part is skipped: tenant_ids= does not
// restrict. The result is canonical. Errors are *Error.
func FromQuery(q url.Values) (Filter, []string, error) {
	var f Filter
	var taken []string
	for _, name := range slices.Sorted(maps.Keys(q)) {
		plural := name
		if p, ok := aliases[name]; ok {
			plural = p
		}
		i := slices.Index(Names, plural)
		if i < 0 {
			continue
		}
		taken = append(taken, name)
		if name == whereName {
			if len(q[name]) > 1 {
				return Filter{}, taken, &Error{Field: whereName, Detail: "is given more than once; write one AND the other"}
			}
			var err error
			if f.Where, err = ParseWhere(q.Get(name)); err != nil {
				return Filter{}, taken, err
			}
			continue
		}
		list := f.Lists()[i]
		for _, v := range q[name] {
			*list = append(*list, splitCommas(v)...)
		}
	}
	f, err := f.checked()
	return f, taken, err
}

func splitCommas(s string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == ',':
			if part.Len() > 0 {
				parts = append(parts, part.String())
			}
			part.Reset()
		case strings.HasPrefix(s[i:], `\,`):
			part.WriteByte(',')
			i++
		default:
			part.WriteByte(s[i])
		}
	}
	return parts
}

// checked refuses what no event could match and what is too much, and returns
// f in canonical form.
func (f Filter) checked() (Filter, error) {
	for i, l := range f.Lists() {
		if len(*l) > MaxValues {
			return Filter{}, &Error{Field: Names[i], Detail: fmt.Sprintf("has %d values, at most %d are allowed", len(*l), MaxValues)}
		}
		for _, v := range *l {
			if detail := wrongValue(v); detail != "" {
				return Filter{}, &Error{Field: Names[i], Detail: detail}
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

func wrongValue(v string) string {
	switch {
	case v == "":
		return "has an empty value"
	case len(v) > MaxValueBytes:
		return fmt.Sprintf("has a value of %d bytes, at most %d are allowed", len(v), MaxValueBytes)
	case !utf8.ValidString(v) || strings.ContainsRune(v, 0):
		return "has a value that is not text"
	}
	return ""
}
