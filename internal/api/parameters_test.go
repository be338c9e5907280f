package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// badRequest is a request that is answered with 400, the parameter that is to
// blame and a part of what is said of it.
type badRequest struct{ path, parameter, says string }

const aTime = "2026-10-01T08:00:00Z"

var badRequests = []badRequest{
	{"events?limit=0", "limit", "from 1 to 1000"}, // all of the table in the original
	{"events?limit=-1", "limit", "from 1 to 1000"},
	{"events?limit=1001", "limit", "from 1 to 1000"},
	{"events?limit=99999999999999999999", "limit", "from 1 to 1000"},
	{"events?limit=", "limit", "whole number"},
	{"events?limit=ten", "limit", "whole number"},
	{"events?limit=1.5", "limit", "whole number"},
	{"events?limit=5&limit=6", "limit", "one value"}, // 500 in the original
	{"events?limit=5&limit=5", "limit", "one value"},
	{"events?order_by=created_at", "order_by", "timestamp, position, processed_at, stored_at"},
	{"events?order_by=", "order_by", "timestamp, position"},
	{"events?order_direction=DESC", "order_direction", "desc, asc"},
	{"events?offset=-1", "offset", "from 0 to 10000"},
	{"events?offset=10001", "offset", "from 0 to 10000"},
	{"events?cursor=", "cursor", "next_cursor"},
	{"events?cursor=abc", "cursor", "next_cursor"},
	{"events?cursor=AAZcws1sokAAAAAAAAAAAAXAde063Y7TQ", "cursor", "same parameters"},
	{"events?cursor=a&cursor=b", "cursor", "one value"},
	{"events?start_time=yesterday", "start_time", "RFC 3339, like 2026-10-01T08:00:00Z"},
	{"events?start_time=", "start_time", "RFC 3339"},
	{"events?end_time=2026-10-01", "end_time", "RFC 3339"},
	{"events?end_time=1790841600", "end_time", "RFC 3339"},
	{"events?start_time=2026-10-01T08:00:00+02:00", "start_time", "%2B"},
	{"events?start_time=0001-01-01T00:00:00Z", "start_time", "RFC 3339"},
	{"events?end_time=0001-01-01T00:00:00Z", "end_time", "RFC 3339"},
	{"events?end_time=0000-12-31T00:00:00Z", "end_time", "RFC 3339"},
	{"events?end_time=9999-12-31T23:59:59-01:00", "end_time", "RFC 3339"},
	{"events?end_time=9999-12-31T23:59:59.9999999Z", "end_time", "RFC 3339"},
	{"events?start_time=2026-10-01T08:00:01Z&end_time=" + aTime, "start_time", "after end_time"},
	{"events?outcomes=done", "outcomes", "success, failure, open"},
	{"events?topics=" + strings.Repeat("x,", 101), "topics", "at most 100"},
	{"events?event_types=" + strings.Repeat("x", 1025), "event_types", "at most 1024"},
	{"events?sources=a%00b", "sources", "not text"},
	{"events?source=a%00b", "source", "not text"},
	{"events?tenant_id=%ff", "tenant_id", "not text"},
	{"events?event_type=x", "event_type", "correlation_ids, cursor, end_time, event_types"},
	{"events?Limit=5", "Limit", "limit"},
	{"events?=5", "", "not a parameter"},
	{"events?b=1&a=2", "a", "not a parameter"},
	{"events?limit=%zz", "", "query of the URL"},
	{"events?where=source%20%3D", "where", "where, line 1, column 9: ends where a value should be"},
	{"events?where=source%20%3D%20a&where=source%20%3D%20a", "where", "more than once"},
	{"events?where=" + strings.Repeat("x", 4097), "where", "at most 4096"},
	{"traces/c-1?where=position%3E5", "where", "column 1: position is known only once"},
	{"statistics?where=source%3Da", "where", "end, event_types, outcomes, start, tenant_ids"},
	{"statistics?where=%3Da", "where", "not a parameter"},
	{"event-types?where=source%3Da", "where", "not a parameter"},
	{"events/e-0?where=source%3Da", "where", "not a parameter"},
	{"stream?where=source%3Da%20OR", "where", "where, line 1, column 12: ends"},
	{"events?limit=1;offset=2", "", "query of the URL"},
	{"events/e-0?limit=1", "limit", "tenant_ids"},
	{"events/e-0?namespaces=prod", "namespaces", "tenant_ids"},
	{"events/a%00b", "event_id", "without NUL"},
	{"events/a%ffb", "event_id", "UTF-8"},
	{"events/" + strings.Repeat("x", 1025), "event_id", "1024"},
	{"traces/c-1?limit=5001", "limit", "from 1 to 5000"},
	{"traces/c-1?limit=0", "limit", "from 1 to 5000"},
	{"traces/c-1?correlation_ids=c-2", "correlation_ids", "event_types, limit"},
	{"traces/c-1?correlation_id=c-2", "correlation_id", "not a parameter"},
	{"traces/%00", "correlation_id", "without NUL"},
	{"statistics?start=2026-10-01T08:00:01Z&end=" + aTime, "start", "after end"},
	{"statistics?start=9000-01-01T00:00:00Z", "start", "after end, which is now"},
	{"statistics?start_time=" + aTime, "start_time", "end, event_types, outcomes, start, tenant_ids"},
	{"statistics?namespaces=prod", "namespaces", "not a parameter"},
	{"statistics?source=x", "source", "not a parameter"},
	{"statistics?outcomes=done", "outcomes", "success, failure, open"},
	{"statistics?sources=a%00b&outcomes=open", "sources", "not a parameter"},
	{"event-types?topics=x", "topics", "event_types, outcomes, tenant_ids"},
	{"event-types?limit=5", "limit", "not a parameter"},
	{"histogram?buckets=0", "buckets", "from 1 to 500"},
	{"histogram?buckets=501", "buckets", "from 1 to 500"},
	{"histogram?start=" + aTime, "start", "buckets, correlation_ids, end_time"},
	{"histogram?start_time=2026-10-01T08:00:01Z&end_time=" + aTime, "start_time", "after end_time"},
	{"histogram?start_time=9000-01-01T00:00:00Z", "start_time", "after end_time, which is now"},
	{"histogram?limit=5", "limit", "not a parameter"},
	{"facets?fields=payload", "fields", "event_types, tenant_ids, namespaces, sources, topics, outcomes"},
	{"facets?fields=correlation_ids", "fields", "some of"},
	{"facets?fields=topics&fields=x", "fields", "some of"},
	{"facets?limit=101", "limit", "from 1 to 100"},
	{"facets?limit=0", "limit", "from 1 to 100"},
	{"facets?buckets=5", "buckets", "fields"},
	{"export?limit=5", "limit", "order_by, order_direction"},
	{"export?cursor=x", "cursor", "not a parameter"},
	{"export?offset=5", "offset", "not a parameter"},
	{"export?order_by=type", "order_by", "timestamp, position"},
	{"export?start_time=2026-10-01T08:00:01Z&end_time=" + aTime, "start_time", "after end_time"},
	{"export?outcomes=done", "outcomes", "success, failure, open"},
	{"clients?tenant_id=acme", "tenant_id", "there are none"},
	{"status?verbose=1", "verbose", "there are none"},
	{"rejected?limit=0", "limit", "from 1 to 1000"},
	{"rejected?reason=", "reason", "empty, too_large"},
	{"rejected?reason=typo", "reason", "empty, too_large"},
	{"rejected?topic=a&topic=b", "topic", "one value"},
	{"rejected?tenant_ids=acme", "tenant_ids", "not a parameter"},
	{"rejected?start_time=2026-10-01T08:00:01Z&end_time=" + aTime, "start_time", "after end_time"},
	{"rejected?cursor=AAZcws1sokAAAAAAAAAAAAXAde063Y7TQ", "cursor", "next_cursor"},
	{"rejected?producer=", "producer", "a text"},
	{"delays?buckets=501", "buckets", "from 1 to 500"},
	{"delays?sources=x", "sources", "buckets, end_time, event_types, outcomes, start_time, tenant_ids"},
	{"delays?start_time=9000-01-01T00:00:00Z", "start_time", "after end_time, which is now"},
	{"rejected-groups?limit=5", "limit", "there are none"},
	{"replicas?limit=5", "limit", "there are none"},
	{"configuration?limit=5", "limit", "there are none"},
	{"rejected/first", "id", "whole number"},
	{"rejected/1?limit=1", "limit", "there are none"},
	{"stream?last=0", "last", "from 1 to 1000"},
	{"stream?form=now", "form", "not a parameter"},
}

