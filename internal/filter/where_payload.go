package filter

import (
	"bytes"
	"strconv"
	"strings"

	"go.einride.tech/aip/filtering"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// payloadField is what lies at a path in the payload. A step is the name of an
// object's member, and the number of an array's element, from 0, if it is
// written as one.
type payloadField struct{ path []string }

func (f payloadField) bind(t *test) (check, *mismatch) {
	at := place{make([]step, len(f.path))}
	for i, name := range f.path {
		at.steps[i] = step{name, elementNumber(name)}
	}
	if len(f.path) == 0 && t.operator != filtering.FunctionHas {
		return nil, &mismatch{"compares the whole payload; name a field of it, like payload.name", false}
	}
	switch {
	case t.present():
		return payloadPresent{at}, nil
	case t.operator == filtering.FunctionHas:
		return payloadHas{at, t.value, t.value.bytes()}, nil
	case t.pattern():
		return payloadPattern{at, t.value.text, bytes.Split(t.value.bytes(), []byte("*"))}, nil
	case t.operator == filtering.FunctionEquals:
		return payloadEqual{at, t.value, t.value.bytes()}, nil
	case t.value.kind == textValue, t.value.kind == numberValue:
		return payloadOrdered{at, t.operator, t.value, t.value.bytes()}, nil
	}
	return nil, badValue("compares with %s by %s; %s goes with =, != and : only", t.value.text, t.operator, t.value.text)
}

// bytes are those that CompareNumbers takes.
func (v value) bytes() []byte { return []byte(v.text) }

// elementNumber is the number of the array's element that a step names; -1 if
// it names none. The bound is that of what fits into a payload, and below
// PostgreSQL's.
func elementNumber(name string) int {
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n > 1e9 || strconv.Itoa(n) != name {
		return -1
	}
	return n
}

type step struct {
	name    string
	element int // or -1
}

// place is where in a payload a value is.
type place struct{ steps []step }

// find gives the value; nil if there is none.
func (p place) find(e *event.Event) []byte {
	at := []byte(e.Payload)
	for _, s := range p.steps {
		if len(at) > 0 && at[0] == '[' {
			at = event.Element(at, s.element)
		} else {
			at = event.Member(at, s.name)
		}
	}
	return at
}

// sql is the value as jsonb. PostgreSQL's #> takes -1, +1 and 01 for elements
// of arrays, too; -> with a text does not.
func (p place) sql(c *conditions) string {
	expression := "payload"
	var steps []string
	extract := func() {
		if len(steps) > 0 {
			expression = "(" + expression + " #> " + c.arg(steps) + "::text[])"
			steps = nil
		}
	}
	for _, s := range p.steps {
		if s.element < 0 && strings.ContainsAny(s.name, "0123456789") {
			extract()
			expression = "(" + expression + " -> " + c.arg(s.name) + "::text)"
			continue
		}
		steps = append(steps, s.name)
	}
	extract()
	return expression
}

// payloadPresent is the check for something else than null.
type payloadPresent struct{ place }

func (c payloadPresent) match(e *event.Event) bool {
	found := c.find(e)
	return len(found) > 0 && found[0] != 'n'
}

func (c payloadPresent) condition(to *conditions) string { return c.sql(to) + " <> 'null'" }

// payloadEqual is the check for one value.
type payloadEqual struct {
	place
	value  value
	number []byte
}

func (c payloadEqual) match(e *event.Event) bool { return c.value.equals(c.find(e), c.number) }

func (c payloadEqual) condition(to *conditions) string {
	return c.sql(to) + " = " + to.arg(c.value.json()) + "::jsonb"
}

// equals says whether found, which may be nil, is the same value; number is
// what v says if it is a number.
func (v value) equals(found, number []byte) bool {
	if len(found) == 0 {
		return false
	}
	switch v.kind {
	case textValue:
		return found[0] == '"' && event.EqualText(found, v.text)
	case numberValue:
		return isNumber(found) && event.CompareNumbers(found, number) == 0
	}
	return string(found) == v.text
}

func isNumber(found []byte) bool { return found[0] == '-' || found[0]-'0' <= 9 }

// payloadHas is the check for a value, one in an array, or a name in an object.
type payloadHas struct {
	place
	value  value
	number []byte
}

func (c payloadHas) match(e *event.Event) bool {
	found := c.find(e)
	if c.value.kind == textValue && event.Member(found, c.value.text) != nil {
		return true
	}
	for element := range event.Elements(found) {
		if c.value.equals(element, c.number) {
			return true
		}
	}
	return c.value.equals(found, c.number)
}

func (c payloadHas) condition(to *conditions) string {
	if c.value.kind == textValue {
		return c.sql(to) + " ? " + to.arg(c.value.text)
	}
	return c.sql(to) + " @> " + to.arg(c.value.json()) + "::jsonb"
}

// payloadPattern is the check for a text in which * is any run of characters.
type payloadPattern struct {
	place
	pattern string
	parts   [][]byte // between its stars
}

func (c payloadPattern) match(e *event.Event) bool {
	found := c.find(e)
	if len(found) == 0 || found[0] != '"' {
		return false
	}
	var room [256]byte
	return globBytes(c.parts, event.Text(room[:0], found))
}

// globBytes is Glob for a pattern in parts, of which there are two at least.
func globBytes(parts [][]byte, s []byte) bool {
	s, ok := bytes.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := bytes.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return bytes.HasSuffix(s, parts[last])
}

func (c payloadPattern) condition(to *conditions) string {
	return ofKind(c.sql(to), "string", func(x string) string { return x + " LIKE " + to.arg(like(c.pattern)) })
}

// payloadOrdered is the check for a smaller or larger text or number.
type payloadOrdered struct {
	place
	operator string
	value    value
	number   []byte
}

func (c payloadOrdered) match(e *event.Event) bool {
	found := c.find(e)
	switch {
	case len(found) == 0:
		return false
	case c.value.kind == numberValue:
		return isNumber(found) && holds(c.operator, event.CompareNumbers(found, c.number))
	case found[0] != '"':
		return false
	}
	var room [256]byte
	return holds(c.operator, bytes.Compare(event.Text(room[:0], found), c.number))
}

func (c payloadOrdered) condition(to *conditions) string {
	if c.value.kind == textValue {
		return ofKind(c.sql(to), "string", func(x string) string { return x + " " + c.operator + " " + to.arg(c.value.text) })
	}
	return ofKind(c.sql(to), "number", func(x string) string { return x + "::numeric " + c.operator + " " + to.arg(c.value.text) + "::numeric" })
}

// ofKind is a condition on what x says as a text, where x is of a kind. CASE
// keeps PostgreSQL from casting anything else.
func ofKind(x, kind string, condition func(text string) string) string {
	return "CASE WHEN jsonb_typeof(" + x + ") = '" + kind + "' THEN " + condition(`((`+x+` #>> '{}') COLLATE "C")`) + " ELSE false END"
}
