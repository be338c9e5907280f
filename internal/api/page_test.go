package api

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var asBrowser = http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}, "Accept-Encoding": {"identity"}}

func TestEveryPathOfThePageIsThePageThatKnowsWhereItIs(t *testing.T) {
	for _, base := range []string{"/", "/prefix"} {
		b := serve(t, testenv.Database(t), func(c *Config) { c.BasePath = base })
		prefix := strings.TrimSuffix(base, "/")
		for path, href := range map[string]string{
			"/": "./", "/live": "./", "/live?zone=utc": "./", "/trace/c-1": "./../", "/trace/a%2Fb": "./../", "/trace/": "./../", "/a/b/c": "./../../",
		} {
			got := b.do(http.MethodGet, prefix+path, asBrowser)
			want := `<!doctype html><base href="` + href + `" />page`
			if got.status != http.StatusOK || string(got.body) != want || got.header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s%s: got %d %q of %s, want %q", prefix, path, got.status, got.body, got.header.Get("Cache-Control"), want)
			}
		}
	}
}

func TestWhatIsNoPageIsAProblemAlsoForBrowsers(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/api", "/api/else", "/api/event-bus/else", "/ws/x", "/metrics/x", "/healthz/x", "/readyz/x", "/assets/gone.js", "/assets/", "//live", "/a/../live"} {
		b.isProblem(b.do(http.MethodGet, path, asBrowser), http.StatusNotFound)
	}
	b.isProblem(b.do(http.MethodGet, "/live", http.Header{"Accept": {"application/json"}}), http.StatusNotFound)
	b.isProblem(b.do(http.MethodPost, "/live", asBrowser), http.StatusMethodNotAllowed)
}

func TestAssetsAreKeptForEverAndAreCompressedBeforehand(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		c.Page = fstest.MapFS{"assets/a-1.js": {Data: []byte("// page")}, "assets/a-1.js.gz": {Data: []byte("packed")}}
	})
	for accept, want := range map[string]string{"gzip": "packed", "br, gzip;q=0.8": "packed", "identity": "// page", "gzip;q=0": "// page", "br": "// page"} {
		got := b.do(http.MethodGet, "/assets/a-1.js", http.Header{"Accept-Encoding": {accept}})
		encoding := map[string]string{"packed": "gzip"}[want]
		if string(got.body) != want || got.header.Get("Content-Encoding") != encoding || got.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: got %q %v, want %q", accept, got.body, got.header, want)
		}
		if got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || !strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%q: got %v, want it kept for ever, by encoding", accept, got.header)
		}
	}
	b.isProblem(b.get("/assets/a-1.js.gz"), http.StatusNotFound)
}

func TestABinaryBuiltWithoutNPMSaysHowToBuildTheDashboard(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		c.Page = fstest.MapFS{"placeholder.html": {Data: []byte(`<base href="/">how to build it`)}}
	})
	if got := b.do(http.MethodGet, "/trace/c-1", asBrowser); got.status != http.StatusOK || string(got.body) != `<base href="./../">how to build it` {
		t.Errorf("got %d %q, want the placeholder", got.status, got.body)
	}
	if got := b.get("/api/event-bus/status"); got.status != http.StatusOK {
		t.Errorf("got %d, want the API to work", got.status)
	}
}

func TestThePageIsToldWhereTokensAre(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		c.TokenURL = `https://login.example.com/token?a="b"`
		c.Page = fstest.MapFS{"index.html": {Data: []byte("<head></head>")}}
	})
	got := b.do(http.MethodGet, "/", asBrowser)
	if want := `<head><meta name="token-url" content="https://login.example.com/token?a=&#34;b&#34;"></head>`; string(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' https://login.example.com;") {
		t.Errorf("got the policy %s, want that address in it", policy)
	}
	for text, good := range map[string]bool{
		"": true, "/token": true, "https://a.example/t": true, "http://127.0.0.1:9/t": true,
		"token": false, "ftp://a/t": false, "https:///t": false, "javascript:alert(1)": false, "https://a;b/t": false, "https://u:p@a/t": false, "//a/t": false,
	} {
		if err := CheckTokenURL(text); (err == nil) != good {
			t.Errorf("%q: got %v, want it taken: %v", text, err, good)
		}
	}
}
