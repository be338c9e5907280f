package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestTenantsAreWalls(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s", Tenants: []string{"beta", "gamma"}} })
	fill(b)
	for path, want := range map[string][]event.Position{
		"events":                     {2},
		"events?tenant_ids=beta":     {2},
		"events?tenant_ids=gamma":    {},
		"events?order_by=position":   {2},
		"events?event_types=*":       {2},
		"events/e-0":                 {2},
		"events/e-0?tenant_ids=beta": {2},
		"traces/c-1":                 {},
		"traces/c%2F2":               {2},
		"traces/c%2F2?tenant_id=":    {2},
	} {
		var p page
		b.into("/api/event-bus/"+path, &p)
		if got := positions(p.Events); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	b.isProblem(b.get("/api/event-bus/events/e-2"), http.StatusNotFound)
	var st statisticsJSON
	b.into("/api/event-bus/statistics?start=2026-10-01T00:00:00Z&end=2026-10-02T00:00:00Z", &st)
	if st.Total != 1 || st.ByTenant["beta"] != 1 || len(st.ByTenant) != 1 {
		t.Errorf("statistics: got %+v, want those of beta alone", st)
	}
	b.countsOfBeta("?start_time=2026-10-01T00:00:00Z&end_time=2026-10-02T00:00:00Z")
	var p page
	b.into("/api/event-bus/events", &p)
	if got, ok := p.Options["tenant_ids"].([]any); !ok || !slices.Equal(got, []any{"beta", "gamma"}) {
		t.Errorf("options: got %v, want the tenants that were asked in effect", p.Options)
	}
}

// countsOfBeta fails unless facets, histogram and export show the one event
// that beta has, whatever the filter is counted with.
func (b *bench) countsOfBeta(query string) {
	b.tb.Helper()
	for _, more := range []string{"", "&sources=omniclaude"} {
		var f struct{ Facets map[string][]valueJSON }
		b.into("/api/event-bus/facets"+query+more, &f)
		if got := f.Facets["tenant_ids"]; len(got) != 1 || got[0] != (valueJSON{"beta", 1}) || f.Facets["sources"][0].Count != 1 {
			b.tb.Errorf("facets%s: got %v, want those of beta alone", more, f.Facets)
		}
		var h struct{ Buckets []outcomesJSON }
		b.into("/api/event-bus/histogram"+query+more, &h)
		var n int64
		for _, bucket := range h.Buckets {
			n += bucket.Success + bucket.Failure + bucket.Open + bucket.Other
		}
		if n != 1 {
			b.tb.Errorf("histogram%s: got %d events, want that of beta alone", more, n)
		}
		got := b.get("/api/event-bus/export" + query + more)
		if lines := strings.Split(string(got.body), "\n"); len(lines) != 3 || !strings.Contains(lines[0], `"tenant_id":"beta"`) {
			b.tb.Errorf("export%s: got %s, want the event of beta", more, got.body)
		}
	}
}

func TestATenantOutsideTheScopeRefusesAll(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s", Tenants: []string{"beta"}} })
	fill(b)
	for _, path := range []string{
		"events?tenant_ids=acme", "events?tenant_id=beta,acme", "events?tenant_ids=*", "events/e-0?tenant_id=acme", "traces/c-1?tenant_id=acme",
		"statistics?tenant_ids=acme,beta", "event-types?tenant_id=acme",
		"histogram?tenant_id=acme", "facets?tenant_id=acme,beta", "export?tenant_ids=acme", "clients", "rejected", "rejected/1", "rejected-groups", "replicas", "configuration", "delays?tenant_id=acme", "stream?tenant_id=acme",
		"events?where=tenant_id=acme", "histogram?where=source=a+OR+tenant_id=acme", "facets?tenant_ids=beta&where=tenant_id=acme", "export?where=tenant_id=acme",
		"stream?where=tenant_id=acme",
	} {
		got := b.do(http.MethodGet, "/api/event-bus/"+path, http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}})
		b.isProblem(got, http.StatusForbidden)
	}
	b.isProblem(b.get("/metrics"), http.StatusForbidden)
}

func TestAPrincipalWithoutTenantsSeesNothing(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s"} })
	for _, path := range []string{"events", "events/e-0", "traces/c-1", "statistics", "event-types", "histogram", "facets", "delays", "export", "stream"} {
		b.isProblem(b.do("GET", "/api/event-bus/"+path, http.Header{"Accept": {"*/*, text/event-stream"}}), http.StatusForbidden)
	}
}

func TestWithoutATokenOnlyThePageAndHealthAreOpen(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{} })
	for _, path := range append(slices.Clone(reads), "status", "stream") {
		got := b.get("/api/event-bus/" + path)
		if b.isProblem(got, http.StatusUnauthorized); got.header.Get("WWW-Authenticate") != `Bearer realm="eventfeed"` {
			t.Errorf("%s: got WWW-Authenticate %q, want Bearer", path, got.header.Get("WWW-Authenticate"))
		}
	}
	b.isProblem(b.get("/metrics"), http.StatusUnauthorized)
	b.isProblem(b.get("/ws"), http.StatusUnauthorized)
	if _, resp, err := websocket.Dial(t.Context(), b.url+"/ws", nil); err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a handshake: got %v, want 401", err)
	}
	for _, path := range []string{"/", "/assets/a-1.js", "/healthz", "/readyz"} {
		if got := b.get(path); got.status != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, got.status)
		}
	}
}
