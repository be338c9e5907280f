package api

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// open are the routes that need no token.
var open = []string{"/", "/healthz", "/readyz", "/openapi.json", "/asyncapi.json"}

func TestEveryRouteButTheOpenOnesNeedsAToken(t *testing.T) {
	b := serve(t, testenv.Database(t), withTokens)
	good := newTenant(t, "ann6f1c").token
	expired := tokenFor(t, ann(-time.Hour))
	for _, r := range b.routes(good) {
		path := pathOf(r.template, "x")
		isOpen := slices.Contains(open, path)
		for _, h := range []http.Header{nil, bearer("garbage"), bearer(expired), bearer(good + "x"), {"Authorization": {"Basic YTpi"}}, {"Cookie": {"token=" + good}}} {
			for _, method := range []string{"GET", "HEAD", "DELETE", "POST"} {
				got := b.do(method, path, h.Clone())
				refused := got.status == http.StatusUnauthorized || got.status == http.StatusMethodNotAllowed
				if refused == isOpen && method == "GET" || !isOpen && !refused {
					t.Errorf("%s %s with %v: got %d, open: %v", method, path, h, got.status, isOpen)
				}
				if got.status == http.StatusUnauthorized && !strings.HasPrefix(got.header.Get("WWW-Authenticate"), `Bearer realm="eventfeed"`) {
					t.Errorf("%s %s: got WWW-Authenticate %q", method, path, got.header.Get("WWW-Authenticate"))
				}
			}
		}
	}
	got := b.do("GET", "/api/event-bus/events?access_token="+good, nil)
	b.isProblem(got, http.StatusUnauthorized)
	got = b.do("GET", "/api/event-bus/events", bearer(expired))
	if p := b.isProblem(got, http.StatusUnauthorized); p.Detail != "the token has expired" ||
		got.header.Get("WWW-Authenticate") != `Bearer realm="eventfeed", error="invalid_token", error_description="the token has expired"` {
		t.Errorf("got %+v and %q, want the reason", p, got.header.Get("WWW-Authenticate"))
	}
}

func TestWhatIsForAdminsIsForAdminsOnly(t *testing.T) {
	b := serve(t, testenv.Database(t), withTokens)
	admin := ann(time.Hour)
	admin.Admin = true
	for _, path := range []string{"/metrics", "/api/event-bus/rejected"} {
		b.isProblem(b.do("GET", path, bearer(tokenFor(t, ann(time.Hour)))), http.StatusForbidden)
		if got := b.do("GET", path, bearer(tokenFor(t, admin))); got.status != http.StatusOK {
			t.Errorf("%s: got %d for an admin, want 200", path, got.status)
		}
	}
	b.isProblem(b.do("GET", "/api/event-bus/events?tenant_id=gamma", bearer(tokenFor(t, admin))), http.StatusForbidden) // an admin is not all
}

func TestAnIssuerThatIsAwayIsNoFaultOfTheToken(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = away{} })
	got := b.get("/api/event-bus/events")
	if b.isProblem(got, http.StatusServiceUnavailable); got.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

type away struct{ auth.None }

func (away) Authenticate(*http.Request) (auth.Principal, error) {
	return auth.Principal{}, auth.ErrIssuerAway
}

func TestABrowserSendsItsTokenAsASubprotocol(t *testing.T) {
	b := serve(t, testenv.Database(t), withTokens)
	ws := b.connect(newTenant(t, "ann6f1c"), "")
	if ws.Subprotocol() != "eventfeed.v1" {
		t.Errorf("got subprotocol %q, want eventfeed.v1: the token is not answered", ws.Subprotocol())
	}
	_, data, err := ws.Read(t.Context())
	if err != nil || !strings.Contains(string(data), `"tenants":["ann6f1c"],"admin":false`) {
		t.Errorf("got %s, %v, want a hello with its tenants", data, err)
	}
	_ = ws.CloseNow()
	_, resp, err := websocket.Dial(t.Context(), b.url+"/ws", &websocket.DialOptions{Subprotocols: []string{"eventfeed.v1", auth.BearerProtocol + "Z2FyYmFnZQ"}})
	if err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a bad token: got %v, want 401", err)
	}
}