func TestABadParameterIsNamedWithWhatWouldBeAccepted(t *testing.T) {
	b := newBench(t)
	for _, bad := range badRequests {
		p := b.isProblem(b.get("/api/event-bus/"+bad.path), http.StatusBadRequest)
		if p.Parameter != bad.parameter || !strings.Contains(p.Detail, bad.says) || !strings.HasPrefix(p.Detail, bad.parameter) {
			t.Errorf("%.80s: got parameter %q and %q, want %q and %q in it", bad.path, p.Parameter, p.Detail, bad.parameter, bad.says)
		}
	}
}

func TestEdgesOfWhatIsAcceptedAreAccepted(t *testing.T) {
	b := newBench(t)
	fill(b)
	for _, path := range []string{
		"events?limit=1", "events?limit=1000", "events?offset=0", "events?offset=10000", "events?tenant_id=", "events?event_types=,",
		"events?start_time=0001-01-01T00:00:00.000001Z&end_time=9999-12-31T23:59:59.999999Z",
		"events?start_time=" + aTime + "&end_time=" + aTime, "events?start_time=2026-10-01T08:00:00.5%2B02:00",
		"events?event_types=" + strings.Repeat("x", 1024), "events?topics=" + url.QueryEscape(strings.Repeat("*a", 500)),
		"events?event_types=*&outcomes=open,success,failure&topics=*", "events?sources=" + url.QueryEscape(`a\,b%_'"ä`),
		"events?order_by=processed_at&order_direction=asc&tenant_id=acme&namespace=prod&source=omniclaude&correlation_id=c-1",
		"traces/c-1?limit=5000&event_types=*", "traces/" + url.PathEscape(`..`), "traces/" + url.PathEscape(`a/b//c?d#e`),
		"statistics", "statistics?start=0001-01-01T00:00:00.000001Z&end=9999-12-31T23:59:59Z", "statistics?end=0001-01-01T00:00:00.000001Z",
		"statistics?start=" + aTime + "&end=" + aTime, "statistics?outcomes=failure&event_types=*&tenant_id=acme",
		"histogram", "histogram?buckets=1&start_time=0001-01-01T00:00:00.000001Z&end_time=9999-12-31T23:59:59Z", "histogram?sources=x&buckets=2&start_time=0001-01-01T00:00:00.000001Z&end_time=9999-12-31T23:59:59Z", "histogram?buckets=500&topics=*a*",
		"histogram?start_time=" + aTime + "&end_time=" + aTime, "histogram?sources=x&end_time=0001-01-01T00:00:00.000001Z",
		"facets", "facets?fields=&limit=100", "facets?fields=topics,topics&fields=outcomes&limit=1", "facets?correlation_id=c-1&start_time=0001-01-01T00:00:00.000001Z",
		"export?order_by=stored_at&order_direction=asc&topics=x&end_time=9999-12-31T23:59:59Z",
		"delays", "delays?buckets=1&start_time=0001-01-01T00:00:00.000001Z&end_time=9999-12-31T23:59:59Z&tenant_id=acme&outcomes=open",
		"event-types?outcomes=open", "rejected?producer=unknown", "rejected?limit=1000&reason=not_json&start_time=" + aTime,
	} {
		if got := b.get("/api/event-bus/" + path); got.status != http.StatusOK {
			t.Errorf("%.100s: got %d %s, want 200", path, got.status, got.body)
		}
	}
	for _, path := range []string{"events/..", "events/%2e%2e", "events/%2F", "rejected/-1", "rejected/9223372036854775807"} {
		b.isProblem(b.get("/api/event-bus/"+path), http.StatusNotFound)
	}
}

