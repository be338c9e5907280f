package api

import (
	"encoding/json"
	"math"
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// The bounds of a page.
const (
	defaultPage = 100
	maxPage     = 1000
	maxOffset   = 10_000
)

// pageOptions are the parameters of a page of events as they were understood.
type pageOptions struct {
	filter.Filter
	StartTime      *time.Time `json:"start_time"`
	EndTime        *time.Time `json:"end_time"`
	OrderBy        string     `json:"order_by"`
	OrderDirection string     `json:"order_direction"`
	Limit          int        `json:"limit"`
	Offset         int        `json:"offset"`
	Through        int        `json:"through,omitempty"`
}

// others are what a cursor goes with: all but where the page begins and how
// long it is.
func (o pageOptions) others() string {
	o.Limit, o.Offset = 0, 0
	b, _ := json.Marshal(o) // texts, and times of years that RFC 3339 has: cannot fail
	return "events " + string(b)
}

// order reads in which order events are wanted.
func (p *parameters) order() (by store.Order, ascending bool) {
	by = store.ByTimestamp
	if p.choice("order_by", "timestamp", "position", "processed_at", "stored_at") != "timestamp" {
		by = store.ByPosition // events are processed and stored in this order
	}
	return by, p.choice("order_direction", "desc", "asc") == "asc"
}

// readPage reads the parameters of a page of events.
func readPage(p *parameters) (pageOptions, store.Query, error) {
	o := pageOptions{Filter: p.filter(filter.Names...)}
	start, end := p.span("start_time", "end_time")
	o.StartTime, o.EndTime = timeOf(start), timeOf(end)
	o.Limit = p.number("limit", defaultPage, 1, maxPage)
	order, ascending := p.order()
	o.OrderBy, o.OrderDirection = string(order), "desc"
	if ascending {
		o.OrderDirection = "asc"
	}
	o.Offset = p.number("offset", 0, 0, maxOffset)
	o.Through = p.number("through", 0, 1, math.MaxInt-1)
	after := p.cursor(o.others())
	if after != nil && p.values.Has("offset") {
		p.blame("cursor", "and offset are both given; one of them says where the page begins")
	}
	return o, store.Query{
		Filter: o.Filter, Start: start, End: end, Order: order, Ascending: ascending,
		After: after, Offset: o.Offset, Limit: o.Limit, Through: event.Position(o.Through),
	}, p.done()
}

// events answers GET /events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	o, q, err := readPage(parametersOf(r))
	if err != nil {
		return err
	}
	page, err := s.store.Events(r.Context(), q)
	if err != nil {
		return err
	}
	return s.writeList(w, listOfEvents(page.Events), struct {
		Count   int         `json:"count"`
		Next    *string     `json:"next_cursor"`
		More    bool        `json:"has_more"`
		Options pageOptions `json:"options"`
	}{len(page.Events), cursorOf(page.Next, o.others()), page.Next != nil, o})
}

// eventByID answers GET /events/{event_id}: one event for each tenant that has it.
func (s *Server) eventByID(w http.ResponseWriter, r *http.Request) error {
	p := parametersOf(r)
	scope := p.filter("tenant_ids")
	id, err := pathText(r, "event_id")
	if err := firstOf(p.done(), err); err != nil {
		return err
	}
	found, err := s.store.EventsByID(r.Context(), scope.TenantIDs, id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return &statusError{http.StatusNotFound, "no event that you may see has this id"}
	}
	return s.writeList(w, listOfEvents(found), struct{}{})
}
