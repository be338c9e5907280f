package api

import (
	"encoding/json"
	"net/http"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// What a principal may see is decided here, once for everything. A handler gets
// its filter from parameters.filter, restricted already; a message from
// readFilter, too; what a stream's URL asks for is restricted last, before the
// conn is admitted. A test looks for other ways to come by a filter, and another
// asks every route that there is for what belongs to somebody else.

// principal is who asks, as identified has found. Where nobody was identified
// it is one who may see nothing.
func principal(r *http.Request) auth.Principal {
	note, _ := r.Context().Value(requestKey{}).(*request)
	if note == nil {
		return auth.Principal{}
	}
	return note.who
}

// restrict narrows a filter to what a principal may see. One that names a
// tenant outside of that, in its list or in its expression, is refused whole.
func restrict(p auth.Principal, f filter.Filter) (filter.Filter, error) {
	tenants, err := p.Scope(f.TenantIDs)
	if err != nil {
		return nothing(), err
	}
	if _, err := p.Scope(f.Where.Admits("tenant_id")); err != nil {
		return nothing(), err
	}
	f.TenantIDs = tenants
	return f.Canonical(), nil
}

// nothing is a filter that selects nothing, for who forgets an error: no event
// has an empty tenant.
func nothing() filter.Filter { return filter.Filter{TenantIDs: []string{""}} }

// readFilter reads the filter of a message.
func readFilter(p auth.Principal, raw json.RawMessage) (filter.Filter, error) {
	f, err := filter.ParseJSON(raw)
	if err != nil {
		return nothing(), err
	}
	return restrict(p, f)
}
