package hub

import (
	"slices"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// indexEntries is how many entries one feed may take before it is filed with
// less of what it asks for.
const indexEntries = 256

// index finds the feeds that may match an event without trying all of them.
//
// A feed is filed by one thing that it restricts, and by its tenants: by
// correlation, type, topic, source or namespace, whichever puts it beside the
// fewest others when it comes, since that is what an event has to try. What an
// expression says of the same is as good as a list. A value
// with a * is filed by the literal text that it begins or ends with, and an
// event looks for every length of these that there is. A filter that restricts
// none of these is filed by tenant alone; so is one that says something of the
// payload alone, and every event of the tenant tries it.
type index struct {
	feeds  map[place][]*feed
	filed  map[*feed][]place
	kinds  [kindCount]int // how many entries there are of each
	starts [kindCount]lengths
	ends   [kindCount]lengths
	round  uint64 // of the event: a feed is tried once an event
}

// kind is what a feed is filed by.
type kind int

const (
	byCorrelation kind = iota
	byType
	byTopic
	bySource
	byNamespace
	byTenant // alone
	kindCount
)

// end says which part of a text an entry has.
type end int

const (
	whole end = iota
	start
	finish
)

// place is where feeds are filed. No tenant is any.
type place struct {
	kind
	end
	tenant, text string
}

func newIndex() *index {
	return &index{feeds: map[place][]*feed{}, filed: map[*feed][]place{}}
}

func (x *index) add(f *feed) {
	best, company := []place(nil), 0
	for k := range byTenant {
		places := placesOf(f, k)
		n := 0
		for _, p := range places {
			n = max(n, len(x.feeds[p]))
		}
		if places != nil && (best == nil || n < company) {
			best, company = places, n
		}
	}
	if best == nil {
		best = filedAt(tenantsOf(f), place{kind: byTenant})
	}
	x.filed[f] = best
	for _, p := range best {
		x.feeds[p] = append(x.feeds[p], f)
		x.count(p, 1)
	}
}

func (x *index) remove(f *feed) {
	for _, p := range x.filed[f] {
		feeds := x.feeds[p]
		i := slices.Index(feeds, f)
		feeds[i] = feeds[len(feeds)-1]
		feeds[len(feeds)-1] = nil
		if x.feeds[p] = feeds[:len(feeds)-1]; len(x.feeds[p]) == 0 {
			delete(x.feeds, p)
		}
		x.count(p, -1)
	}
	delete(x.filed, f)
}

func (x *index) count(p place, n int) {
	x.kinds[p.kind] += n
	switch p.end {
	case start:
		x.starts[p.kind].count(len(p.text), n)
	case finish:
		x.ends[p.kind].count(len(p.text), n)
	}
}

// placesOf are the places where f can be filed by k, each once; nil if it does
// not restrict k, or by texts that begin and end with a *.
func placesOf(f *feed, k kind) []place {
	var places []place
	tenants, texts := tenantsOf(f), textsOf(f, k)
	if len(texts)*len(tenants) > indexEntries {
		tenants = []string{""}
	}
	for _, text := range texts {
		p := place{kind: k, text: text}
		if head, rest, star := strings.Cut(text, "*"); star && (k == byType || k == byTopic) {
			p.end, p.text = start, head
			if tail := rest[strings.LastIndexByte(rest, '*')+1:]; head == "" {
				p.end, p.text = finish, tail
			}
		}
		if p.text == "" {
			return nil
		}
		places = append(places, filedAt(tenants, p)...)
	}
	return unique(places)
}

func tenantsOf(f *feed) []string {
	if tenants := either(f.filter.TenantIDs, f.filter.Where.Need("tenant_id", false)); len(tenants) > 0 {
		return tenants
	}
	return []string{""}
}

// either gives a list, or what an expression says in its place.
func either(list, needed []string) []string {
	if len(list) > 0 {
		return list
	}
	return needed
}

func filedAt(tenants []string, p place) []place {
	places := make([]place, len(tenants))
	for i, tenant := range tenants {
		p.tenant = tenant
		places[i] = p
	}
	return places
}

// unique drops repeated places: x*a and x*b are filed alike.
func unique(places []place) []place {
	var once []place
	for _, p := range places {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

// textsOf are what f asks for of k, of which an event has one.
func textsOf(f *feed, k kind) []string {
	w := f.filter.Where
	switch k {
	case byCorrelation:
		return either(f.filter.CorrelationIDs, w.Need("correlation_id", false))
	case byType:
		return either(f.filter.EventTypes, w.Need("event_type", true))
	case byTopic:
		return either(f.filter.Topics, w.Need("topic", true))
	case bySource:
		return either(f.filter.Sources, w.Need("source", false))
	}
	return either(f.filter.Namespaces, w.Need("namespace", false))
}

// textOf is what an event has of k.
func textOf(e *event.Event, k kind) string {
	switch k {
	case byCorrelation:
		return e.CorrelationID
	case byType:
		return e.EventType
	case byTopic:
		return e.Topic
	case bySource:
		return e.Source
	case byNamespace:
		return e.Namespace
	}
	return ""
}

// matching calls found once for each feed whose filter selects e.
func (x *index) matching(e *event.Event, found func(*feed)) {
	x.round++
	for k := range kindCount {
		if x.kinds[k] == 0 {
			continue
		}
		text := textOf(e, k)
		x.try(e, place{kind: k, text: text}, found)
		for _, n := range x.starts[k].up(len(text)) {
			x.try(e, place{kind: k, end: start, text: text[:n.length]}, found)
		}
		for _, n := range x.ends[k].up(len(text)) {
			x.try(e, place{kind: k, end: finish, text: text[len(text)-n.length:]}, found)
		}
	}
}

// try looks at the feeds of a place, for any tenant and for e's.
func (x *index) try(e *event.Event, p place, found func(*feed)) {
	for range 2 {
		for _, f := range x.feeds[p] {
			if f.round == x.round {
				continue
			}
			f.round = x.round
			if f.filter.Match(e) {
				found(f)
			}
		}
		if p.tenant = e.TenantID; p.tenant == "" {
			return
		}
	}
}

// lengths are how long texts are, ascending, and how many of each there are.
type lengths []struct{ length, count int }

func (l *lengths) count(length, n int) {
	i := len(l.up(length))
	if i == 0 || (*l)[i-1].length != length {
		*l = slices.Insert(*l, i, struct{ length, count int }{length, n})
		return
	}
	if (*l)[i-1].count += n; (*l)[i-1].count == 0 {
		*l = slices.Delete(*l, i-1, i)
	}
}

// up gives those up to a length.
func (l lengths) up(length int) lengths {
	n := 0
	for n < len(l) && l[n].length <= length {
		n++
	}
	return l[:n]
}
