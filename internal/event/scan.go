package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep a value may be nested.
const MaxDepth = 512

// member is one member of an object: its key, decoded, and its value as it
// stands in the scanner's output.
type member struct {
	key        []byte
	start, end int // of the whole member in the output, without comma
	value      int // start of the value in the output
}

// scanner checks a JSON text against everything that PostgreSQL's jsonb will
// check, and writes it again without white space and with only the last of
// repeated keys. Texts and numbers are copied as they stand.
type scanner struct {
	in      []byte
	i       int
	out     []byte
	depth   int
	members []member // a stack: the members of the objects that are open
	digits  int      // of the numbers' plain forms so far
}

// scanObject scans a text that must be one object, and returns it compacted,
// with its members.
func scanObject(in []byte) ([]byte, []member, error) {
	s := scanner{in: in, out: make([]byte, 0, len(in)), members: make([]member, 0, 48)}
	if s.space(); s.i == len(in) {
		return nil, nil, &Rejection{ReasonEmpty, "the value is white space alone"}
	}
	if in[s.i] != '{' {
		if err := s.value(); err != nil {
			return nil, nil, err
		}
		return nil, nil, &Rejection{ReasonNotObject, "the value is JSON, but no object"}
	}
	top, err := s.object()
	if err != nil {
		return nil, nil, err
	}
	if s.space(); s.i < len(in) {
		return nil, nil, s.bad("something follows the object")
	}
	return s.out, top, nil
}

func (s *scanner) bad(what string) error {
	return &Rejection{ReasonNotJSON, fmt.Sprintf("%s, at byte %d", what, s.i)}
}

func (s *scanner) space() {
	for s.i < len(s.in) && (s.in[s.i] == ' ' || s.in[s.i] == '\n' || s.in[s.i] == '\t' || s.in[s.i] == '\r') {
		s.i++
	}
}

func (s *scanner) value() error {
	if s.i >= len(s.in) {
		return s.bad("the text ends where a value should be")
	}
	switch c := s.in[s.i]; {
	case c == '"':
		_, _, err := s.text()
		return err
	case c == '{':
		top, err := s.object()
		s.members = s.members[:len(s.members)-len(top)]
		return err
	case c == '[':
		return s.array()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.in[s.i:], []byte(word)) {
			s.out = append(s.out, word...)
			s.i += len(word)
			return nil
		}
	}
	return s.bad("no value begins like this")
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > MaxDepth {
		return &Rejection{ReasonTooDeep, fmt.Sprintf("nested deeper than %d, at byte %d", MaxDepth, s.i)}
	}
	return nil
}

func (s *scanner) array() error {
	if err := s.enter(); err != nil {
		return err
	}
	s.out = append(s.out, '[')
	s.i++
	s.space()
	for first := true; ; first = false {
		if s.i < len(s.in) && s.in[s.i] == ']' && first {
			break
		}
		if err := s.value(); err != nil {
			return err
		}
		s.space()
		if s.i < len(s.in) && s.in[s.i] == ']' {
			break
		}
		if s.i >= len(s.in) || s.in[s.i] != ',' {
			return s.bad("a list goes on with , or ends with ]")
		}
		s.out = append(s.out, ',')
		s.i++
		s.space()
	}
	s.i++
	s.depth--
	s.out = append(s.out, ']')
	return nil
}

// object leaves its members on the stack and returns them.
func (s *scanner) object() ([]member, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	base, start := len(s.members), len(s.out)
	s.out = append(s.out, '{')
	s.i++
	s.space()
	repeated := false
	for !(s.i < len(s.in) && s.in[s.i] == '}') {
		again, err := s.member(base)
		if err != nil {
			return nil, err
		}
		repeated = repeated || again
		s.space()
		if s.i < len(s.in) && s.in[s.i] == '}' {
			break
		}
		if s.i >= len(s.in) || s.in[s.i] != ',' {
			return nil, s.bad("an object goes on with , or ends with }")
		}
		s.out = append(s.out, ',')
		s.i++
		s.space()
		if s.i < len(s.in) && s.in[s.i] == '}' {
			return nil, s.bad("a key should follow the comma")
		}
	}
	s.i++
	s.depth--
	s.out = append(s.out, '}')
	if repeated {
		s.keepLast(base, start)
	}
	return s.members[base:], nil
}