func TestATimeBetweenMicrosecondsIsTheLaterOne(t *testing.T) {
	p := parametersOf(httptest.NewRequest("GET", "/?t=2026-10-01T08:00:00.0000001Z", nil))
	if got, want := p.time("t"), time.Date(2026, 10, 1, 8, 0, 0, 1000, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzParameters: whatever a query says, it is understood or it is a 400; what
// was understood can be echoed, and its cursors are taken back.
func FuzzParameters(f *testing.F) {
	for _, bad := range badRequests {
		if _, query, ok := strings.Cut(bad.path, "?"); ok {
			f.Add(query)
		}
	}
	f.Add("limit=7&order_by=stored_at&order_direction=asc&start_time=" + aTime + "&event_types=a,b\\,c")
	f.Fuzz(func(t *testing.T, query string) {
		parse := func() *parameters { return everybodys(&http.Request{URL: &url.URL{RawQuery: query}}) }
		o, q, err := readPage(parse())
		isBadRequest(t, err)
		if err == nil {
			checkPage(t, query, o, q)
		}
		_, start, end, err := readStatistics(parse(), day)
		isBadRequest(t, err)
		if err == nil && (start.After(end) || start.Year() < 0 || end.Year() > 9999) {
			t.Errorf("statistics of %s to %s", start, end)
		}
		h, err := readHistogram(parse(), day)
		isBadRequest(t, err)
		if err == nil && (h.start.After(h.end) || h.buckets < 1 || h.buckets > maxBuckets) {
			t.Errorf("a histogram of %s to %s in %d", h.start, h.end, h.buckets)
		}
		fq, err := readFacets(parse(), day)
		isBadRequest(t, err)
		if err == nil && (fq.start.After(fq.end) || len(fq.fields) == 0 || fq.limit < 1 || fq.limit > maxFacet) {
			t.Errorf("facets %v of %s to %s, %d", fq.fields, fq.start, fq.end, fq.limit)
		}
		_, err = readExport(parse())
		isBadRequest(t, err)
		r, _, err := readRejected(parse())
		isBadRequest(t, err)
		if err == nil && (r.Limit < 1 || r.Limit > maxPage) {
			t.Errorf("a page of %d rejected events", r.Limit)
		}
		_, err = parseURL(parse().values)
		isBadRequest(t, err)
	})
}

func isBadRequest(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if p := problemOf(err); p.Status != http.StatusBadRequest || p.Detail == "" {
		t.Errorf("got %d %q for %v, want a 400 with a detail", p.Status, p.Detail, err)
	}
}

func checkPage(t *testing.T, query string, o pageOptions, q store.Query) {
	t.Helper()
	if q.Limit < 1 || q.Limit > maxPage || q.Offset < 0 || q.Offset > maxOffset || q.After != nil && q.Offset > 0 {
		t.Errorf("got limit %d, offset %d, after %v", q.Limit, q.Offset, q.After)
	}
	if got, want := q.Filter.Key(), q.Filter.Canonical().Key(); got != want {
		t.Errorf("got the filter %s, want it canonical", got)
	}
	if q.After != nil || strings.Contains(query, "offset") {
		return
	}
	at := store.Key{Timestamp: day, Position: 7}
	next := everybodys(&http.Request{URL: &url.URL{RawQuery: query + "&cursor=" + *cursorOf(&at, o.others())}})
	_, again, err := readPage(next)
	if err != nil || again.After == nil || *again.After != at {
		t.Errorf("the cursor of these parameters: got %v, %v, want %v", again.After, err, at)
	}
}

func TestAFilterTakesOnlyItsLists(t *testing.T) {
	p := everybodys(httptest.NewRequest("GET", "/?tenant_id=b&tenant_ids=a&source=x", nil))
	got := p.filter("tenant_ids", "sources")
	if want := (filter.Filter{TenantIDs: []string{"a", "b"}, Sources: []string{"x"}}); got.Key() != want.Key() || p.done() != nil {
		t.Errorf("got %s, %v, want %s", got.Key(), p.done(), want.Key())
	}
}

// everybodys are the parameters of a request of everybody.
func everybodys(r *http.Request) *parameters {
	p := parametersOf(r)
	p.who = auth.Everybody
	return p
}
