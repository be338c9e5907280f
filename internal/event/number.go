package event

import (
	"fmt"
	"strconv"
)

// What PostgreSQL's numeric can hold, and how much of it one event may: a
// short text like 1e131071 reads back as 131,072 digits.
const (
	maxIntegerDigits  = 131_072
	maxFractionDigits = 16_383
	maxPlainDigits    = 131_072
)

// number copies a number as it stands.
func (s *scanner) number() error {
	start := s.i
	if s.in[s.i] == '-' {
		s.i++
	}
	integer := s.run()
	if integer == 0 || integer > 1 && s.in[s.i-integer] == '0' {
		return s.bad("a number begins with one digit that is not 0, or with 0 alone")
	}
	fraction := 0
	if s.i < len(s.in) && s.in[s.i] == '.' {
		s.i++
		if fraction = s.run(); fraction == 0 {
			return s.bad("a digit should follow the point")
		}
	}
	exponent, err := s.exponent()
	if err != nil {
		return err
	}
	if err := s.countPlain(integer+exponent, fraction-exponent); err != nil {
		return err
	}
	s.out = append(s.out, s.in[start:s.i]...)
	return nil
}

// run skips digits and counts them.
func (s *scanner) run() int {
	start := s.i
	for s.i < len(s.in) && s.in[s.i] >= '0' && s.in[s.i] <= '9' {
		s.i++
	}
	return s.i - start
}

func (s *scanner) exponent() (int, error) {
	if s.i >= len(s.in) || s.in[s.i] != 'e' && s.in[s.i] != 'E' {
		return 0, nil
	}
	s.i++
	start := s.i
	if s.i < len(s.in) && (s.in[s.i] == '+' || s.in[s.i] == '-') {
		s.i++
	}
	if s.run() == 0 {
		return 0, s.bad("a digit should follow the exponent's e")
	}
	n, err := strconv.Atoi(string(s.in[start:s.i]))
	if err != nil || n > 1<<20 || n < -1<<20 {
		return 0, &Rejection{ReasonNumberRange, fmt.Sprintf("a number with the exponent %.20s, before byte %d", s.in[start:s.i], s.i)}
	}
	return n, nil
}

// countPlain bounds one number's plain form, and all of them together.
func (s *scanner) countPlain(integer, fraction int) error {
	integer, fraction = max(integer, 1), max(fraction, 0)
	if integer > maxIntegerDigits || fraction > maxFractionDigits {
		return &Rejection{ReasonNumberRange, fmt.Sprintf(
			"a number with %d digits before the point and %d behind it, where %d and %d are possible, before byte %d",
			integer, fraction, maxIntegerDigits, maxFractionDigits, s.i)}
	}
	if s.digits += integer + fraction; s.digits > maxPlainDigits {
		return &Rejection{ReasonNumbersLong, fmt.Sprintf("numbers of more than %d digits together, before byte %d", maxPlainDigits, s.i)}
	}
	return nil
}
