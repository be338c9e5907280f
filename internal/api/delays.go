package api

import (
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/store"
)

type percentilesJSON struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
}

// measuredJSON is what a sample of events says; its delays are of no meaning
// where it has none.
type measuredJSON struct {
	Events  int64           `json:"events"`
	Storing percentilesJSON `json:"storing"`
	Total   percentilesJSON `json:"total"`
}

type delayBucketJSON struct {
	Start time.Time `json:"start"`
	measuredJSON
}

func showMeasured(m store.Measured) measuredJSON {
	return measuredJSON{m.Events, percentilesJSON(m.Storing), percentilesJSON(m.Total)}
}

// delays answers GET /delays; the range is one of stored_at.
func (s *Server) delays(w http.ResponseWriter, r *http.Request) error {
	p := parametersOf(r)
	f := p.filter(countedLists...)
	start, end := p.closedSpan("start_time", "end_time", time.Now())
	most := p.number("buckets", defaultBuckets, 1, maxBuckets)
	if err := p.done(); err != nil {
		return err
	}
	d, err := s.store.Delays(r.Context(), f, start, end, most)
	if err != nil {
		return err
	}
	buckets := make([]delayBucketJSON, len(d.Buckets))
	for i, b := range d.Buckets {
		buckets[i] = delayBucketJSON{b.Start, showMeasured(b)}
	}
	return writeJSON(w, struct {
		Start   time.Time         `json:"start"`
		End     time.Time         `json:"end"`
		Width   int64             `json:"width_ms"`
		All     measuredJSON      `json:"all"`
		Buckets []delayBucketJSON `json:"buckets"`
	}{start, end, d.Width.Milliseconds(), showMeasured(d.All), buckets})
}
