package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gorilla/mux"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// How many random requests each tenant makes, and from which seed; a failure
// prints the command that repeats it.
var (
	wallRounds = flag.Int("walls", 400, "random requests of each tenant")
	wallSeed   = flag.Uint64("walls-seed", 0, "seed of the random requests; 0 is a new one")
)

// tenant is one side of the wall: what its events say, in every field, is
// nowhere else. A request may name what is in nameable; the payloads' texts are
// never named.
type tenant struct {
	name     string
	token    string
	nameable []string
	secrets  []string
}

func newTenant(tb testing.TB, name string) *tenant {
	who := auth.Principal{Subject: name + "-user", Tenants: []string{name}, Expires: time.Now().Add(time.Hour)}
	return &tenant{name: name, token: tokenFor(tb, who)}
}

// events makes n events of the tenant. What both have, an id and a
// correlation, differs in all else.
func (w *tenant) events(first, n int) []*event.Event {
	var made []*event.Event
	for i := first; i < first+n; i++ {
		own := func(field string) string {
			text := fmt.Sprintf("%s-%s-%d", w.name, field, i%7)
			w.nameable = append(w.nameable, text)
			return text
		}
		secret := fmt.Sprintf("%s-payload-%x", w.name, rand.Uint64())
		w.secrets = append(w.secrets, secret)
		e := newEvent(i, func(e *event.Event) {
			e.EventID, e.EventType, e.TenantID = own("id"), "omninode."+own("type")+".completed.v1", w.name
			e.Namespace, e.Source, e.CorrelationID = own("namespace"), own("source"), own("correlation")
			e.CausationID, e.SchemaRef = own("causation"), own("schema")
			e.Payload = json.RawMessage(`{"text":"` + secret + `","n":` + fmt.Sprint(i) + `}`)
			e.Topic, e.Partition = own("topic"), 0
		})
		if i%5 == 0 {
			e.EventID, e.CorrelationID = "shared-id", "shared-correlation"
		}
		e.EventID += fmt.Sprint("-", i)
		if i%5 > 0 { // the others have it, too
			w.nameable = append(w.nameable, e.EventID)
		}
		made = append(made, e)
	}
	w.nameable = append(w.nameable, w.name)
	return made
}

// leaks gives what is seen of the tenant's that the request did not say itself.
func (w *tenant) leaks(request string, seen []byte) string {
	for _, text := range slices.Concat(w.secrets, w.nameable, []string{w.name}) {
		if bytes.Contains(seen, []byte(text)) && !strings.Contains(request, text) {
			return text
		}
	}
	return ""
}

// route is a path of the server, with the parameters that it says it has.
type route struct {
	template   string
	parameters []string
}

var says = regexp.MustCompile(`the parameters are ([a-z_, ]+)`)

// routes are all that the router knows, asked for the parameters that they
// have: an endpoint that is added is among them.
func (b *bench) routes(token string) []route {
	b.tb.Helper()
	var all []route
	router := b.server.http.Handler.(*mux.Router)
	err := router.Walk(func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := r.GetPathTemplate()
		if err != nil || r.GetHandler() == nil {
			return err
		}
		found := route{template: template}
		if strings.HasSuffix(template, "/stream") { // which does not list them
			found.parameters = append(slices.Clone(filter.Names), "position", "last")
		}
		got := b.do("GET", pathOf(template, "x")+"?no_such_parameter=1", bearer(token))
		if m := says.FindSubmatch(got.body); m != nil {
			found.parameters = strings.Split(string(m[1]), ", ")
		}
		all = append(all, found)
		return nil
	})
	if err != nil || len(all) < 10 {
		b.tb.Fatalf("got %d routes and %v", len(all), err)
	}
	return all
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

func pathOf(template, value string) string {
	return variable.ReplaceAllLiteralString(template, url.PathEscape(value))
}

func bearer(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}, "X-Request-Id": {"walls"}}
}

// dice makes random requests.
type dice struct {
	*rand.Rand
	texts   []string // of both tenants, and of nobody
	cursors []string // that anybody was given
}

func (d *dice) one(of ...string) string { return of[d.IntN(len(of))] }
func (d *dice) text() string            { return d.one(d.texts...) }

// kinds are what the variables of paths are filled with, where it is known.
var kinds = map[string]string{"{event_id}": "-id-", "{correlation_id}": "-correlation-"}

