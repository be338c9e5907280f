package event

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// localLayout is RFC 3339 without a zone, as Python's isoformat writes UTC.
const localLayout = "2006-01-02T15:04:05.999999999"

// parseTimestamp reads RFC 3339, or seconds, ms, µs or ns since 1970, told
// apart by their size. A time without a zone is taken for UTC: that is what
// producers that write such times mean. ok is false for anything else.
func parseTimestamp(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 10 && (s[10] == ' ' || s[10] == 't') {
		s = s[:10] + "T" + s[11:]
	}
	s = strings.Replace(s, "z", "Z", 1)
	for _, layout := range [...]string{time.RFC3339Nano, localLayout} {
		if t, err := time.Parse(layout, s); err == nil {
			return cut(t)
		}
	}
	return parseEpoch(s)
}

// parseEpoch reads a number of seconds, ms, µs or ns. Whole numbers are exact.
func parseEpoch(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < 0 {
			return time.Time{}, false
		}
		switch {
		case n < 1e11:
			return cut(time.Unix(n, 0))
		case n < 1e14:
			return cut(time.UnixMilli(n))
		case n < 1e17:
			return cut(time.UnixMicro(n))
		}
		return cut(time.Unix(0, n))
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f >= 1e19 {
		return time.Time{}, false
	}
	for _, unit := range [...]float64{1e11, 1e14, 1e17} {
		if f < unit {
			seconds := f / (unit / 1e11)
			whole, part := math.Modf(seconds)
			return cut(time.Unix(int64(whole), int64(part*1e9)))
		}
	}
	return cut(time.Unix(int64(f/1e9), 0))
}

// cut brings a time to UTC and microseconds; years that RFC 3339 cannot write
// are not ok.
func cut(t time.Time) (time.Time, bool) {
	t = t.UTC().Truncate(time.Microsecond)
	return t, t.Year() >= 1 && t.Year() <= 9999
}
