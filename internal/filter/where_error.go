package filter

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.einride.tech/aip/filtering"
)

// Place is where something is in a text: both count from 1, columns in
// characters.
type Place struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func (p Place) String() string { return fmt.Sprintf("line %d, column %d", p.Line, p.Column) }

func placeOf(text string, offset int) *Place {
	before := text[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return &Place{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(line)}
}

// fault is what is wrong at a place of an expression.
func (s *source) fault(offset int, format string, args ...any) error {
	return &Error{Field: whereName, Detail: fmt.Sprintf(format, args...), At: placeOf(s.text, offset)}
}

// unparsed turns an error of the parser into one for the person who wrote the
// expression: the parser tells where it stopped, and what stands there tells
// why, mostly.
func (s *source) unparsed(err error) error {
	at := 0
	for ; err != nil; err = errors.Unwrap(err) {
		if place, ok := err.(interface{ Position() filtering.Position }); ok {
			at = max(at, s.start+int(place.Position().Offset))
		}
	}
	i := 0
	for i < len(s.tokens) && (s.tokens[i].from < at || s.tokens[i].kind == filtering.TokenTypeWhitespace) {
		i++
	}
	if i < len(s.tokens) && s.isBehind(i) { // the parser took the word back
		for i++; i < len(s.tokens) && s.tokens[i].kind == filtering.TokenTypeWhitespace; i++ {
		}
	}
	if i == len(s.tokens) {
		return s.fault(s.end(), "ends where %s", s.missing(i))
	}
	t := s.tokens[i]
	switch s.before(i).kind {
	case filtering.TokenTypeMinus, filtering.TokenTypeText, filtering.TokenTypeNumber, filtering.TokenTypeString:
		if i > 0 && s.before(i).to == t.from && t.kind != filtering.TokenTypeRightParen {
			return s.fault(t.from, "has %s right behind %s; a value or a name that has other characters than letters, digits and _ is written in quotes",
				s.show(t), s.show(s.before(i)))
		}
	}
	return s.fault(t.from, "has %s where %s", s.show(t), s.missing(i))
}

// isBehind says whether the i-th token is a NOT, or an AND or OR behind
// something, as it should be.
func (s *source) isBehind(i int) bool {
	before := s.before(i)
	if before.kind == filtering.TokenTypeWhitespace {
		before = s.before(i - 1)
	}
	switch s.tokens[i].kind {
	case filtering.TokenTypeNot:
		return !before.kind.IsComparator()
	case filtering.TokenTypeAnd, filtering.TokenTypeOr:
		return before.to > 0 && !before.kind.IsKeyword() && !before.kind.IsComparator() && before.kind != filtering.TokenTypeLeftParen
	}
	return false
}

// missing says what would be accepted as the i-th token.
func (s *source) missing(i int) string {
	for i > 0 && s.tokens[i-1].kind == filtering.TokenTypeWhitespace {
		i--
	}
	before := s.before(i)
	switch {
	case i == 0, before.kind.IsKeyword(), before.kind == filtering.TokenTypeLeftParen:
		return "a comparison such as source = \"x\" should be"
	case before.kind.IsComparator():
		return "a value should be"
	case before.kind == filtering.TokenTypeMinus:
		return "a comparison or a number should be"
	case before.kind == filtering.TokenTypeDot:
		return "a name should be"
	case s.open(i) > 0:
		return ") or another comparison should be"
	}
	return "another comparison or the end should be"
}

// before gives the token before the i-th, an empty one if there is none.
func (s *source) before(i int) token {
	if i == 0 {
		return token{}
	}
	return s.tokens[i-1]
}

// open counts the parentheses that are open before the i-th token.
func (s *source) open(i int) (n int) {
	for _, t := range s.tokens[:i] {
		switch t.kind {
		case filtering.TokenTypeLeftParen:
			n++
		case filtering.TokenTypeRightParen:
			n--
		}
	}
	return n
}

// show quotes a token in an error, not too much of it.
func (s *source) show(t token) string {
	text := []rune(s.text[t.from:t.to])
	if len(text) > 40 {
		text = append(text[:40], '…')
	}
	return string(text)
}
