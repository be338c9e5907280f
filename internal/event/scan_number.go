package event

import "fmt"

// The range of PostgreSQL's numeric, which jsonb's numbers are.
// https://www.postgresql.org/docs/current/datatype-numeric.html
const (
	maxWhole    = 131072 // digits before the point
	maxFraction = 16383  // digits after it

	// An exponent beyond it is refused, also that of a zero.
	maxExponent = 1_000_000
)

// decimal is a JSON number in its parts.
type decimal struct {
	negative        bool
	whole, fraction []byte // digits
	exponent        int    // beyond ±maxExponent it is just something beyond
}

// readDecimal reads the number that src begins with, and gives its length; 0 if
// there is none.
func readDecimal(src []byte) (d decimal, n int) {
	if n < len(src) && src[n] == '-' {
		d.negative = true
		n++
	}
	d.whole = digits(src[n:])
	if n += len(d.whole); len(d.whole) == 0 || len(d.whole) > 1 && d.whole[0] == '0' {
		return d, 0
	}
	if n < len(src) && src[n] == '.' {
		d.fraction = digits(src[n+1:])
		if n += 1 + len(d.fraction); len(d.fraction) == 0 {
			return d, 0
		}
	}
	if n < len(src) && (src[n] == 'e' || src[n] == 'E') {
		size := d.readExponent(src[n+1:])
		if size == 0 {
			return d, 0
		}
		n += 1 + size
	}
	return d, n
}

func digits(src []byte) []byte {
	n := 0
	for n < len(src) && src[n]-'0' <= 9 {
		n++
	}
	return src[:n]
}

func (d *decimal) readExponent(src []byte) (n int) {
	negative := len(src) > 0 && src[0] == '-'
	if negative || len(src) > 0 && src[0] == '+' {
		n = 1
	}
	given := digits(src[n:])
	if len(given) == 0 {
		return 0
	}
	for _, c := range given {
		d.exponent = min(d.exponent*10+int(c-'0'), maxExponent+1)
	}
	if negative {
		d.exponent = -d.exponent
	}
	return n + len(given)
}

// digit gives the i-th of all digits, 0 behind the last.
func (d *decimal) digit(i int) byte {
	if i < len(d.whole) {
		return d.whole[i]
	}
	if i -= len(d.whole); i < len(d.fraction) {
		return d.fraction[i]
	}
	return '0'
}

// leading counts the digits before the first that is not 0, and how many there
// are before the point from that one on; none is left of a zero, and for a
// number below a tenth it is negative.
func (d *decimal) leading() (zeros, whole int) {
	all := len(d.whole) + len(d.fraction)
	for zeros < all && d.digit(zeros) == '0' {
		zeros++
	}
	if zeros == all {
		return zeros, 0
	}
	return zeros, len(d.whole) + d.exponent - zeros
}

// writtenOut is how many digits the number has before and after the point,
// without an exponent, as PostgreSQL prints it.
func (d *decimal) writtenOut() (whole, fraction int) {
	fraction = max(len(d.fraction)-d.exponent, 0)
	if d.exponent == 0 {
		return len(d.whole), fraction
	}
	_, whole = d.leading()
	return max(whole, 1), fraction
}

// number reads the number that begins at pos.
func (s *scanner) number() *Rejection {
	d, n := readDecimal(s.src[s.pos:])
	if n == 0 {
		return s.notJSON("a value")
	}
	whole, fraction := d.writtenOut()
	if whole > maxWhole || fraction > maxFraction || d.exponent > maxExponent || d.exponent < -maxExponent {
		return &Rejection{ReasonNumberOutOfRange, fmt.Sprintf("byte %d: %s", s.pos, excerpt(s.src[s.pos:s.pos+n]))}
	}
	s.numbers += whole
	if fraction > 0 {
		s.numbers += 1 + fraction
	}
	if d.negative {
		s.numbers++
	}
	if s.numbers > maxNumbers {
		return &Rejection{ReasonNumbersTooLong, fmt.Sprintf("byte %d: want at most %d characters, written without exponents", s.pos, maxNumbers)}
	}
	s.pos += n
	return nil
}
