package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// parameterFault says what is wrong with one parameter, and what would be
// accepted.
type parameterFault struct{ name, detail string }

func (f *parameterFault) Error() string { return f.name + " " + f.detail }

// parameters reads the query of a request, strictly: it keeps the first fault,
// and done finds what nobody asked for.
type parameters struct {
	who    auth.Principal
	values url.Values
	names  []string // that the endpoint has
	also   []string // other names of the same
	fault  error
}

func parametersOf(r *http.Request) *parameters {
	p := &parameters{who: principal(r)}
	var err error
	if p.values, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		p.fault = &statusError{http.StatusBadRequest, "the query of the URL cannot be read: " + err.Error()}
	}
	return p
}

func (p *parameters) blame(name, detail string) {
	if p.fault == nil {
		p.fault = &parameterFault{name, detail}
	}
}

// one gives a parameter that may be there once.
func (p *parameters) one(name string) (value string, given bool) {
	p.names = append(p.names, name)
	switch v := p.values[name]; len(v) {
	case 0:
		return "", false
	case 1:
		return v[0], true
	}
	p.blame(name, "is given more than once, and takes one value")
	return "", false
}

func (p *parameters) number(name string, otherwise, least, most int) int {
	v, given := p.one(name)
	if !given {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		p.blame(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
		return otherwise
	}
	return n
}

// choice takes one of the choices; the first if none is given.
func (p *parameters) choice(name string, choices ...string) string {
	v, given := p.one(name)
	if !given {
		return choices[0]
	}
	if !slices.Contains(choices, v) {
		p.blame(name, "must be one of "+strings.Join(choices, ", "))
		return choices[0]
	}
	return v
}

func (p *parameters) text(name string) string {
	v, given := p.one(name)
	if given && !isText(v) {
		p.blame(name, "must be "+textRule)
	}
	return v
}

var textRule = fmt.Sprintf("a text of 1 to %d bytes of UTF-8 without NUL", filter.MaxValueBytes)

// isText says whether v can be a text that is stored.
func isText(v string) bool {
	return v != "" && len(v) <= filter.MaxValueBytes && utf8.ValidString(v) && !strings.ContainsRune(v, 0)
}

// time gives a time of the years 1 to 9999 in whole microseconds, as all that
// is stored has; one between two is the later, so that a range selects the
// same. The zero time stands for none, and cannot be asked for.
func (p *parameters) time(name string) time.Time {
	v, given := p.one(name)
	if !given {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	t = t.UTC().Add(time.Microsecond - 1).Truncate(time.Microsecond)
	if err != nil || !t.After(time.Time{}) || t.Year() > 9999 {
		p.blame(name, "must be a time as in RFC 3339, like 2026-10-01T08:00:00Z; a + in it is written %2B")
		return time.Time{}
	}
	return t
}

// span reads a range of time.
func (p *parameters) span(startName, endName string) (start, end time.Time) {
	start, end = p.time(startName), p.time(endName)
	if !start.IsZero() && !end.IsZero() && start.After(end) {
		p.blame(startName, "is after "+endName+", and must not be")
	}
	return start, end
}

// closedSpan reads a range that ends now and begins countedSpan before its end,
// unless it says otherwise.
func (p *parameters) closedSpan(startName, endName string, now time.Time) (start, end time.Time) {
	start, end = p.span(startName, endName)
	if end.IsZero() {
		end = now.UTC().Truncate(time.Microsecond)
	}
	if start.IsZero() {
		start = end.Add(-countedSpan)
	}
	if start.After(end) {
		p.blame(startName, "is after "+endName+", which is now unless it is given, and must not be")
	}
	return start, end
}

// some takes some of the choices, as a comma list or repeated; all if none is
// given.
func (p *parameters) some(name string, choices ...string) []string {
	p.names = append(p.names, name)
	var taken []string
	for _, one := range strings.FieldsFunc(strings.Join(p.values[name], ","), func(r rune) bool { return r == ',' }) {
		if !slices.Contains(choices, one) {
			p.blame(name, "must be some of "+strings.Join(choices, ", "))
		} else if !slices.Contains(taken, one) {
			taken = append(taken, one)
		}
	}
	if taken == nil {
		return choices
	}
	return taken
}

// filter reads the given fields of a filter, which are some of filter.Names, and
// restricts it to what who asks may see.
func (p *parameters) filter(lists ...string) filter.Filter {
	p.names = append(p.names, lists...)
	f, taken, err := filter.FromQuery(p.values)
	for _, name := range taken {
		if slices.ContainsFunc(lists, func(list string) bool { return singular(list) == name }) {
			p.also = append(p.also, name)
		}
	}
	var bad *filter.Error
	switch {
	case err == nil:
	case errors.As(err, &bad) && bad.At != nil && slices.Contains(lists, bad.Field):
		if p.fault == nil {
			p.fault = bad
		}
	case errors.As(err, &bad) && slices.Contains(lists, bad.Field):
		name := bad.Field
		if !p.values.Has(name) {
			name = singular(name)
		}
		p.blame(name, bad.Detail)
	default:
		f = filter.Filter{} // done finds what is not a parameter here
	}
	f, err = restrict(p.who, f)
	if err != nil && p.fault == nil {
		p.fault = err
	}
	return f
}

// singular is how the original named a list, if it named it.
func singular(list string) string { return strings.TrimSuffix(list, "s") }

// done gives the first fault; a parameter that was not asked for is one.
func (p *parameters) done() error {
	if p.fault != nil {
		return p.fault
	}
	var unknown []string
	for name := range p.values {
		if !slices.Contains(p.names, name) && !slices.Contains(p.also, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(p.names)
	detail := "is not a parameter here; the parameters are " + strings.Join(p.names, ", ")
	if len(p.names) == 0 {
		detail = "is not a parameter here; there are none"
	}
	return &parameterFault{slices.Min(unknown), detail}
}
