package filter

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.einride.tech/aip/filtering"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// always is the check of a field that every event has.
type always struct{}

func (always) match(*event.Event) bool      { return true }
func (always) condition(*conditions) string { return "true" }

// textField is a text, compared by its bytes: the columns are COLLATE "C".
type textField struct {
	column   string
	optional bool // then "" is none
	of       func(*event.Event) string
}

func (f textField) bind(t *test) (check, *mismatch) {
	switch {
	case t.present() && !f.optional:
		return always{}, nil
	case t.present():
		return textPresent{f}, nil
	case t.value.kind != textValue:
		return nil, badValue("has the number %s, and %s is a text; write \"%s\"", t.value.text, t.field, t.value.text)
	case t.pattern():
		return textPattern{f, t.value.text}, nil
	}
	return textCompared{f, t.operator, t.value.text}, nil
}

type textPresent struct{ textField }

func (c textPresent) match(e *event.Event) bool    { return c.of(e) != "" }
func (c textPresent) condition(*conditions) string { return c.column + " IS NOT NULL" }

type textPattern struct {
	textField
	pattern string
}

func (c textPattern) match(e *event.Event) bool {
	s := c.of(e)
	return (s != "" || !c.optional) && Glob(c.pattern, s)
}

func (c textPattern) condition(to *conditions) string {
	return c.column + " LIKE " + to.arg(like(c.pattern))
}

type textCompared struct {
	textField
	operator, value string
}

func (c textCompared) match(e *event.Event) bool {
	s := c.of(e)
	return (s != "" || !c.optional) && holds(c.operator, strings.Compare(s, c.value))
}

func (c textCompared) condition(to *conditions) string {
	return c.column + " " + c.operator + " " + to.arg(c.value)
}

// isOne says that no text but value is selected, which is one.
func (c textCompared) isOne() bool { return c.operator == "=" && c.value != "" }

// numberField is a whole number.
type numberField struct {
	column string
	of     func(*event.Event) int64
}

func (f numberField) bind(t *test) (check, *mismatch) {
	switch {
	case t.present():
		return always{}, nil
	case t.value.kind != numberValue:
		return nil, badValue("has a text, and %s is a number; write it without quotes", t.field)
	}
	return numberCompared{f, t.operator, t.value.text, t.value.bytes()}, nil
}

type numberCompared struct {
	numberField
	operator, value string
	digits          []byte // value, for CompareNumbers
}

func (c numberCompared) match(e *event.Event) bool {
	var room [20]byte
	return holds(c.operator, event.CompareNumbers(strconv.AppendInt(room[:0], c.of(e), 10), c.digits))
}

func (c numberCompared) condition(to *conditions) string {
	return c.column + " " + c.operator + " " + to.arg(c.value) + "::numeric"
}

// timeField is a time, in whole microseconds as all that is stored.
type timeField struct {
	column string
	of     func(*event.Event) time.Time
}

func (f timeField) bind(t *test) (check, *mismatch) {
	if t.present() {
		return always{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, t.value.text)
	at = at.UTC()
	switch {
	case t.value.kind != textValue || err != nil || at.Year() < 1 || at.Year() > 9999:
		return nil, badValue(`has %.60s where a time should be, as in RFC 3339 and in quotes, like "2026-10-01T08:00:00Z"`, t.value.canonical())
	case !at.Equal(at.Truncate(time.Microsecond)):
		return nil, badValue("has a time with more than six digits of a second; the times of events have six")
	}
	t.value.text = at.Format(time.RFC3339Nano)
	return timeCompared{f, t.operator, at}, nil
}

type timeCompared struct {
	timeField
	operator string
	value    time.Time
}

func (c timeCompared) match(e *event.Event) bool { return holds(c.operator, c.of(e).Compare(c.value)) }

func (c timeCompared) condition(to *conditions) string {
	return c.column + " " + c.operator + " " + to.arg(c.value)
}

// outcomeField is what the type tells of how it ended.
type outcomeField struct{}

func (outcomeField) bind(t *test) (check, *mismatch) {
	switch {
	case t.present():
		return outcomeIn(event.Outcomes), nil
	case t.operator != filtering.FunctionEquals:
		return nil, &mismatch{"compares outcome by " + t.operator + "; it goes with =, != and : only", false}
	case t.value.kind != textValue || !slices.Contains(event.Outcomes, t.value.text):
		return nil, badValue("has %.60s, which is not an outcome; the outcomes are %s", t.value.canonical(), strings.Join(event.Outcomes, ", "))
	}
	return outcomeIn{t.value.text}, nil
}

// outcomeIn is the check for one of several outcomes.
type outcomeIn []string

func (c outcomeIn) match(e *event.Event) bool { return slices.Contains(c, string(e.Outcome())) }

func (c outcomeIn) condition(to *conditions) string {
	return to.oneOf(lastWord, "=", event.OutcomeWords(c))
}
