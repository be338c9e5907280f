package filter

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// valueKind is what a value on the right of a comparison is.
type valueKind uint8

const (
	textValue valueKind = iota
	numberValue
	wordValue // true or false
	nullValue
	anyValue // the lone * behind a colon
)

// value is the right side of a comparison.
type value struct {
	kind valueKind
	text string // what a text says; else as it is written in canonical form
}

func (v value) canonical() string {
	if v.kind == textValue {
		return quote(v.text)
	}
	return v.text
}

// json gives the value as JSON, but not anyValue.
func (v value) json() string {
	if v.kind != textValue {
		return v.text
	}
	b, _ := json.Marshal(v.text) // a string: cannot fail
	return string(b)
}

// value reads the right side. What is not in quotes is a number, one of the
// words true, false and null, or a text, dots and stars included.
func (r *treeReader) value(e *expr.Expr) (value, error) {
	at := r.offset(e)
	switch {
	case e.GetCallExpr() != nil:
		return value{}, r.fault(at, "has a condition in place of a value; write a = 1 OR a = 2 where one of several values may be")
	case r.text[at] == '"' || r.text[at] == '\'':
		if e.GetConstExpr() == nil {
			return value{}, r.fault(at, "has a field on the right, and can compare with values only")
		}
		return value{kind: textValue, text: e.GetConstExpr().GetStringValue()}, nil
	case r.isNumber(e):
		return value{kind: numberValue, text: r.number(at)}, nil
	}
	return r.bareValue(at)
}

// isNumber says whether the parser found a number; of a colon it makes a text
// of what is in no quotes.
func (r *treeReader) isNumber(e *expr.Expr) bool {
	switch e.GetConstExpr().GetConstantKind().(type) {
	case *expr.Constant_Int64Value, *expr.Constant_DoubleValue:
		return true
	}
	return false
}

func (r *treeReader) bareValue(at int) (value, error) {
	i := r.tokenAt(at)
	end := r.pathEnd(i)
	word := r.text[at:end]
	first := r.tokens[i]
	switch {
	case word == "true", word == "false":
		return value{kind: wordValue, text: word}, nil
	case word == "null":
		return value{kind: nullValue, text: word}, nil
	case word == "*" && r.behindColon(i):
		return value{kind: anyValue, text: word}, nil
	case strings.ContainsAny(word, `"'`):
		return value{}, r.fault(at, "has %s, of which only a part is in quotes", word)
	}
	name := r.text[first.from:first.to]
	if _, isField := fields[name]; isField || name == payloadName {
		return value{}, r.fault(at, "has the field %s on the right, and can compare with values only; if the text is meant, write it in quotes", word)
	}
	return value{kind: textValue, text: word}, nil
}

func (r *treeReader) behindColon(i int) bool {
	if r.before(i).kind == filtering.TokenTypeWhitespace {
		i--
	}
	return r.before(i).kind == filtering.TokenTypeHas
}

// number gives the number at a place of the text in canonical form: as few
// digits as say the same.
func (r *treeReader) number(at int) string {
	if at > 0 && r.text[at-1] == '-' { // of (-1) the parser takes the sign first
		at--
	}
	text := r.text[at:]
	end := 0
	for end < len(text) && (end == 0 && text[end] == '-' || text[end] == '.' || text[end]-'0' <= 9) {
		end++
	}
	digits, negative := strings.CutPrefix(text[:end], "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	n := whole
	if fraction != "" {
		n += "." + fraction
	}
	if negative && n != "0" {
		n = "-" + n
	}
	return n
}

// quote writes a text as the parser reads it.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
