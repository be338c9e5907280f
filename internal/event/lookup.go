package event

import (
	"bytes"
	"cmp"
)

// What follows finds values in a payload without making anything of the rest.
// It takes JSON as an event's payload has it, scanned and with each name once
// in an object, and gives pieces of it.

// Member gives the value of that name of an object; nil if there is none, and
// of what is no object.
func Member(object []byte, name string) []byte {
	if len(object) == 0 || object[0] != '{' {
		return nil
	}
	w := walker{object, 1}
	for w.next() != '}' {
		from := w.pos
		w.skip()
		key := object[from:w.pos]
		w.next()
		w.pos++ // the colon
		w.next()
		from = w.pos
		w.skip()
		if EqualText(key, name) {
			return object[from:w.pos:w.pos]
		}
		if w.next() == ',' {
			w.pos++
		}
	}
	return nil
}

// Element gives the i-th element of an array; nil if there is none, and of what
// is no array.
func Element(array []byte, i int) []byte {
	for element := range Elements(array) {
		if i == 0 {
			return element
		}
		i--
	}
	return nil
}

// Elements goes through an array; what is no array has none.
func Elements(array []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		if len(array) == 0 || array[0] != '[' {
			return
		}
		w := walker{array, 1}
		for w.next() != ']' {
			from := w.pos
			w.skip()
			if !yield(array[from:w.pos:w.pos]) {
				return
			}
			if w.next() == ',' {
				w.pos++
			}
		}
	}
}

// Text gives what a text in quotes stands for: a piece of it, or appended to
// room if it has escapes.
func Text(room, quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	return appendUnescaped(room, inner)
}

// EqualText says whether a text in quotes stands for s. Escapes make a text
// longer, by up to six times.
func EqualText(quoted []byte, s string) bool {
	if n := len(quoted) - 2; n < len(s) || n > 6*len(s) {
		return false
	}
	var room [256]byte
	return string(Text(room[:0], quoted)) == s
}

// CompareNumbers compares two JSON numbers by their value, digit by digit, as
// PostgreSQL's numeric does.
func CompareNumbers(a, b []byte) int {
	x, _ := readDecimal(a)
	y, _ := readDecimal(b)
	xSign, ySign := x.sign(), y.sign()
	if xSign != ySign || xSign == 0 {
		return cmp.Compare(xSign, ySign)
	}
	return xSign * x.compareSize(&y)
}

func (d *decimal) sign() int {
	switch zeros, _ := d.leading(); {
	case zeros == len(d.whole)+len(d.fraction):
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// compareSize compares two numbers that are not 0 as if none were negative.
func (d *decimal) compareSize(other *decimal) int {
	from, whole := d.leading()
	otherFrom, otherWhole := other.leading()
	if whole != otherWhole {
		return cmp.Compare(whole, otherWhole)
	}
	most := max(len(d.whole)+len(d.fraction)-from, len(other.whole)+len(other.fraction)-otherFrom)
	for i := range most {
		if a, b := d.digit(from+i), other.digit(otherFrom+i); a != b {
			return cmp.Compare(a, b)
		}
	}
	return 0
}
