package api

import (
	"net/http"
	"slices"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

const (
	defaultTrace = 1000
	maxTrace     = 5000
)

// traceLists are the lists of a filter that narrow a trace; its correlation is
// in the path.
var traceLists = slices.DeleteFunc(slices.Clone(filter.Names), func(name string) bool { return name == "correlation_ids" })

// trace answers GET /traces/{correlation_id}: oldest first.
func (s *Server) trace(w http.ResponseWriter, r *http.Request) error {
	p := parametersOf(r)
	limit := p.number("limit", defaultTrace, 1, maxTrace)
	scope := p.filter(traceLists...)
	id, err := pathText(r, "correlation_id")
	if err := firstOf(p.done(), err); err != nil {
		return err
	}
	found, more, err := s.store.Trace(r.Context(), scope, id, limit)
	if err != nil {
		return err
	}
	return s.writeList(w, listOfEvents(found), struct {
		More bool `json:"has_more"`
	}{more})
}
