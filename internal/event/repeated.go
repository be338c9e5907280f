package event

import "bytes"

// hasRepeated says whether two of the names are the same.
func hasRepeated(src []byte, names []key) bool {
	const few = 16 // from here on a map is faster
	if len(names) > few {
		return hasRepeatedOfMany(src, names)
	}
	for i, a := range names {
		if a.escaped {
			return hasRepeatedOfMany(src, names)
		}
		for _, b := range names[:i] {
			if a.to-a.from == b.to-b.from && bytes.Equal(src[a.from:a.to], src[b.from:b.to]) {
				return true
			}
		}
	}
	return false
}

func hasRepeatedOfMany(src []byte, names []key) bool {
	seen := make(map[string]struct{}, len(names))
	for _, k := range names {
		seen[string(k.text(src))] = struct{}{}
	}
	return len(seen) < len(names)
}

// rewriter copies JSON that has been scanned, without white space and, of a
// member that is repeated, the last one alone.
type rewriter struct {
	walker
	dst []byte
}

// withoutRepeated gives a copy of a scanned value.
func withoutRepeated(src []byte) []byte {
	w := rewriter{walker{src: src}, make([]byte, 0, len(src))}
	w.value()
	return w.dst
}

// take copies a token's n bytes.
func (w *rewriter) take(n int) []byte {
	w.dst = append(w.dst, w.src[w.pos:w.pos+n]...)
	w.pos += n
	return w.dst[len(w.dst)-n:]
}

func (w *rewriter) value() {
	switch w.next() {
	case '{':
		w.object()
	case '[':
		w.array()
	case '"':
		w.take(textLength(w.src[w.pos:]))
	default:
		w.take(scalarLength(w.src[w.pos:]))
	}
}

func (w *rewriter) array() {
	w.take(1)
	for w.next() != ']' {
		w.value()
		if w.next() == ',' {
			w.take(1)
		}
	}
	w.take(1)
}

// object copies every member, each with a comma behind it, and then closes the
// holes of those that a later one outdoes.
func (w *rewriter) object() {
	w.take(1)
	var members []span // in dst
	last := map[string]int{}
	for w.next() != '}' {
		from := len(w.dst)
		name := w.take(textLength(w.src[w.pos:]))
		name = unescape(name[1 : len(name)-1])
		if earlier, repeated := last[string(name)]; repeated {
			members[earlier].to = members[earlier].from
		}
		last[string(name)] = len(members)
		w.next()
		w.take(1)
		w.value()
		w.dst = append(w.dst, ',')
		members = append(members, span{from, len(w.dst)})
		if w.next() == ',' {
			w.pos++
		}
	}
	w.pos++
	w.close(members)
}

func (w *rewriter) close(members []span) {
	if len(members) == 0 {
		w.dst = append(w.dst, '}')
		return
	}
	end := members[0].from
	for _, m := range members {
		if end != m.from { // else it is where it belongs, and may be large at every level
			copy(w.dst[end:], w.dst[m.from:m.to])
		}
		end += m.to - m.from
	}
	w.dst = w.dst[:end]
	w.dst[end-1] = '}'
}