// inPath prefers what belongs to a tenant: the answer is not empty then.
func (d *dice) inPath(template string, w *tenant) string {
	if d.IntN(3) == 0 {
		return d.text()
	}
	kind := kinds[variable.FindString(template)]
	return d.one(slices.DeleteFunc(slices.Clone(w.nameable), func(text string) bool { return !strings.Contains(text, kind) })...)
}

// value gives something that a parameter may understand, or at times not.
func (d *dice) value(name string) string {
	switch name {
	case "start", "start_time":
		return d.one("2026-10-01T00:00:00Z", "2026-10-01T08:00:00.2Z")
	case "end", "end_time":
		return d.one("2026-10-01T23:00:00Z", "2026-10-01T08:00:00.3Z")
	case "position":
		return d.one("0", "5", "41")
	case "limit", "buckets", "last":
		return d.one("1", "7", "100")
	case "offset":
		return d.one("0", "1", "5")
	case "order_by":
		return d.one("timestamp", "position", "stored_at")
	case "order_direction":
		return d.one("asc", "desc")
	case "outcomes":
		return d.one("success", "failure", "open")
	case "event_types", "topics":
		return d.one("*", "*"+d.text()+"*", d.text(), "*.v1")
	case "fields":
		return d.one("event_types", "sources,namespaces", "tenant_ids", "topics,correlation_ids")
	case "where":
		return d.one(`payload.n > 3`, `payload.text = "*"`, `tenant_id = "`+d.text()+`"`, `NOT tenant_id = "`+d.text()+`"`, `source:* OR tenant_id:*`)
	case "cursor":
		return d.one(append(d.cursors, "AAAA")...)
	}
	return d.text()
}

// query gives some of the parameters of a route; a range is always named, so
// that the answer does not depend on when it was asked.
func (d *dice) query(parameters []string) url.Values {
	q := url.Values{}
	often := []int{2, 5, 50}[d.IntN(3)] // one in so many
	for _, name := range parameters {
		always := slices.Contains([]string{"start", "end", "start_time", "end_time"}, name)
		if name == "cursor" && d.IntN(4) > 0 || name == "offset" && q.Has("cursor") || !always && d.IntN(often) > 0 {
			continue
		}
		q.Set(name, d.value(name))
	}
	return q
}

func newDice(tb testing.TB, tenants ...*tenant) *dice {
	seed := *wallSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("repeat with: go test ./internal/api -run '^%s$' -walls-seed %d", tb.Name(), seed)
		}
	})
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 0)), texts: []string{"shared-id-0", "shared-id-5", "shared-correlation", "nobody", "*", ""}}
	for _, w := range tenants {
		for _, text := range w.nameable {
			d.texts = append(d.texts, text, text)
		}
	}
	return d
}

// asked is one random request.
type asked struct {
	method, path string
	header       http.Header
}

func (d *dice) request(r route, w *tenant) asked {
	path := pathOf(r.template, d.inPath(r.template, w))
	if q := d.query(r.parameters).Encode(); q != "" {
		path += "?" + q
	}
	h := bearer(w.token)
	h.Set("Accept", d.one("application/json", "*/*", "application/x-ndjson", "text/csv", "application/cloudevents-batch+json", "text/event-stream"))
	method := "GET"
	if d.IntN(20) == 0 {
		method = d.one("HEAD", "DELETE", "POST")
	}
	return asked{method, path, h}
}

// some reads an answer, of which a stream has no end, for a while.
func (b *bench) some(r asked) (status int, seen []byte) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	hr, err := http.NewRequestWithContext(ctx, r.method, b.url+r.path, nil)
	if err != nil {
		b.tb.Fatal(err)
	}
	hr.Header = r.header
	resp, err := http.DefaultTransport.RoundTrip(hr)
	if err != nil {
		b.tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		time.AfterFunc(200*time.Millisecond, cancel)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, context.Canceled) {
		b.tb.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	for name, values := range resp.Header {
		body = fmt.Appendf(body, "\n%s: %s", name, values)
	}
	return resp.StatusCode, body
}

func withTokens(c *Config) { c.Auth, _ = auth.New(tokenConfig) }

