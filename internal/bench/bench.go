// Package bench measures eventfeed from outside: it writes to Kafka, reads
// streams and REST, and counts what came. A run in which anything was lost or
// repeated is an error, not a figure.
//
// Each measurement is a struct of parameters whose Run gives a Report. Those
// that need more than a server that runs take a Stand, which starts one.
package bench

import (
	"fmt"
	"math/rand/v2"
)

// Server is a server to be measured.
type Server struct {
	URL     string   // like http://127.0.0.1:3000
	Brokers []string // of the Kafka that it reads
	Name    string   // what topics and tenants begin with; "bench" if it is ""
	// Alone says that nobody else writes what the server reads. Positions are
	// then dense in every feed, so that most conns need not look into frames.
	Alone bool

	untimed bool // no conn looks at how old its events are
}

// unique gives a name for one run.
func (s Server) unique() string {
	name := s.Name
	if name == "" {
		name = "bench"
	}
	return fmt.Sprintf("%s-%08x", name, rand.Uint32())
}

// Report is what one run has measured; all that was written was received, once.
type Report struct {
	Parameters string
	Received   string
	Figures    []Figure
}

// Figure is one measured value.
type Figure struct {
	What   string
	Value  float64
	Unit   string
	Target Target
}

// Target is what a value has to be; that of 0 is none.
type Target struct{ AtMost, AtLeast float64 }

// Verdict is met or missed, or nothing where there is no target.
func (f Figure) Verdict() string {
	switch {
	case f.Target == Target{}:
		return ""
	case f.Target.AtMost > 0 && f.Value > f.Target.AtMost, f.Value < f.Target.AtLeast:
		return "missed"
	}
	return "met"
}

func (t Target) String() string {
	switch {
	case t.AtMost > 0:
		return "≤ " + short(t.AtMost)
	case t.AtLeast > 0:
		return "≥ " + short(t.AtLeast)
	}
	return ""
}

// String is the value with its unit.
func (f Figure) String() string { return short(f.Value) + " " + f.Unit }

// short prints three digits or more, and thousands apart.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f M", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.1f k", v/1e3)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 1:
		return fmt.Sprintf("%.3g", v)
	}
	return fmt.Sprintf("%.2g", v)
}
