package api

import (
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// countedSpan is the range of counts that name no start.
const countedSpan = 24 * time.Hour

// countedLists are the lists of a filter by which events are counted.
var countedLists = []string{"event_types", "tenant_ids", "outcomes"}

type bucketJSON struct {
	Start    time.Time `json:"start"`
	Count    int64     `json:"count"`
	Failures int64     `json:"failures"`
}

type statisticsJSON struct {
	Total     int64            `json:"total_events"`
	ByType    map[string]int64 `json:"events_by_type"`
	ByTenant  map[string]int64 `json:"events_by_tenant"`
	PerMinute float64          `json:"events_per_minute"`
	Oldest    *time.Time       `json:"oldest_event"`
	Newest    *time.Time       `json:"newest_event"`
	Start     time.Time        `json:"start"`
	End       time.Time        `json:"end"`
	Buckets   []bucketJSON     `json:"buckets"`
}

func showStatistics(st store.Statistics, start, end time.Time) statisticsJSON {
	shown := statisticsJSON{
		Total: st.Total, ByType: st.ByType, ByTenant: st.ByTenant, Oldest: timeOf(st.Oldest), Newest: timeOf(st.Newest),
		Start: start, End: end, Buckets: make([]bucketJSON, len(st.Buckets)),
	}
	if end.After(start) {
		// A time.Duration ends at 292 years.
		shown.PerMinute = float64(st.Total) / (float64(end.UnixMicro()-start.UnixMicro()) / 60e6)
	}
	for i, b := range st.Buckets {
		shown.Buckets[i] = bucketJSON{startOfBucket(b), b.Count, b.Failures}
	}
	return shown
}

// startOfBucket knows that aligned buckets may begin before the first year
// that RFC 3339 has.
func startOfBucket(b store.Bucket) time.Time {
	if b.Start.Before(time.Time{}) {
		return time.Time{}
	}
	return b.Start
}

// readStatistics reads the parameters of statistics; now ends the range if
// nothing else does.
func readStatistics(p *parameters, now time.Time) (f filter.Filter, start, end time.Time, err error) {
	f = p.filter(countedLists...)
	start, end = p.closedSpan("start", "end", now)
	return f, start, end, p.done()
}

// statistics answers GET /statistics.
func (s *Server) statistics(w http.ResponseWriter, r *http.Request) error {
	f, start, end, err := readStatistics(parametersOf(r), time.Now())
	if err != nil {
		return err
	}
	st, err := s.store.Statistics(r.Context(), f, start, end)
	if err != nil {
		return err
	}
	return writeJSON(w, showStatistics(st, start, end))
}

type eventTypeJSON struct {
	Name      string    `json:"event_type"`
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// eventTypes answers GET /event-types.
func (s *Server) eventTypes(w http.ResponseWriter, r *http.Request) error {
	p := parametersOf(r)
	scope := p.filter(countedLists...)
	if err := p.done(); err != nil {
		return err
	}
	found, err := s.store.EventTypes(r.Context(), scope)
	if err != nil {
		return err
	}
	types := make([]eventTypeJSON, len(found))
	for i, t := range found {
		types[i] = eventTypeJSON(t)
	}
	return writeJSON(w, struct {
		Types []eventTypeJSON `json:"event_types"`
	}{types})
}
