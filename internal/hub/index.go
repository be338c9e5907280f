package hub

import (
	"slices"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// indexPairs is how many pairs of tenant and type one feed may be found by
// before it is found by tenant alone.
const indexPairs = 256

// pair finds feeds; "" stands for any tenant or any type.
type pair struct{ tenant, eventType string }

// index finds the feeds that may match an event without trying all of them.
// Each feed is filed either with or without its tenants, and with or without
// its types, so that an event meets it at most once.
type index map[pair][]*feed

func pairs(f *feed) []pair {
	tenants, types := f.filter.TenantIDs, f.filter.EventTypes
	if len(tenants) == 0 {
		tenants = []string{""}
	}
	glob := slices.ContainsFunc(types, func(t string) bool { return strings.Contains(t, "*") })
	if len(types) == 0 || glob || len(types)*len(tenants) > indexPairs {
		types = []string{""}
	}
	all := make([]pair, 0, len(tenants)*len(types))
	for _, tenant := range tenants {
		for _, t := range types {
			all = append(all, pair{tenant, t})
		}
	}
	return all
}

func (x index) add(f *feed) {
	for _, p := range pairs(f) {
		x[p] = append(x[p], f)
	}
}

func (x index) remove(f *feed) {
	for _, p := range pairs(f) {
		feeds := x[p]
		i := slices.Index(feeds, f)
		feeds[i] = feeds[len(feeds)-1]
		feeds[len(feeds)-1] = nil
		if x[p] = feeds[:len(feeds)-1]; len(x[p]) == 0 {
			delete(x, p)
		}
	}
}

// matching calls found for each feed whose filter selects e.
func (x index) matching(e *event.Event, found func(*feed)) {
	for _, p := range [...]pair{{e.TenantID, e.EventType}, {e.TenantID, ""}, {"", e.EventType}, {"", ""}} {
		for _, f := range x[p] {
			if f.filter.Match(e) {
				found(f)
			}
		}
	}
}
