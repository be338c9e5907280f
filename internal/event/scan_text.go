package event

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// ends are the bytes at which a run of ordinary characters of a text ends.
var ends = func() (t [256]bool) {
	for c := range ' ' {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// text reads the text that begins at pos.
func (s *scanner) text() (kind, *Rejection) {
	src, at, k := s.src, s.pos+1, plainText
	for {
		for at < len(src) && !ends[src[at]] {
			at++
		}
		s.pos = at
		switch s.peek() {
		case '"':
			s.pos++
			return k, nil
		case '\\':
			k = escapedText
			if err := s.escape(); err != nil {
				return k, err
			}
			at = s.pos
		default:
			return k, s.badCharacter()
		}
	}
}

func (s *scanner) badCharacter() *Rejection {
	if s.pos < len(s.src) && s.src[s.pos] == 0 {
		return s.nul()
	}
	return s.notJSON("a character or the end of a text")
}

func (s *scanner) nul() *Rejection {
	return &Rejection{ReasonNUL, fmt.Sprintf("byte %d", s.pos)}
}

// escape reads the escape that begins at pos, and the one after it that is the
// other half of its surrogate pair.
func (s *scanner) escape() *Rejection {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return nil
	case 'u':
	default:
		return s.notJSON("an escape")
	}
	unit, ok := hex4(s.src[s.pos+1:])
	if !ok {
		return s.notJSON("u and four hexadecimal digits")
	}
	if unit == 0 {
		return s.nul()
	}
	s.pos += 5
	if !utf16.IsSurrogate(unit) {
		return nil
	}
	if rest := s.src[s.pos:]; len(rest) > 2 && rest[0] == '\\' && rest[1] == 'u' {
		if low, ok := hex4(rest[2:]); ok && utf16.DecodeRune(unit, low) != utf8.RuneError {
			s.pos += 6
			return nil
		}
	}
	return &Rejection{ReasonLoneSurrogate, fmt.Sprintf("byte %d: \\u%04x", s.pos-6, unit)}
}

func hex4(src []byte) (rune, bool) {
	if len(src) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range src[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// text gives the name that k stands for.
func (k key) text(src []byte) []byte {
	if !k.escaped {
		return src[k.from:k.to]
	}
	return unescape(src[k.from:k.to])
}

// unescape gives what a scanned text between its quotes stands for.
func unescape(src []byte) []byte { return appendUnescaped(make([]byte, 0, len(src)), src) }

func appendUnescaped(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		if src[i] != '\\' {
			dst = append(dst, src[i])
			i++
			continue
		}
		i += 2
		switch c := src[i-1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(src[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(src[i+2:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
