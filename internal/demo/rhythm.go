package demo

import (
	"math"
	"time"
)

const (
	day       = 24 * time.Hour
	amplitude = 0.5
	busiest   = 14 * time.Hour // UTC
)

// rhythm is how busy a time of day is: 1 on average over a day, 1.5 when it is
// busiest.
func rhythm(t time.Time) float64 {
	return 1 + amplitude*math.Cos(phase(t.Add(-busiest)))
}

// rhythmOver is the sum of rhythm from one time to another, in seconds.
func rhythmOver(from, to time.Time) float64 {
	wave := math.Sin(phase(to.Add(-busiest))) - math.Sin(phase(from.Add(-busiest)))
	return to.Sub(from).Seconds() + amplitude*wave*day.Seconds()/(2*math.Pi)
}

func phase(t time.Time) float64 {
	return 2 * math.Pi * float64(t.UnixMilli()%day.Milliseconds()) / float64(day.Milliseconds())
}
