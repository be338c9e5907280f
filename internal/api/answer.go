package api

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// A page may have 16 MiB of payloads, and slow clients take their time to read
// it. What all answers under way hold is bounded; what would be over is refused
// and its client comes again.
const maxHeld = 256 << 20

var errCrowded = &statusError{http.StatusServiceUnavailable, "too many large answers are being read; try again in a moment, or with a smaller limit"}

// held is how many bytes of events answers under way hold.
type held struct{ bytes atomic.Int64 }

// take refuses what would be over the bound; what it took is given back by
// calling give.
func (h *held) take(n int) (give func(), err error) {
	if h.bytes.Add(int64(n)) > maxHeld {
		h.bytes.Add(-int64(n))
		return nil, errCrowded
	}
	return func() { h.bytes.Add(-int64(n)) }, nil
}

// list is the member of an answer that may be large.
type list struct {
	name  string
	len   int
	bytes int // that its items hold in memory
	item  func(dst []byte, i int) []byte
}

func listOfEvents(events []*event.Event) list {
	l := list{"events", len(events), 0, func(dst []byte, i int) []byte { return events[i].AppendJSON(dst) }}
	for _, e := range events {
		l.bytes += eventBytes + len(e.Payload)
	}
	return l
}

// eventBytes is about what an event holds beside its payload.
const eventBytes = 1 << 10

// chunk is how much of a list is written at a time.
const chunk = 32 << 10

// writeList answers with an object of the list and the members of rest, item
// by item, so that a large one is not in memory twice.
func (s *Server) writeList(w http.ResponseWriter, l list, rest any) error {
	end, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	give, err := s.held.take(l.bytes)
	if err != nil {
		return err
	}
	defer give()
	setJSON(w)
	b := make([]byte, 0, min(chunk+chunk/4, l.bytes+2*len(end)))
	b = append(b, `{"`+l.name+`":[`...)
	for i := range l.len {
		if i > 0 {
			b = append(b, ',')
		}
		if b = l.item(b, i); len(b) >= chunk {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	b = append(b, ']')
	if len(end) > len("{}") {
		b = append(b, ',')
	}
	b = append(b, end[1:]...)
	_, err = w.Write(append(b, '\n'))
	return err
}

// writeJSON answers with a value that is small.
func writeJSON(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	setJSON(w)
	_, err = w.Write(append(b, '\n'))
	return err
}

func setJSON(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
}

// timeOf gives null for no time, and for one that RFC 3339 cannot write: a
// record's may be any.
func timeOf(t time.Time) *time.Time {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return nil
	}
	return &t
}
