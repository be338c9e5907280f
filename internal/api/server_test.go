package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestUnknownPathsAndMethodsAreProblems(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{
		"/api", "/api/", "/api/event-bus", "/api/event-bus/", "/api/event-bus/events/", "/api/event-bus/events/a/b", "/api//event-bus/events",
		"/api/event-bus/../event-bus/events", "/nothing", "/a", "/a/", "//page.js", "/a/../page.js", "/..%2fpage.go", "/page.js/", "/ws/x",
	} {
		b.isProblem(b.get(path), http.StatusNotFound)
	}
	for _, path := range []string{"/", "/healthz", "/metrics", "/ws", "/api/event-bus/status", "/api/event-bus/events/e-0", "/api/event-bus/stream"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
			got := b.do(method, path, nil)
			if b.isProblem(got, http.StatusMethodNotAllowed); got.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: got Allow %q", method, path, got.header.Get("Allow"))
			}
		}
	}
	if got := b.do("HEAD", "/api/event-bus/status", nil); got.status != http.StatusOK || len(got.body) > 0 {
		t.Errorf("HEAD: got %d and %d bytes, want 200 and none", got.status, len(got.body))
	}
}

func TestARequestIDIsKeptIfItIsSane(t *testing.T) {
	b := newBench(t)
	for id, kept := range map[string]bool{"r-1": true, "0190b7e0-c001:a.b_C": true, "": false, "a b": false, `"`: false, strings.Repeat("x", 65): false} {
		got := b.do("GET", "/api/event-bus/nothing", http.Header{"X-Request-Id": {id}})
		b.isProblem(got, http.StatusNotFound)
		if answered := got.header.Get("X-Request-Id"); (answered == id) != kept || answered == "" {
			t.Errorf("%q: got %q, want it kept: %v", id, answered, kept)
		}
	}
}

func TestAnswersAreCompressedForThoseWhoAcceptIt(t *testing.T) {
	b := newBench(t)
	for i := range 50 {
		b.append(event.Batch{Events: []*event.Event{newEvent(i, nil)}})
	}
	plain := b.get("/api/event-bus/events") // Go's transport asks for no compression itself here
	for accept, encoding := range map[string]string{"gzip": "gzip", "br, gzip;q=0.5": "gzip", "zstd": "", "gzip;q=0": "", "identity": ""} {
		got := b.do("GET", "/api/event-bus/events", http.Header{"Accept-Encoding": {accept}})
		body := got.body
		if encoding == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if got.header.Get("Content-Encoding") != encoding || !bytes.Equal(body, plain.body) || got.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: got %q and %d bytes, want %q and the same %d", accept, got.header.Get("Content-Encoding"), len(body), encoding, len(plain.body))
		}
	}
}

func TestThePageWorksBelowAPrefix(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.BasePath = "/prefix/" })
	if got := b.get("/prefix?types=a"); got.status != http.StatusTemporaryRedirect || got.header.Get("Location") != "/prefix/?types=a" {
		t.Errorf("got %d to %q, want a redirect into the prefix", got.status, got.header.Get("Location"))
	}
	for path, contentType := range map[string]string{
		"/prefix/": "text/html; charset=utf-8", "/prefix/assets/a-1.js": "text/javascript; charset=utf-8", "/prefix/assets/b-2.css": "text/css; charset=utf-8",
		"/prefix/api/event-bus/status": "application/json", "/prefix/healthz": "application/json",
	} {
		got := b.get(path)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != contentType || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %d %v, want 200 of %s", path, got.status, got.header, contentType)
		}
	}
	for _, path := range []string{"/", "/assets/a-1.js", "/prefixed/", "/api/event-bus/status", "/prefix/prefix/", "/prefix/api/x"} {
		b.isProblem(b.get(path), http.StatusNotFound)
	}
}

func TestTheStreamGoesThroughTheWholeServer(t *testing.T) {
	b := newBench(t)
	b.append(event.Batch{Events: []*event.Event{newEvent(0, nil)}})
	b.await("the hub at the head", func() bool { return b.hub.Position() == 1 })
	for _, path := range []string{"/ws", "/api/event-bus/stream"} {
		ws, _, err := websocket.Dial(t.Context(), b.url+path+"?position=0&tenant_id=acme", &websocket.DialOptions{Subprotocols: []string{"eventfeed.v1"}})
		if err != nil {
			t.Fatal(err)
		}
		var got event.Position
		for got == 0 {
			if f := next(t, ws); len(f.Events) > 0 {
				got = f.Events[0].Position
			}
		}
		if got != 1 {
			t.Errorf("%s: got position %d, want 1", path, got)
		}
		_ = ws.CloseNow()
	}
	if got := b.get("/ws"); got.header.Get("Upgrade") != "websocket" {
		t.Error("426 without Upgrade")
	} else {
		b.isProblem(got, http.StatusUpgradeRequired)
	}
}

func TestTheStreamCanBeSwitchedOff(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.RealTime = false })
	b.isProblem(b.get("/ws"), http.StatusNotFound)
	b.isProblem(b.get("/api/event-bus/stream?last=5"), http.StatusNotFound)
}

func TestDrainEndsConnsWithGoodbyeAndThenTheServer(t *testing.T) {
	b := newBench(t)
	ws, _, err := websocket.Dial(t.Context(), b.url+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	if f := next(t, ws); f.Type != "hello" {
		t.Fatalf("got %+v, want hello", f)
	}
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go func() { drained <- b.server.Drain(ctx) }()
	for f := (said{}); f.Type != "goodbye"; f = next(t, ws) {
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != closeDraining {
		t.Errorf("got %v, want close code %d", err, closeDraining)
	}
	if err := <-drained; err != nil {
		t.Error("drain:", err)
	}
	if _, err := b.try("GET", "/healthz", nil); err == nil {
		t.Error("the server still answers")
	}
}

func TestEventsAreTheSameBytesEverywhere(t *testing.T) {
	b := newBench(t)
	fill(b)
	var page, one, trace struct{ Events []json.RawMessage }
	b.into("/api/event-bus/events?event_types=*.failed.v1", &page)
	b.into("/api/event-bus/events/e-2", &one)
	b.into("/api/event-bus/traces/c-1?outcomes=failure", &trace)
	if !bytes.Equal(page.Events[0], one.Events[0]) || !bytes.Equal(page.Events[0], trace.Events[0]) {
		t.Errorf("got %s, %s and %s, want the same", page.Events, one.Events, trace.Events)
	}
}

func TestTheServerEndsWithItsContextAndCutsConnsOff(t *testing.T) {
	b := newBench(t)
	ws, _, err := websocket.Dial(t.Context(), b.url+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	if f := next(t, ws); f.Type != "hello" {
		t.Fatalf("got %+v, want hello", f)
	}
	b.end()
	for err == nil {
		_, _, err = ws.Read(t.Context())
	}
	if _, err := b.try("GET", "/healthz", nil); err == nil {
		t.Error("the server still answers")
	}
}