func TestNotAByteCrossesBetweenTenantsWhateverTheyAskFor(t *testing.T) {
	b := serve(t, testenv.Database(t), withTokens)
	sides := [2]*tenant{newTenant(t, "ann6f1c"), newTenant(t, "bob93aa")}
	for i := range 6 { // interleaved
		for _, w := range sides {
			b.append(event.Batch{Events: w.events(i*7, 7), Rejected: []event.Rejected{{
				Record: event.Record{Partition: event.Partition{Topic: w.name + "-rejected"}, Value: []byte(w.name)}, Reason: "not_json", Detail: w.name,
			}}})
		}
	}
	b.await("the hub at the head", func() bool { return b.hub.Position() == 84 })
	routes, d := b.routes(sides[0].token), newDice(t, sides[:]...)
	answered := map[string]int{} // 200s that say something of the tenant's own
	for i := range *wallRounds {
		for side, w := range sides {
			r := routes[i%len(routes)]
			q := d.request(r, w)
			status, seen := b.some(q)
			said := q.path
			if plain, err := url.QueryUnescape(said); err == nil {
				said += plain
			}
			if leak := sides[1-side].leaks(said, seen); leak != "" {
				t.Fatalf("%s: %s %s shows %q of %s:\n%d %s", w.name, q.method, q.path, leak, sides[1-side].name, status, seen)
			}
			if status >= 500 && status != http.StatusHTTPVersionNotSupported {
				t.Errorf("%s %s: got %d %s", q.method, q.path, status, seen)
			}
			if status == http.StatusOK && bytes.Contains(seen, []byte(w.name)) {
				answered[r.template]++
			}
			if m := regexp.MustCompile(`"next_cursor":"([^"]+)"`).FindSubmatch(seen); m != nil && len(d.cursors) < 100 {
				d.cursors = append(d.cursors, string(m[1]))
			}
		}
	}
	for _, template := range []string{"/events", "/events/{event_id}", "/traces/{correlation_id}", "/statistics", "/event-types"} {
		if answered["/api/event-bus"+template] == 0 {
			t.Errorf("%s: no answer had anything of the tenant's own, so the test says nothing of it: %v", template, answered)
		}
	}
}

func TestAForeignTenantIsRefusedByEveryRouteThatHasAFilter(t *testing.T) {
	b := serve(t, testenv.Database(t), withTokens)
	token := newTenant(t, "ann6f1c").token
	filtered := 0
	for _, r := range b.routes(token) {
		if !slices.Contains(r.parameters, "tenant_ids") {
			continue
		}
		filtered++
		queries := []string{"tenant_ids=bob", "tenant_id=bob", "tenant_ids=ann6f1c,bob", "tenant_ids=ann6f1c&tenant_ids=bob", "tenant_ids=*", "tenant_ids=ANN6F1C"}
		if slices.Contains(r.parameters, "where") {
			queries = append(queries, "where=tenant_id=bob", "where=source=a+OR+tenant_id=bob", "tenant_ids=ann6f1c&where=tenant_id=bob")
		}
		for _, q := range queries {
			h := bearer(token)
			if strings.HasSuffix(r.template, "/stream") {
				h.Set("Upgrade", "websocket")
				h.Set("Connection", "Upgrade")
			}
			if got := b.do("GET", pathOf(r.template, "x")+"?"+q, h); got.status != http.StatusForbidden {
				t.Errorf("%s?%s: got %d %s, want 403", r.template, q, got.status, got.body)
			}
		}
	}
	if filtered < 6 {
		t.Errorf("got %d routes with a filter, want the six that there were at first at least", filtered)
	}
}