// member scans one member of the object whose members begin at base, and says
// whether its key was there before.
func (s *scanner) member(base int) (again bool, err error) {
	m := member{start: len(s.out)}
	if s.i >= len(s.in) || s.in[s.i] != '"' {
		return false, s.bad("a key should begin here")
	}
	if m.key, err = s.key(); err != nil {
		return false, err
	}
	s.space()
	if s.i >= len(s.in) || s.in[s.i] != ':' {
		return false, s.bad("a : should follow the key")
	}
	s.out = append(s.out, ':')
	s.i++
	s.space()
	m.value = len(s.out)
	if err := s.value(); err != nil {
		return false, err
	}
	m.end = len(s.out)
	again = s.known(base, m.key)
	s.members = append(s.members, m)
	return again, nil
}

// known says whether the object has a key already. Objects with so many keys
// that looking through them would take long are looked through at their end.
func (s *scanner) known(base int, key []byte) bool {
	seen := s.members[base:]
	if len(seen) > 64 {
		return true // keepLast finds out
	}
	for i := range seen {
		if bytes.Equal(seen[i].key, key) {
			return true
		}
	}
	return false
}

// keepLast writes the object that began at start again, with only the last
// member of each key.
func (s *scanner) keepLast(base, start int) {
	all := s.members[base:]
	last := make(map[string]int, len(all))
	for i, m := range all {
		last[string(m.key)] = i
	}
	if len(last) == len(all) {
		return
	}
	old := bytes.Clone(s.out[start:])
	kept := all[:0]
	s.out = append(s.out[:start], '{')
	for i, m := range all {
		if last[string(m.key)] != i {
			continue
		}
		if len(kept) > 0 {
			s.out = append(s.out, ',')
		}
		at := len(s.out)
		s.out = append(s.out, old[m.start-start:m.end-start]...)
		kept = append(kept, member{m.key, at, len(s.out), at + m.value - m.start})
	}
	s.out = append(s.out, '}')
	s.members = s.members[:base+len(kept)]
}

// key copies a string as it stands and returns what it says.
func (s *scanner) key() ([]byte, error) {
	raw, escaped, err := s.text()
	switch {
	case err != nil:
		return nil, err
	case escaped:
		return []byte(unquote(raw)), nil
	}
	return raw[1 : len(raw)-1], nil
}

// text copies a string as it stands and returns it, quotes included.
func (s *scanner) text() (raw []byte, escaped bool, err error) {
	start := s.i
	for s.i++; s.i < len(s.in); {
		switch c := s.in[s.i]; {
		case c == '"':
			s.i++
			raw = s.in[start:s.i]
			s.out = append(s.out, raw...)
			return raw, escaped, nil
		case c < ' ':
			return nil, false, s.bad("a control character in a string")
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		default:
			s.i++
		}
	}
	return nil, false, s.bad("a string does not end")
}

// escape checks one escape sequence; of a surrogate pair, both.
func (s *scanner) escape() error {
	if s.i+1 >= len(s.in) {
		return s.bad("a string does not end")
	}
	switch s.in[s.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return nil
	case 'u':
	default:
		return s.bad("an unknown escape in a string")
	}
	r, ok := hex4(s.in, s.i+2)
	switch {
	case !ok:
		return s.bad(`\u needs four hexadecimal digits`)
	case r == 0:
		return &Rejection{ReasonNUL, fmt.Sprintf("\\u0000 in a text, at byte %d", s.i)}
	case !utf16.IsSurrogate(r):
		s.i += 6
		return nil
	}
	if s.i+7 < len(s.in) && s.in[s.i+6] == '\\' && s.in[s.i+7] == 'u' {
		if low, ok := hex4(s.in, s.i+8); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			s.i += 12
			return nil
		}
	}
	return &Rejection{ReasonLoneSurrogate, fmt.Sprintf("half of a UTF-16 pair, at byte %d", s.i)}
}

func hex4(in []byte, at int) (rune, bool) {
	if at+4 > len(in) {
		return 0, false
	}
	var r rune
	for _, c := range in[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unquote decodes a string that has been checked.
func unquote(raw []byte) string {
	var text string
	_ = json.Unmarshal(raw, &text) // checked: cannot fail
	return text
}
