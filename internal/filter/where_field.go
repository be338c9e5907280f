package filter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.einride.tech/aip/filtering"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// test is one comparison of a field with a value.
type test struct {
	field    string // and its path, in canonical form
	operator string // = < <= > >= :
	value    value
	not      bool
	check    check
}

// check is what a test looks at, without its not.
type check interface {
	match(e *event.Event) bool
	condition(c *conditions) string
}

// mismatch says why a field cannot be compared like that, and whether the value
// is to blame.
type mismatch struct {
	detail  string
	ofValue bool
}

func badValue(format string, args ...any) *mismatch {
	return &mismatch{fmt.Sprintf(format, args...), true}
}

// field makes the check of a test. It may write operator, value and not in
// another way that says the same.
type field interface {
	bind(t *test) (check, *mismatch)
}

// fields are what an expression can name. What is known only once an event is
// stored is not among them: a preview is matched before.
var fields = map[string]field{
	"event_id":       textField{"event_id", false, func(e *event.Event) string { return e.EventID }},
	"event_type":     textField{"event_type", false, func(e *event.Event) string { return e.EventType }},
	"tenant_id":      textField{"tenant_id", false, func(e *event.Event) string { return e.TenantID }},
	"namespace":      textField{"namespace", true, func(e *event.Event) string { return e.Namespace }},
	"source":         textField{"source", false, func(e *event.Event) string { return e.Source }},
	"correlation_id": textField{"correlation_id", true, func(e *event.Event) string { return e.CorrelationID }},
	"causation_id":   textField{"causation_id", true, func(e *event.Event) string { return e.CausationID }},
	"schema_ref":     textField{"schema_ref", true, func(e *event.Event) string { return e.SchemaRef }},
	"topic":          textField{"topic", false, func(e *event.Event) string { return e.Topic }},
	"partition":      numberField{"partition", func(e *event.Event) int64 { return int64(e.Partition) }},
	"offset":         numberField{`"offset"`, func(e *event.Event) int64 { return e.Offset }},
	"timestamp":      timeField{"timestamp", func(e *event.Event) time.Time { return e.Timestamp }},
	"processed_at":   timeField{"processed_at", func(e *event.Event) time.Time { return e.ProcessedAt }},
	"outcome":        outcomeField{},
}

const payloadName = "payload"

func unknownField(path []string) string {
	names := strings.Join(append(slices.Sorted(maps.Keys(fields)), payloadName), ", ")
	switch path[0] {
	case "position", "stored_at", "created_at", "id":
		return path[0] + " is known only once an event is stored, and no field here; the fields are " + names
	}
	return fmt.Sprintf("%.100s is no field; what the payload holds is written payload.%.100s; the fields are %s", path[0], fieldText(path), names)
}

// newTest makes the test of a field, the first of path, or of what lies at path
// in the payload.
func newTest(path []string, operator string, v value) (*test, *mismatch) {
	t := &test{field: fieldText(path), operator: operator, value: v}
	f, known := fields[path[0]]
	switch {
	case path[0] == payloadName:
		f = payloadField{path[1:]}
	case !known:
		return nil, &mismatch{unknownField(path), false}
	case len(path) > 1:
		return nil, &mismatch{path[0] + " has no fields; only payload has", false}
	default:
		if wrong := t.plain(path[0]); wrong != nil {
			return nil, wrong
		}
	}
	if operator == filtering.FunctionHas && v.kind == textValue && strings.Contains(v.text, "*") {
		return nil, badValue("has a * in a text behind a colon; it stands for any characters behind = and != only")
	}
	var wrong *mismatch
	t.check, wrong = f.bind(t)
	return t, wrong
}

// plain writes a test of a field of the envelope with as few operators as say
// the same: null is what is not there, and a colon of one value is equality.
func (t *test) plain(name string) *mismatch {
	switch {
	case t.value.kind == nullValue && t.equality():
		t.operator, t.not = filtering.FunctionHas, true
		t.value = value{kind: anyValue, text: "*"}
	case t.value.kind == nullValue:
		return badValue("compares with null by %s; null goes with = and != only", t.operator)
	case t.value.kind == wordValue:
		return badValue("has %s, and %s is never true or false; if the text is meant, write it in quotes", t.value.text, name)
	case t.value.kind == textValue && t.equality() && t.operator == filtering.FunctionHas && !strings.Contains(t.value.text, "*"),
		t.value.kind == numberValue && t.operator == filtering.FunctionHas:
		t.operator = filtering.FunctionEquals
	}
	return nil
}

// equality says whether the operator asks for equal values, of whatever kind.
func (t *test) equality() bool {
	return t.operator == filtering.FunctionEquals || t.operator == filtering.FunctionHas
}

// present says whether the test asks if there is anything at all.
func (t *test) present() bool { return t.value.kind == anyValue }

// pattern says whether stars in the value stand for any characters, and writes
// each run of them as one.
func (t *test) pattern() bool {
	if t.operator != filtering.FunctionEquals || t.value.kind != textValue || !strings.Contains(t.value.text, "*") {
		return false
	}
	t.value.text = oneStar(t.value.text)
	return true
}

func (t *test) match(e *event.Event) bool { return t.check.match(e) != t.not }

func (t *test) condition(c *conditions) string {
	if t.not {
		return "(" + t.check.condition(c) + ") IS NOT TRUE"
	}
	return t.check.condition(c)
}

func (t *test) canonical() string {
	switch {
	case t.operator == filtering.FunctionEquals && t.not:
		return t.field + " != " + t.value.canonical()
	case t.not:
		return "NOT " + t.comparison()
	}
	return t.comparison()
}

func (t *test) comparison() string {
	if t.operator == filtering.FunctionHas {
		return t.field + ":" + t.value.canonical()
	}
	return t.field + " " + t.operator + " " + t.value.canonical()
}

// fieldText writes a path as the parser reads it.
func fieldText(path []string) string {
	steps := make([]string, len(path))
	for i, s := range path {
		steps[i] = s
		if !isPlainName(s, i > 0) {
			steps[i] = quote(s)
		}
	}
	return strings.Join(steps, ".")
}

// isPlainName says whether a name needs no quotes. A number may be the name of
// a step.
func isPlainName(s string, step bool) bool {
	switch s {
	case "", "AND", "OR", "NOT":
		return false
	}
	digits := 0
	for _, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'):
			return false
		}
	}
	if digits == len(s) {
		return step
	}
	return s[0] > '9'
}

// holds says whether a comparison of the given operator holds for two values
// that compare as c.
func holds(operator string, c int) bool {
	switch operator {
	case filtering.FunctionLessThan:
		return c < 0
	case filtering.FunctionLessEquals:
		return c <= 0
	case filtering.FunctionGreaterThan:
		return c > 0
	case filtering.FunctionGreaterEquals:
		return c >= 0
	}
	return c == 0
}
