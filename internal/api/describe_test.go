package api

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/gorilla/mux"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// strictly makes of each object of a description one that has no other members
// than those that are described: clients ignore what they do not know, but
// tests find what nobody has described.
func strictly(document []byte) []byte {
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		panic(err)
	}
	closeObjects(v)
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			closeObjects(member)
		}
		if _, open := v["additionalProperties"]; !open && v["type"] == "object" && v["properties"] != nil {
			v["additionalProperties"] = false
		}
	case []any:
		for _, item := range v {
			closeObjects(item)
		}
	}
}

// description is openapi.json, strictly.
type description struct {
	doc    *openapi3.T
	router routers.Router
}

func describedBy(t *testing.T, document []byte) description {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(strictly(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return description{doc, router}
}

// check fails unless an answer, and the request for one of 200, is as
// described. Paths that are not there are not described.
func (d description) check(t *testing.T, b *bench, method, path string, header http.Header, got reply) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = maps.Clone(header)
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		if got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: got %d, which is not described: %v", method, path, got.status, err)
		}
		return
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	options.ExcludeResponseBody = !strings.Contains(got.header.Get("Content-Type"), "json") || got.header.Get("Content-Type") == exportFormats[0].mediaType
	request := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(t.Context(), request); err != nil && got.status == http.StatusOK {
		t.Errorf("%s %s: got 200 for a request that is not described: %v", method, path, err)
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)), Options: options,
	})
	if err != nil {
		t.Errorf("%s %s: got %d %.300s, which is not as described: %v", method, path, got.status, got.body, err)
	}
}

func TestRealAnswersAreAsDescribed(t *testing.T) {
	b := newBench(t)
	d := describedBy(t, b.get("/openapi.json").body)
	fill(b)
	for _, path := range goldenPaths {
		if path != "/" {
			d.check(t, b, "GET", path, nil, b.get(path))
		}
	}
	for _, bad := range badRequests {
		path := "/api/event-bus/" + bad.path
		d.check(t, b, "GET", path, nil, b.get(path))
	}
	for _, f := range append(formatTypes(), "text/html") {
		header := http.Header{"Accept": {f}}
		d.check(t, b, "GET", "/api/event-bus/export", header, b.do("GET", "/api/event-bus/export", header))
	}
	for _, path := range []string{"/ws", "/metrics", "/openapi.json", "/asyncapi.json", "/api/event-bus/clients", "/api/event-bus/stream", "/api/event-bus/stream?last=0"} {
		d.check(t, b, "GET", path, nil, b.get(path))
	}
	d.check(t, b, "DELETE", "/api/event-bus/clients/x", nil, b.do("DELETE", "/api/event-bus/clients/x", nil))
	d.checkClients(t, b)
	d.checkLines(t, b.get("/api/event-bus/export").body)
}

// checkClients looks at a conn and closes it.
func (d description) checkClients(t *testing.T, b *bench) {
	r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", eventStream)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p clientsPage
	b.await("a conn", func() bool {
		b.into("/api/event-bus/clients", &p)
		return p.Count == 1 && len(p.Clients[0].Subscriptions) == 1
	})
	d.check(t, b, "GET", "/api/event-bus/clients", nil, b.get("/api/event-bus/clients"))
	path := "/api/event-bus/clients/" + p.Clients[0].ID
	d.check(t, b, "DELETE", path, nil, b.do("DELETE", path, nil))
}

// checkLines holds each line of NDJSON against its schema.
func (d description) checkLines(t *testing.T, body []byte) {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	for i, line := range lines {
		name := "Event"
		if i == len(lines)-1 {
			name = "ExportEnd"
		}
		var v any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		schema := d.doc.Components.Schemas[name].Value
		if err := schema.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("line %s is no %s: %v", line, name, err)
		}
	}
}

func TestEveryReasonOfARejectionIsDescribed(t *testing.T) {
	var described []event.Reason
	for _, value := range describedBy(t, openAPI).doc.Paths.Find("/api/event-bus/rejected").Get.Parameters.GetByInAndName("query", "reason").Schema.Value.Enum {
		described = append(described, event.Reason(value.(string)))
	}
	if !slices.Equal(described, event.Reasons) {
		t.Errorf("got %v, want %v", described, event.Reasons)
	}
}

func TestProblemsOfTokensAreAsDescribed(t *testing.T) {
	for _, principal := range []who{{}, {Subject: "s"}} {
		b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = principal })
		d := describedBy(t, openAPI)
		for path, item := range d.doc.Paths.Map() {
			for method := range item.Operations() {
				path := strings.NewReplacer("{", "", "}", "").Replace(path)
				d.check(t, b, method, path, nil, b.do(method, path, nil))
			}
		}
	}
}

// TestEachRouteAndMethodIsDescribed compares the table of routes, and the
// methods that each allows, with the description.
func TestEachRouteAndMethodIsDescribed(t *testing.T) {
	b := newBench(t)
	doc := describedBy(t, openAPI).doc
	routes := map[string]bool{}
	err := b.server.handler().(*mux.Router).Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		if template, err := route.GetPathTemplate(); err == nil && route.GetHandler() != nil && template != "/" {
			routes[template] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(doc.Paths.Map())), slices.Sorted(maps.Keys(routes)); !slices.Equal(got, want) {
		t.Errorf("described: %v\nthere are: %v", got, want)
	}
	for path, item := range doc.Paths.Map() {
		var methods []string
		for method := range item.Operations() {
			if methods = append(methods, method); method == "GET" {
				methods = append(methods, "HEAD")
			}
		}
		slices.Sort(methods)
		if got := b.do("BREW", strings.NewReplacer("{", "", "}", "").Replace(path), nil).header.Get("Allow"); got != strings.Join(methods, ", ") {
			t.Errorf("%s: allows %q, described are %v", path, got, methods)
		}
	}
}

// TestEachParameterIsDescribed asks every endpoint for a parameter that it does
// not have, and compares those that it says it has with the description.
func TestEachParameterIsDescribed(t *testing.T) {
	b := newBench(t)
	for path, item := range describedBy(t, openAPI).doc.Paths.Map() {
		if item.Get == nil || !strings.HasPrefix(path, "/api/event-bus/") || strings.HasSuffix(path, "/stream") {
			continue // the stream has too many ways to begin for its answer to list them
		}
		var want []string
		for _, p := range item.Get.Parameters {
			// where is a field of a filter in the contract before it is one in the code.
			if p.Value.In == "query" && !p.Value.Deprecated && (p.Value.Name != "where" || slices.Contains(filter.Names, "where")) {
				want = append(want, p.Value.Name)
			}
		}
		slices.Sort(want)
		says := "is not a parameter here; the parameters are " + strings.Join(want, ", ")
		if len(want) == 0 {
			says = "is not a parameter here; there are none"
		}
		p := b.isProblem(b.get(strings.NewReplacer("{", "", "}", "").Replace(path)+"?zzz=1"), http.StatusBadRequest)
		if p.Detail != "zzz "+says {
			t.Errorf("%s: says %q, described are %v", path, p.Detail, want)
		}
	}
}
