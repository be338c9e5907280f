package api

import (
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// The bounds of histograms and facets.
const (
	defaultBuckets = 100
	maxBuckets     = 500
	defaultFacet   = 20
	maxFacet       = 100
)

// countedJSON is what each count says of its range.
type countedJSON struct {
	Start       time.Time  `json:"start"`
	End         time.Time  `json:"end"`
	Complete    bool       `json:"complete"`
	CountedFrom *time.Time `json:"counted_from"` // what lies before was not looked at; null if all was
}

func showCounted(r store.Reached, start, end time.Time) countedJSON {
	return countedJSON{start, end, r.Complete, timeOf(r.From)}
}

type outcomesJSON struct {
	Start   time.Time `json:"start"`
	Success int64     `json:"success"`
	Failure int64     `json:"failure"`
	Open    int64     `json:"open"`
	Other   int64     `json:"other"`
}

// histogramQuery is what a histogram is asked for.
type histogramQuery struct {
	filter     filter.Filter
	start, end time.Time
	buckets    int
}

func readHistogram(p *parameters, now time.Time) (q histogramQuery, err error) {
	q.filter = p.filter(filter.Names...)
	q.start, q.end = p.closedSpan("start_time", "end_time", now)
	q.buckets = p.number("buckets", defaultBuckets, 1, maxBuckets)
	return q, p.done()
}

// histogram answers GET /histogram.
func (s *Server) histogram(w http.ResponseWriter, r *http.Request) error {
	q, err := readHistogram(parametersOf(r), time.Now())
	if err != nil {
		return err
	}
	h, err := s.store.Histogram(r.Context(), q.filter, q.start, q.end, q.buckets)
	if err != nil {
		return err
	}
	buckets := make([]outcomesJSON, len(h.Buckets))
	for i, b := range h.Buckets {
		buckets[i] = outcomesJSON{startOfBucket(b), b.Successes, b.Failures, b.Open, b.Count - b.Successes - b.Failures - b.Open}
	}
	return writeJSON(w, struct {
		Buckets []outcomesJSON `json:"buckets"`
		Width   int64          `json:"width_ms"`
		countedJSON
	}{buckets, h.Width / 1000, showCounted(h.Reached, q.start, q.end)})
}

type valueJSON struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// facetsQuery is what facets are asked for.
type facetsQuery struct {
	filter     filter.Filter
	start, end time.Time
	fields     []string
	limit      int
}

func readFacets(p *parameters, now time.Time) (q facetsQuery, err error) {
	q.filter = p.filter(filter.Names...)
	q.start, q.end = p.closedSpan("start_time", "end_time", now)
	q.fields = p.some("fields", store.FacetFields...)
	q.limit = p.number("limit", defaultFacet, 1, maxFacet)
	return q, p.done()
}

// facets answers GET /facets.
func (s *Server) facets(w http.ResponseWriter, r *http.Request) error {
	q, err := readFacets(parametersOf(r), time.Now())
	if err != nil {
		return err
	}
	found, err := s.store.Facets(r.Context(), q.filter, q.start, q.end, q.fields, q.limit)
	if err != nil {
		return err
	}
	facets := make(map[string][]valueJSON, len(found.Values))
	for field, values := range found.Values {
		facets[field] = make([]valueJSON, len(values))
		for i, v := range values {
			facets[field][i] = valueJSON(v)
		}
	}
	return writeJSON(w, struct {
		Facets map[string][]valueJSON `json:"facets"`
		countedJSON
	}{facets, showCounted(found.Reached, q.start, q.end)})
}