func TestAPrincipalHasABoundedNumberOfConns(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{PerPrincipal: 3}, func(b *streamBench) {
		var first *websocket.Conn
		for range 3 {
			first = b.dialAs("", ann(time.Hour))
		}
		bob := ann(time.Hour)
		bob.Subject = "bob"
		b.dialAs("", bob)
		who, err := b.auth.Verify(context.Background(), tokenFor(t, ann(2*time.Hour))) // another token of the same subject
		if err != nil {
			t.Fatal(err)
		}
		if err := b.streams.admit(who); !errors.Is(err, errTooMany) {
			t.Errorf("got %v for a fourth, want errTooMany", err)
		}
		_ = first.CloseNow()
		time.Sleep(time.Second)
		b.dialAs("", ann(time.Hour))
	})
	inBubble(t, StreamConfig{PerPrincipal: 1}, func(b *streamBench) { // everybody is one
		b.dial("")
		b.dial("")
	})
}

func TestTooManyConnsAreAnsweredWith429(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		withTokens(c)
		c.Stream.PerPrincipal = 1
	})
	w := newTenant(t, "ann6f1c")
	ws := b.connect(w, "")
	until(t, ws, "hello")
	h := bearer(w.token)
	h.Set("Upgrade", "websocket")
	h.Set("Connection", "Upgrade")
	got := b.do("GET", "/ws", h)
	if b.isProblem(got, http.StatusTooManyRequests); got.header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
	_ = ws.CloseNow()
}

func TestOnlyAllowedOriginsOpenAStream(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Stream.AllowedOrigins = []string{"app.example.com", "https://*.example.org"} })
	for origin, ok := range map[string]bool{
		"": true, b.url: true, "https://app.example.com": true, "https://a.example.org": true,
		"http://a.example.org": false, "https://example.com": false, "https://app.example.com.evil.com": false, "https://evil.com": false, "null": false,
		"http://localhost:1": false,
	} {
		h := http.Header{}
		if origin != "" {
			h.Set("Origin", origin)
		}
		ws, resp, err := websocket.Dial(t.Context(), b.url+"/ws", &websocket.DialOptions{HTTPHeader: h})
		if (err == nil) != ok || !ok && resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q: got %v, want it allowed: %v, else 403", origin, err, ok)
		}
		if err == nil {
			_ = ws.CloseNow()
		}
	}
}

// A filter that was not restricted is one that somebody forgot: only these
// functions make one.
func TestFiltersAreMadeWhereTheyAreRestricted(t *testing.T) {
	allowed := map[string]bool{
		"parameters.filter FromQuery": true, "parseURL FromQuery": true, "readFilter ParseJSON": true, // and restricted there, or before the conn is admitted
		"parameters.filter Filter": true, "nothing Filter": true,
	}
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, made := range filtersMadeIn(f) {
				found[made] = true
				if !allowed[made] {
					t.Errorf("%s: %s: a filter comes from parameters.filter or readFilter", files.Position(f.Pos()), made)
				}
			}
		}
	}
	if !maps.Equal(found, allowed) {
		t.Errorf("got %v, want each of %v: the test looks in the wrong place", found, allowed)
	}
}

// filtersMadeIn names the ways in which a function makes filters.
func filtersMadeIn(f *ast.FuncDecl) (made []string) {
	name := f.Name.Name
	if f.Recv != nil {
		if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
			name = star.X.(*ast.Ident).Name + "." + name
		}
	}
	ofFilter := func(e ast.Expr) string {
		s, ok := e.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "filter" {
			return s.Sel.Name
		}
		return ""
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if ofFilter(n.Type) == "Filter" {
				made = append(made, name+" Filter")
			}
		case *ast.CallExpr:
			if s := ofFilter(n.Fun); s == "FromQuery" || s == "ParseJSON" {
				made = append(made, name+" "+s)
			}
		}
		return true
	})
	return made
}
