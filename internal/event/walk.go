package event

import "bytes"

// What follows reads JSON that has been scanned, so it checks nothing.

// textLength is the length of the text, with its quotes, that src begins with.
func textLength(src []byte) int {
	end := 1 + bytes.IndexByte(src[1:], '"')
	for isEscaped(src, end) {
		end += 1 + bytes.IndexByte(src[end+1:], '"')
	}
	return end + 1
}

// isEscaped says whether an odd number of backslashes stands before src[at].
func isEscaped(src []byte, at int) bool {
	n := 0
	for src[at-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// walker finds the members of one object.
type walker struct {
	src []byte
	pos int
}

// memberOf gives the last member of that name of an object.
func memberOf(object []byte, name string) (found value) {
	w := walker{object, 1}
	for w.next() != '}' {
		k := key{span: span{from: w.pos + 1}}
		w.skip()
		k.to = w.pos - 1
		k.escaped = bytes.IndexByte(object[k.from:k.to], '\\') >= 0
		w.next()
		w.pos++ // the colon
		w.next()
		v := value{span{from: w.pos}, w.kind()}
		w.skip()
		if v.to = w.pos; string(k.text(object)) == name {
			found = v
		}
		if w.next() == ',' {
			w.pos++
		}
	}
	return found
}

func (w *walker) next() byte {
	for isSpace(w.src[w.pos]) {
		w.pos++
	}
	return w.src[w.pos]
}

func (w *walker) kind() kind {
	switch w.src[w.pos] {
	case '"':
		return escapedText
	case '{':
		return object
	case '[':
		return array
	case 't', 'f':
		return boolean
	case 'n':
		return null
	}
	return number
}

// skip steps over the value that begins at pos.
func (w *walker) skip() {
	depth := 0
	for {
		switch w.src[w.pos] {
		case '"':
			w.pos += textLength(w.src[w.pos:])
		case '{', '[':
			depth++
			w.pos++
		case '}', ']':
			depth--
			w.pos++
		case ',', ':', ' ', '\n', '\r', '\t':
			w.pos++
			continue
		default:
			w.pos += scalarLength(w.src[w.pos:])
		}
		if depth == 0 {
			return
		}
	}
}

// scalarLength is the length of the number or word that src begins with.
func scalarLength(src []byte) int {
	for i, c := range src {
		if isSpace(c) || c == ',' || c == ':' || c == ']' || c == '}' {
			return i
		}
	}
	return len(src)
}

// compact gives src without white space between its tokens; src itself if there
// is none.
func compact(src []byte) []byte {
	var dst []byte
	kept := 0
	for i := 0; i < len(src); {
		switch {
		case src[i] == '"':
			i += textLength(src[i:])
		case isSpace(src[i]):
			if dst == nil {
				dst = make([]byte, 0, len(src))
			}
			dst = append(dst, src[kept:i]...)
			i++
			kept = i
		default:
			i++
		}
	}
	if dst == nil {
		return src
	}
	return append(dst, src[kept:]...)
}