// changing is what differs from one answer to the same question to the next.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// What another tenant has must not even be counted: with its events and
// without them, everything that is answered is the same.
func TestAnswersDoNotDependOnWhatAnotherTenantHas(t *testing.T) {
	alone, both := serve(t, testenv.Database(t), withTokens), serve(t, testenv.Database(t), withTokens)
	w, other := newTenant(t, "ann6f1c"), newTenant(t, "bob93aa")
	mine, theirs := event.Batch{Events: w.events(0, 40)}, event.Batch{Events: other.events(0, 40)}
	copies := make([]*event.Event, len(mine.Events))
	for i, e := range mine.Events {
		c := *e
		copies[i] = &c
	}
	alone.append(mine)
	both.append(event.Batch{Events: copies}) // first: positions are the same
	both.append(theirs)
	routes := slices.DeleteFunc(alone.routes(w.token), func(r route) bool {
		// The head, which is everybody's, and pages without tenants.
		return strings.HasSuffix(r.template, "/status") || strings.HasSuffix(r.template, "/stream") || !strings.Contains(r.template, "/api/")
	})
	d := newDice(t, w, other)
	plain := func(b []byte) string {
		return changing.ReplaceAllStringFunc(string(b), func(at string) string {
			if strings.HasPrefix(at, "2026-10-01") {
				return at
			}
			return "…"
		})
	}
	for i := range *wallRounds / 2 {
		q := d.request(routes[i%len(routes)], w)
		a, b := alone.do(q.method, q.path, q.header.Clone()), both.do(q.method, q.path, q.header.Clone())
		if a.status != b.status || plain(a.body) != plain(b.body) {
			t.Fatalf("%s %s: got %d %s, without the other tenant %d %s", q.method, q.path, b.status, b.body, a.status, a.body)
		}
		if m := regexp.MustCompile(`"next_cursor":"([^"]+)"`).FindSubmatch(a.body); m != nil && len(d.cursors) < 100 {
			d.cursors = append(d.cursors, string(m[1]))
		}
	}
}

func TestNotAByteCrossesBetweenTenantsOnTheStream(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		withTokens(c)
		c.Stream.Messages, c.Stream.Faults = 1000, 1000
	})
	sides := [2]*tenant{newTenant(t, "ann6f1c"), newTenant(t, "bob93aa")}
	for _, w := range sides {
		b.append(event.Batch{Events: w.events(0, 30)})
	}
	b.await("the hub at the head", func() bool { return b.hub.Position() == 60 })
	d := newDice(t, sides[:]...)
	for side, w := range sides {
		ws := b.connect(w, "position=0")
		heard := map[string]bool{}
		hear := func(request, last string) {
			for typ := ""; typ != last; {
				_, data, err := ws.Read(t.Context())
				if err != nil {
					t.Fatalf("%s: %v after %s", w.name, err, request)
				}
				if leak := sides[1-side].leaks(request, data); leak != "" {
					t.Fatalf("%s: after %s a frame shows %q of %s: %s", w.name, request, leak, sides[1-side].name, data)
				}
				var m said
				if err := json.Unmarshal(data, &m); err != nil {
					t.Fatal(err)
				}
				heard[m.Type+m.Code], typ = true, m.Type
			}
		}
		for round := range *wallRounds / 8 {
			asks := map[string]any{}
			for _, name := range filter.Names {
				switch {
				case d.IntN(4) > 0:
				case name == "where":
					asks[name] = d.value(name)
				default:
					asks[name] = []string{d.value(name)}
				}
			}
			raw, err := json.Marshal(asks)
			if err != nil {
				t.Fatal(err)
			}
			ask := fmt.Sprintf(`{"type":"subscribe","id":"s%d","filter":%s,"from":%s}`, d.IntN(5), raw, d.one(`"now"`, `{"position":0}`, `{"last":50}`, `{"position":33}`))
			say(t, ws, "%s", ask)
			if round%5 == 0 { // live, too
				for _, w := range sides {
					b.hub.Publish(b.append(event.Batch{Events: w.events(100+7*(round+1000*side), 7)}))
				}
			}
			say(t, ws, `{"type":"ping"}`)
			hear(ask, "pong")
		}
		say(t, ws, `{"type":"subscribe","id":"x","filter":{"tenant_ids":["%s","%s"]}}`, w.name, sides[1-side].name)
		hear(sides[1-side].name, "error")
		say(t, ws, `{"type":"ping"}`) // the conn is kept
		hear("", "pong")
		for _, want := range []string{"events", "caught_up", "errorforbidden"} {
			if !heard[want] {
				t.Errorf("%s: heard no %s, so the test says nothing of it: %v", w.name, want, heard)
			}
		}
		_ = ws.CloseNow()
	}
}

// connect opens a conn as a browser does, with the token in a subprotocol.
func (b *bench) connect(w *tenant, query string) *websocket.Conn {
	b.tb.Helper()
	ws, _, err := websocket.Dial(b.tb.Context(), b.url+"/ws?"+query, &websocket.DialOptions{
		Subprotocols: []string{"eventfeed.v1", auth.BearerProtocol + base64.RawURLEncoding.EncodeToString([]byte(w.token))},
	})
	if err != nil {
		b.tb.Fatal(err)
	}
	ws.SetReadLimit(8 << 20)
	return ws
}
