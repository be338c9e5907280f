package filter

import (
	"errors"
	"io"
	"strings"
	"unicode"

	"go.einride.tech/aip/filtering"
)

// source is an expression as it was written.
type source struct {
	text   string // without spaces at its end
	start  int    // of what is not a space: the parser counts from there
	tokens []token
	masked []byte // what the parser gets in place of text[start:]
}

type token struct {
	kind     filtering.TokenType
	from, to int
}

// readTokens looks at an expression word by word before it is parsed, for
// three reasons. What is too much, or not supported, is best said here, since
// the parser tries and gives up silently. Its recursion is bounded. And it
// reads numbers as int64 and float64, which are not exact: it gets zeros for
// their digits, and where it finds a number the digits are read from the text.
func readTokens(text string) (*source, error) {
	s := &source{text: strings.TrimRightFunc(text, unicode.IsSpace)}
	s.start = len(s.text) - len(strings.TrimLeftFunc(s.text, unicode.IsSpace))
	s.masked = []byte(s.text[s.start:])
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, s.fault(i, "has the character NUL, which no event has")
	}
	var lexer filtering.Lexer
	lexer.Init(s.text[s.start:])
	for {
		t, err := lexer.Lex()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		from := s.start + int(lexer.Position().Offset)
		if err != nil {
			return nil, s.fault(from, "has a quote that is not closed")
		}
		from -= len(t.Value)
		s.tokens = append(s.tokens, token{t.Type, from, from + len(t.Value)})
		if err := s.check(t); err != nil {
			return nil, err
		}
	}
}

// end is where the expression ends.
func (s *source) end() int { return len(s.text) }

// check looks at the newest token.
func (s *source) check(t filtering.Token) error {
	i := len(s.tokens) - 1
	at, before := s.tokens[i].from, s.before(i)
	touches := before.to == at
	switch {
	case t.Type == filtering.TokenTypeEquals && touches && before.kind == t.Type:
		return s.fault(at, "has ==; equal is =")
	case t.Type.IsComparator():
		return s.countTerms(at)
	case t.Type == filtering.TokenTypeLeftParen:
		if n := s.open(i + 1); n > MaxDepth {
			return s.fault(at, "is deeper than %d parentheses", MaxDepth)
		}
		if before.kind.IsKeyword() && touches {
			return s.fault(at, "needs a space between %s and (", s.show(before))
		}
		if before.kind == filtering.TokenTypeText && touches {
			return s.fault(before.from, "calls %s, and there are no functions", s.show(before))
		}
	case t.Type == filtering.TokenTypeRightParen && s.open(i+1) < 0:
		return s.fault(at, "has a ) without its (")
	case t.Type == filtering.TokenTypeString:
		return s.checkQuoted(at, t)
	case t.Type == filtering.TokenTypeHexNumber:
		return s.fault(at, "has the number %s; numbers are decimal, like 12 and -0.5", t.Value)
	case t.Type == filtering.TokenTypeNumber:
		return s.checkNumber(i)
	case t.Type == filtering.TokenTypeExclaim:
		return s.fault(at, "has a ! without =; a condition is turned round with NOT")
	case t.Type == filtering.TokenTypeMinus && touches && before.kind == filtering.TokenTypeMinus:
		return s.fault(at, "has -- where one - should be")
	}
	return nil
}

func (s *source) countTerms(at int) error {
	n := 0
	for _, t := range s.tokens {
		if t.kind.IsComparator() {
			n++
		}
	}
	if n > MaxTerms {
		return s.fault(at, "has more than %d comparisons", MaxTerms)
	}
	return nil
}

func (s *source) checkQuoted(at int, t filtering.Token) error {
	value, err := t.Unquote()
	switch {
	case err != nil:
		return s.fault(at, `has an escape that is none; \ itself is written \\`)
	case strings.ContainsRune(value, 0):
		return s.fault(at, "has the character NUL, which no event has")
	}
	return nil
}

// checkNumber hides the digits of a number from the parser, unless they are a
// name in a path.
func (s *source) checkNumber(i int) error {
	t := s.tokens[i]
	for _, c := range s.text[t.from:t.to] {
		if c > '9' {
			return s.fault(t.from, "has digits other than 0 to 9; numbers are decimal, like 12 and -0.5")
		}
	}
	if s.inPath(i) {
		return nil
	}
	for at := t.from; at < t.to; at++ {
		s.masked[at-s.start] = '0'
	}
	return nil
}

// inPath says whether the i-th token, a number, is a step of a path: the .0 of
// items.0, and not of 1.0.
func (s *source) inPath(i int) bool {
	for i >= 2 && s.tokens[i-1].kind == filtering.TokenTypeDot {
		i -= 2
		if k := s.tokens[i].kind; k.IsValue() || k.IsKeyword() {
			return true
		} else if k != filtering.TokenTypeNumber {
			return false
		}
	}
	return false
}
