package event

import "fmt"

// kind is what a JSON value is.
type kind uint8

const (
	absent kind = iota
	null
	boolean
	number
	plainText   // without escapes
	escapedText // with some
	array
	object
)

// span is a piece of the scanned text.
type span struct{ from, to int }

// value is a JSON value in the scanned text, a text with its quotes.
type value struct {
	span
	kind
}

// key is the name of a member, without its quotes.
type key struct {
	span
	escaped bool
}

// scanner checks in one pass that a text is JSON that jsonb takes, and notes
// those members of the outermost object that rules know. It changes nothing:
// two flags say what is left to do for a normal payload.
type scanner struct {
	src     []byte
	pos     int
	depth   int
	numbers int // characters of all numbers, written out

	spaced   bool // there is white space between tokens
	repeated bool // an object has a member twice

	whole   span
	members [maxMembers]value
	keys    []key // of the objects that are open
	keyRoom [48]key
}

// scan reads src, which must be UTF-8, as one object.
func (s *scanner) scan(src []byte) *Rejection {
	s.src, s.keys = src, s.keyRoom[:0]
	s.space()
	if s.pos == len(src) {
		return &Rejection{Reason: ReasonEmpty}
	}
	from := s.pos
	k, err := s.value()
	if err != nil {
		return err
	}
	s.whole = span{from, s.pos}
	s.space()
	switch {
	case s.pos != len(src):
		return s.notJSON("the end")
	case k != object:
		return &Rejection{ReasonNotObject, "got " + excerpt(s.bytes(s.whole))}
	}
	return nil
}

func (s *scanner) bytes(at span) []byte { return s.src[at.from:at.to] }

// peek gives the next byte; 0, which JSON nowhere has, at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	if s.pos < len(s.src) && s.src[s.pos] <= ' ' {
		s.skipSpace()
	}
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.src) && isSpace(s.src[s.pos]) {
		s.pos++
		s.spaced = true
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (s *scanner) notJSON(wanted string) *Rejection {
	if s.pos >= len(s.src) {
		return &Rejection{ReasonNotJSON, "it ends where " + wanted + " was expected"}
	}
	return &Rejection{ReasonNotJSON, fmt.Sprintf("byte %d: got %s, want %s", s.pos, excerpt(s.src[s.pos:s.pos+1]), wanted)}
}

// value reads the value that begins at pos.
func (s *scanner) value() (kind, *Rejection) {
	switch s.peek() {
	case '"':
		return s.text()
	case '{':
		return object, s.object()
	case '[':
		return array, s.array()
	case 't':
		return boolean, s.literal("true")
	case 'f':
		return boolean, s.literal("false")
	case 'n':
		return null, s.literal("null")
	}
	return number, s.number()
}

func (s *scanner) literal(word string) *Rejection {
	if end := s.pos + len(word); end > len(s.src) || string(s.src[s.pos:end]) != word {
		return s.notJSON("a value")
	}
	s.pos += len(word)
	return nil
}

// enter goes into an array or object.
func (s *scanner) enter() *Rejection {
	if s.depth++; s.depth > maxDepth {
		return &Rejection{ReasonTooDeep, fmt.Sprintf("byte %d: want at most %d levels", s.pos, maxDepth)}
	}
	s.pos++
	s.space()
	return nil
}

func (s *scanner) leave() {
	s.pos++
	s.depth--
}

func (s *scanner) array() *Rejection {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.leave()
		return nil
	}
	for {
		if _, err := s.value(); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case ']':
			s.leave()
			return nil
		default:
			return s.notJSON("',' or ']'")
		}
	}
}

func (s *scanner) object() *Rejection {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.leave()
		return nil
	}
	first := len(s.keys)
	for {
		if err := s.member(); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case '}':
			s.repeated = s.repeated || hasRepeated(s.src, s.keys[first:])
			s.keys = s.keys[:first]
			s.leave()
			return nil
		default:
			return s.notJSON("',' or '}'")
		}
	}
}

// member reads a name, a colon and a value.
func (s *scanner) member() *Rejection {
	if s.peek() != '"' {
		return s.notJSON("a name in quotes")
	}
	start := s.pos
	k, err := s.text()
	if err != nil {
		return err
	}
	name := key{span{start + 1, s.pos - 1}, k == escapedText}
	s.keys = append(s.keys, name)
	s.space()
	if s.peek() != ':' {
		return s.notJSON("':'")
	}
	s.pos++
	s.space()
	from := s.pos
	if k, err = s.value(); err != nil {
		return err
	}
	if s.depth == 1 {
		if at, known := memberNames[string(name.text(s.src))]; known {
			s.members[at] = value{span{from, s.pos}, k}
		}
	}
	return nil
}
