package api

import (
	"net/http"
	"testing"
)

// goldenPaths are what is answered with the golden file of that name, when what
// fill stores is there.
var goldenPaths = map[string]string{
	"events":            "/api/event-bus/events",
	"events_first":      "/api/event-bus/events?order_by=stored_at&order_direction=asc&limit=1&tenant_id=acme",
	"events_filtered":   "/api/event-bus/events?event_types=*.failed.v1,*.audit.v1&tenant_ids=beta&tenant_ids=acme&outcomes=failure&start_time=2026-10-01T10:00:00%2B02:00&end_time=2026-10-02T00:00:00Z",
	"events_offset":     "/api/event-bus/events?offset=3&limit=5",
	"event":             "/api/event-bus/events/e-0",
	"event_of_tenant":   "/api/event-bus/events/e-0?tenant_id=beta",
	"event_unknown":     "/api/event-bus/events/e-9",
	"trace":             "/api/event-bus/traces/c-1",
	"trace_cut":         "/api/event-bus/traces/c-1?limit=1",
	"trace_of_tenant":   "/api/event-bus/traces/c%2F2?tenant_ids=beta",
	"trace_unknown":     "/api/event-bus/traces/c-9",
	"statistics":        "/api/event-bus/statistics?end=2026-10-01T08:05:00Z&start=2026-10-01T08:00:00Z",
	"statistics_types":  "/api/event-bus/statistics?end=2026-10-01T08:01:00Z&start=2026-10-01T08:00:00.123457Z&event_types=*.failed.v1&tenant_ids=acme",
	"histogram":         "/api/event-bus/histogram?end_time=2026-10-01T08:05:00Z&start_time=2026-10-01T08:00:00Z&buckets=5",
	"histogram_seconds": "/api/event-bus/histogram?end_time=2026-10-01T08:00:02Z&start_time=2026-10-01T07:59:59.5Z&sources=omniclaude",
	"facets":            "/api/event-bus/facets?end_time=2026-10-01T08:05:00Z&start_time=2026-10-01T08:00:00Z",
	"facets_some":       "/api/event-bus/facets?end_time=2026-10-01T08:05:00Z&start_time=2026-10-01T08:00:00Z&fields=outcomes,event_types&limit=1&tenant_id=acme",
	"export":            "/api/event-bus/export",
	"export_some":       "/api/event-bus/export?tenant_ids=beta&order_by=position&order_direction=asc",
	"event_types":       "/api/event-bus/event-types",
	"event_types_of":    "/api/event-bus/event-types?tenant_ids=beta",
	"rejected":          "/api/event-bus/rejected?limit=1",
	"rejected_by":       "/api/event-bus/rejected?reason=not_json&topic=acme.omninode.code.v1",
	"rejected_one":      "/api/event-bus/rejected/1",
	"rejected_unknown":  "/api/event-bus/rejected/9",
	"status":            "/api/event-bus/status",
	"healthz":           "/healthz",
	"readyz":            "/readyz",
	"page":              "/",
	"bad_parameter":     "/api/event-bus/events?limit=0",
	"unknown_parameter": "/api/event-bus/traces/c-1?correlation_id=c-2",
	"unknown_path":      "/api/event-bus/evnts",
}

func TestAnswersAreThoseOfTheGoldenFiles(t *testing.T) {
	b := newBench(t)
	golden(t, "events_none", b.get("/api/event-bus/events"))
	golden(t, "statistics_none", b.get("/api/event-bus/statistics?end=2026-10-01T08:05:00Z&start=2026-10-01T08:00:00Z"))
	golden(t, "histogram_none", b.get("/api/event-bus/histogram?end_time=2026-10-01T08:05:00Z&start_time=2026-10-01T08:00:00Z&buckets=2"))
	golden(t, "export_empty", b.get("/api/event-bus/export"))
	golden(t, "event_types_none", b.get("/api/event-bus/event-types"))
	fill(b)
	b.await("the hub at the head", func() bool { return b.hub.Position() == 4 })
	b.await("status knows the head", func() bool { var st statusJSON; b.into("/api/event-bus/status", &st); return st.Head == 4 })
	for name, path := range goldenPaths {
		golden(t, name, b.get(path))
	}
	for name, accept := range map[string]string{"export_csv": "text/csv", "export_cloudevents": "application/cloudevents-batch+json", "export_none": "text/html"} {
		golden(t, name, b.do("GET", "/api/event-bus/export?order_by=position&order_direction=asc", http.Header{"Accept": {accept}}))
	}
	golden(t, "wrong_method", b.do("POST", "/api/event-bus/events", nil))
}
