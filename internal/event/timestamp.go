package event

import "time"

// parseTimestamp reads RFC 3339 or epoch time, cut to microseconds, of the years
// 1 to 9999.
//
// RFC 3339 is taken as producers write it: a space for the T, a comma for the
// fraction's point, a zone of +hhmm or +hh. Without a zone it is UTC, as what
// Python's isoformat prints of an aware and a naive UTC time alike. The second
// 60 is the one after 59.
//
// Epoch time is a number, or a text that looks like one. How many digits it has
// before the point tells its unit: up to 11 are seconds (until the year 5138),
// up to 14 milliseconds, up to 17 microseconds, up to 20 nanoseconds. It is
// read digit by digit, since a float64 has not enough for nanoseconds.
func parseTimestamp(text []byte) (time.Time, bool) {
	if len(text) > 4 && text[4] == '-' {
		return parseCalendar(text)
	}
	return parseEpoch(text)
}

func inRange(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

func parseEpoch(text []byte) (time.Time, bool) {
	d, n := readDecimal(text)
	if n == 0 || n < len(text) || d.exponent > maxExponent || d.exponent < -maxExponent {
		return time.Time{}, false
	}
	zeros, whole := d.leading()
	var shift int // digits from the point to that of microseconds
	switch {
	case whole <= 11:
		shift = 6
	case whole <= 14:
		shift = 3
	case whole <= 17:
		shift = 0
	case whole <= 20:
		shift = -3
	default:
		return time.Time{}, false
	}
	var micros int64
	for i := range max(whole+shift, 0) {
		micros = micros*10 + int64(d.digit(zeros+i)-'0')
	}
	if d.negative {
		micros = -micros
	}
	t := time.UnixMicro(micros).UTC()
	return t, inRange(t)
}

// parseCalendar reads 2026-10-01T08:00:00, a fraction and a zone.
func parseCalendar(text []byte) (time.Time, bool) {
	const shape = "0000-00-00T00:00:00"
	if len(text) < len(shape) || !shaped(text[:len(shape)], shape) {
		return time.Time{}, false
	}
	two := func(at int) int { return int(text[at]-'0')*10 + int(text[at+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	rest := text[len(shape):]
	nanos, n := parseFraction(rest)
	zone, ok := parseZone(rest[n:])
	if !ok || hour > 23 || minute > 59 || second > 60 || month < 1 || month > 12 || day < 1 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if lastDay := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day(); day > lastDay {
		return time.Time{}, false
	}
	t = t.Add(-zone)
	return t, inRange(t)
}

// shaped says whether text has digits where shape has zeros and the same
// characters elsewhere; a T may be small or a space.
func shaped(text []byte, shape string) bool {
	for i, c := range text {
		switch shape[i] {
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case 'T':
			if c != 'T' && c != 't' && c != ' ' {
				return false
			}
		default:
			if c != shape[i] {
				return false
			}
		}
	}
	return true
}

// parseFraction reads the fraction of a second that text begins with, cut to
// microseconds, and gives its length; 0 if there is none.
func parseFraction(text []byte) (nanos, n int) {
	if len(text) < 2 || text[0] != '.' && text[0] != ',' {
		return 0, 0
	}
	given := digits(text[1:])
	if len(given) == 0 {
		return 0, 0
	}
	for i := range 6 {
		nanos *= 10
		if i < len(given) {
			nanos += int(given[i] - '0')
		}
	}
	return nanos * 1000, 1 + len(given)
}

// parseZone reads how far a zone is ahead of UTC.
func parseZone(text []byte) (time.Duration, bool) {
	var hours, minutes []byte
	switch {
	case len(text) == 0, len(text) == 1 && (text[0] == 'Z' || text[0] == 'z'):
		return 0, true
	case len(text) == len("+00:00") && text[3] == ':':
		hours, minutes = text[1:3], text[4:]
	case len(text) == len("+0000"):
		hours, minutes = text[1:3], text[3:]
	case len(text) == len("+00"):
		hours, minutes = text[1:], []byte("00")
	default:
		return 0, false
	}
	if !shaped(hours, "00") || !shaped(minutes, "00") || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	h, m := int(hours[0]-'0')*10+int(hours[1]-'0'), int(minutes[0]-'0')*10+int(minutes[1]-'0')
	if h > 23 || m > 59 {
		return 0, false
	}
	zone := time.Duration(h*60+m) * time.Minute
	if text[0] == '-' {
		zone = -zone
	}
	return zone, true
}
