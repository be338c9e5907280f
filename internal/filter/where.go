package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// The bounds of one expression, which bound what it costs to try it.
const (
	MaxWhereBytes = 4096 // as written, and in canonical form
	MaxTerms      = 50   // comparisons
	MaxDepth      = 16   // of parentheses in parentheses
	MaxSteps      = 32   // of a path in the payload
)

// Where is an expression over the fields of an event and of its payload, in the
// syntax of AIP-160 (https://google.aip.dev/160); docs/filter.md says what each
// part of it means here. It is in canonical form: expressions that differ in
// order, spaces, parentheses, repetition or how a value is written have the
// same text. The text is an expression that reads as itself. A Where is
// immutable, compiled, and safe for concurrent use.
type Where struct {
	text string
	root node
}

// node is a part of an expression. What it says of an event is yes or no, never
// SQL's unknown, except that Condition may be NULL for no: there is no NOT
// above a node.
type node interface {
	match(e *event.Event) bool
	condition(c *conditions) string
	canonical() string
}

// ParseWhere reads an expression. Nothing but spaces does not restrict: nil.
// Errors are *Error, with the line and column of the fault.
func ParseWhere(text string) (*Where, error) {
	if len(text) > MaxWhereBytes {
		return nil, &Error{Field: whereName, Detail: fmt.Sprintf("has %d bytes, at most %d are allowed", len(text), MaxWhereBytes)}
	}
	if !utf8.ValidString(text) {
		return nil, &Error{Field: whereName, Detail: "is not UTF-8"}
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	root, err := readExpression(text)
	if err != nil {
		return nil, err
	}
	w := &Where{root.canonical(), root}
	switch {
	case len(w.text) > MaxWhereBytes:
		return nil, &Error{Field: whereName, Detail: fmt.Sprintf("has %d bytes in canonical form, at most %d are allowed", len(w.text), MaxWhereBytes)}
	case depthOf(root) > MaxDepth:
		return nil, &Error{Field: whereName, Detail: fmt.Sprintf("is deeper than %d parentheses", MaxDepth)}
	}
	return w, nil
}

// String is the canonical form; "" of nil.
func (w *Where) String() string {
	if w == nil {
		return ""
	}
	return w.text
}

// Equal says whether two expressions have the same canonical form.
func (w *Where) Equal(other *Where) bool { return w.String() == other.String() }

// Match says whether w selects e; nil selects everything. It looks at the
// payload only as far as it has to, and allocates nothing but for escaped texts
// of more than 256 bytes.
func (w *Where) Match(e *event.Event) bool { return w == nil || w.root.match(e) }

// MarshalText gives the canonical form.
func (w *Where) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads an expression, for clients of ours that read a filter
// back.
func (w *Where) UnmarshalText(text []byte) error {
	parsed, err := ParseWhere(string(text))
	if err == nil && parsed != nil {
		*w = *parsed
	}
	return err
}
