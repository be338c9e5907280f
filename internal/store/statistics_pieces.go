package store

import "time"

// In microseconds.
var (
	minute = time.Minute.Microseconds()
	hour   = time.Hour.Microseconds()
	day    = 24 * hour
)

// pieces are a range of time as hours, minutes and events that are to be
// added, or taken away again where the next whole one is nearer: at "now",
// nearly nothing lies between the end and the next full hour.
type pieces struct {
	hours           stretch
	minutes, events []piece
	allMinutes      stretch // the range in whole minutes, beside events
}

type piece struct {
	stretch
	sign int64
}

func cutPieces(times stretch) pieces {
	m := stretch{nearest(times.from, minute), nearest(times.to, minute)}
	h := stretch{nearest(m.from, hour), nearest(m.to, hour)}
	return pieces{
		hours:      h,
		minutes:    edges(m, h),
		events:     edges(times, m),
		allMinutes: m,
	}
}

// edges are what makes exact of rounded.
func edges(exact, rounded stretch) []piece {
	var p []piece
	add := func(from, to, sign int64) {
		switch {
		case from < to:
			p = append(p, piece{stretch{from, to}, sign})
		case from > to:
			p = append(p, piece{stretch{to, from}, -sign})
		}
	}
	add(exact.from, rounded.from, 1)
	add(rounded.to, exact.to, 1)
	return p
}

// minutesOf are the whole minutes of a stretch that begins and ends with one.
func minutesOf(s stretch) []time.Time {
	var all []time.Time
	for at := s.from; at < s.to; at += minute {
		all = append(all, time.UnixMicro(at).UTC())
	}
	return all
}

func nearest(at, unit int64) int64 { return floorTo(at+unit/2, unit) }

func floorTo(at, unit int64) int64 {
	rest := at % unit
	if rest < 0 {
		rest += unit
	}
	return at - rest
}

// minuteWidths are the round widths of buckets that counts by the minute fill.
var minuteWidths = []int64{
	minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
	hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day, 30 * day,
}

// bucketWidth gives the least round width that makes 120 buckets at most.
func bucketWidth(times stretch) int64 {
	return leastWidth(minuteWidths, func(width int64) bool { return times.to-times.from <= 120*width })
}

// firstBucket is where the first bucket of a range starts. A round start
// further back than months tells nobody anything, and PostgreSQL knows no time
// before 4713 BC.
func firstBucket(times stretch, width int64) int64 { return floorTo(times.from, min(width, 30*day)) }

func leastWidth(widths []int64, fits func(int64) bool) int64 {
	for _, width := range widths {
		if fits(width) {
			return width
		}
	}
	width := widths[len(widths)-1]
	for !fits(width) {
		width *= 2
	}
	return width
}
