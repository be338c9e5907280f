// Package filter is what a client asks for: lists of values, OR inside a list,
// AND between lists, and an expression over the envelope and the payload.
//
// Guarantees: equal filters have equal keys, whatever order or repetition they
// were written in; Match in memory and Condition in SQL select the same events;
// both are bounded in what they cost, and neither fails, whatever an event has.
package filter

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Filter restricts events. An empty list does not restrict. The zero Filter
// matches everything. Filters are values: nothing changes one after Canonical.
type Filter struct {
	EventTypes     []string `json:"event_types,omitempty"` // exact, or with * for any run of characters
	TenantIDs      []string `json:"tenant_ids,omitempty"`
	Namespaces     []string `json:"namespaces,omitempty"`
	Sources        []string `json:"sources,omitempty"`
	CorrelationIDs []string `json:"correlation_ids,omitempty"`
	Topics         []string `json:"topics,omitempty"` // exact, or with *
	Outcomes       []string `json:"outcomes,omitempty"`
	Where          *Where   `json:"where,omitempty"` // nil does not restrict
}

// whereName is the JSON and URL name of the expression.
const whereName = "where"

// Names are the JSON and URL names of the fields, in their order: the lists,
// then the expression.
var Names = []string{"event_types", "tenant_ids", "namespaces", "sources", "correlation_ids", "topics", "outcomes", whereName}

// Lists gives the address of each list, in the order of Names.
func (f *Filter) Lists() []*[]string {
	return []*[]string{&f.EventTypes, &f.TenantIDs, &f.Namespaces, &f.Sources, &f.CorrelationIDs, &f.Topics, &f.Outcomes}
}

// Canonical returns f sorted, without repetition and with every run of *
// written as one, so that equal filters are equal; a list that has a lone *
// does not restrict and is left out. f is left alone.
func (f Filter) Canonical() Filter {
	f.EventTypes, f.Topics = canonicalPatterns(f.EventTypes), canonicalPatterns(f.Topics)
	for _, l := range f.Lists() {
		if len(*l) == 0 {
			*l = nil
			continue
		}
		c := slices.Clone(*l)
		slices.Sort(c)
		*l = slices.Compact(c)
	}
	return f
}

func canonicalPatterns(list []string) []string {
	c := make([]string, len(list))
	for i, p := range list {
		if c[i] = oneStar(p); c[i] == "*" {
			return nil
		}
	}
	return c
}

// oneStar writes every run of * as one.
func oneStar(p string) string {
	for strings.Contains(p, "**") {
		p = strings.ReplaceAll(p, "**", "*")
	}
	return p
}

// Key names a canonical filter: equal filters have equal keys.
func (f Filter) Key() string {
	b, _ := json.Marshal(f) // strings in slices: cannot fail
	return string(b)
}

// Empty says whether f matches everything.
func (f Filter) Empty() bool {
	for _, l := range f.Lists() {
		if len(*l) > 0 {
			return false
		}
	}
	return f.Where == nil
}

// Match says whether f selects e.
func (f *Filter) Match(e *event.Event) bool {
	return matchPattern(f.EventTypes, e.EventType) &&
		matchExact(f.TenantIDs, e.TenantID) &&
		matchOptional(f.Namespaces, e.Namespace) &&
		matchExact(f.Sources, e.Source) &&
		matchOptional(f.CorrelationIDs, e.CorrelationID) &&
		matchPattern(f.Topics, e.Topic) &&
		(len(f.Outcomes) == 0 || slices.Contains(f.Outcomes, string(e.Outcome()))) &&
		f.Where.Match(e)
}

func matchExact(list []string, s string) bool {
	return len(list) == 0 || slices.Contains(list, s)
}

// matchOptional knows that an absent text is "", which no value equals, as
// nothing equals NULL in SQL.
func matchOptional(list []string, s string) bool {
	return len(list) == 0 || s != "" && slices.Contains(list, s)
}

func matchPattern(list []string, s string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(p string) bool { return Glob(p, s) })
}

// Glob matches s against p, in which * stands for any run of characters,
// dots and nothing included. Every other character stands for itself.
func Glob(p, s string) bool {
	head, rest, star := strings.Cut(p, "*")
	if !star {
		return p == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	for {
		part, next, more := strings.Cut(rest, "*")
		if !more {
			return len(s) >= len(part) && strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(part):], next
	}
}
