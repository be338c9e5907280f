package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/store"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// stored lets a hub read a store.
type stored struct{ *store.Store }

func (h stored) Window(ctx context.Context, f filter.Filter, after, through event.Position) (hub.Window, error) {
	w, err := h.Store.Window(ctx, f, after, through)
	return hub.Window(w), err
}

// who makes everybody this principal; nobody is a principal if it has no
// subject.
type who auth.Principal

func (w who) Authenticate(*http.Request) (auth.Principal, error) {
	if w.Subject == "" {
		return auth.Principal{}, fmt.Errorf("%w: there is none", auth.ErrUnauthenticated)
	}
	return auth.Principal(w), nil
}

func (w who) Verify(context.Context, string) (auth.Principal, error) { return w.Authenticate(nil) }

// bench is a server over a real store.
type bench struct {
	tb     testing.TB
	server *Server
	store  *store.Store
	hub    *hub.Hub
	url    string // without BasePath
	end    func() // of the server; the store stays open
	next   map[event.Partition]int64
}

// serve runs a server over a store at a URL, with a change to its Config.
func serve(tb testing.TB, database string, change func(*Config)) *bench {
	tb.Helper()
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	st, err := store.Open(tb.Context(), store.Config{URL: database, Logger: logger})
	if err != nil {
		tb.Fatal(err)
	}
	h, err := hub.New(tb.Context(), hub.Config{History: stored{st}, Logger: logger})
	if err != nil {
		tb.Fatal(err)
	}
	c := Config{
		Store: st, Hub: h, Auth: auth.None{}, Registry: prometheus.NewPedanticRegistry(), Logger: logger, Version: "test", Replica: "r1", RealTime: true,
		Kafka: func() Part { return Part{OK: true, Detail: map[string]int{"topics": 3}} },
		Page: fstest.MapFS{
			"index.html": {Data: []byte(`<!doctype html><base href="/" />page`)}, "assets/a-1.js": {Data: []byte("// page")},
			"assets/b-2.css": {Data: []byte("/**/")}, "placeholder.html": {Data: []byte(`<base href="/">how to build it`)},
		},
	}
	if change != nil {
		change(&c)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	h = c.Hub
	b := &bench{tb: tb, server: New(c), store: st, hub: h, url: "http://" + listener.Addr().String(), next: map[event.Partition]int64{}}
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() { _ = h.Run(ctx) })
	joined.Go(func() { _ = h.Follow(ctx) })
	joined.Go(func() {
		if err := b.server.Run(ctx, listener); err != nil {
			tb.Error("run:", err)
		}
	})
	b.end = func() {
		cancel()
		joined.Wait()
	}
	tb.Cleanup(func() {
		b.end()
		st.Close()
	})
	b.await("ready", func() bool { return b.get(strings.TrimSuffix(c.BasePath, "/")+"/readyz").status == http.StatusOK })
	return b
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	return serve(tb, testenv.Database(tb), nil)
}

// await polls what only another process can tell.
func (b *bench) await(what string, reached func() bool) {
	b.tb.Helper()
	deadline := time.After(15 * time.Second)
	for !reached() {
		select {
		case <-deadline:
			b.tb.Fatal("not reached within 15 s: ", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// reply is an answer that has been read whole.
type reply struct {
	status int
	header http.Header // with the trailer
	body   []byte
}

func (b *bench) get(path string) reply {
	b.tb.Helper()
	return b.do(http.MethodGet, path, nil)
}

func (b *bench) do(method, path string, header http.Header) reply {
	b.tb.Helper()
	got, err := b.try(method, path, header)
	if err != nil {
		b.tb.Fatal(err)
	}
	return got
}

func (b *bench) try(method, path string, header http.Header) (reply, error) {
	r, err := http.NewRequest(method, b.url+path, nil)
	if err != nil {
		return reply{}, err
	}
	if header != nil {
		r.Header = header
	}
	resp, err := http.DefaultTransport.RoundTrip(r) // which follows no redirect
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(resp.Body)
	maps.Copy(resp.Header, resp.Trailer)
	return reply{resp.StatusCode, resp.Header, body}, errors.Join(err, resp.Body.Close())
}

// into reads an answer of 200.
func (b *bench) into(path string, v any) {
	b.tb.Helper()
	got := b.get(path)
	if got.status != http.StatusOK {
		b.tb.Fatalf("%s: got %d %s, want 200", path, got.status, got.body)
	}
	if err := json.Unmarshal(got.body, v); err != nil {
		b.tb.Fatalf("%s: %v in %s", path, err, got.body)
	}
}

// isProblem fails unless an answer is a problem of that status.
func (b *bench) isProblem(got reply, status int) (p problem) {
	b.tb.Helper()
	if got.status != status || got.header.Get("Content-Type") != "application/problem+json" {
		b.tb.Errorf("got %d %s %s, want a problem of %d", got.status, got.header.Get("Content-Type"), got.body, status)
		return p
	}
	if err := json.Unmarshal(got.body, &p); err != nil {
		b.tb.Errorf("%v in %s", err, got.body)
	}
	want := problem{"about:blank", http.StatusText(status), status, p.Detail, p.Parameter, p.At, got.header.Get("X-Request-Id")}
	if diff := cmp.Diff(want, p); diff != "" || p.Detail == "" || p.RequestID == "" {
		b.tb.Errorf("problem %s (-want +got):\n%s", got.body, diff)
	}
	return p
}

// append stores events, rejected events and gaps at the next offsets of their
// partitions.
func (b *bench) append(batch event.Batch) event.Appended {
	b.tb.Helper()
	spans := map[event.Partition]event.Span{}
	take := func(p event.Partition) int64 {
		s, ok := spans[p]
		if !ok {
			s = event.Span{Partition: p, From: b.next[p], Next: b.next[p]}
		}
		s.Next++
		spans[p] = s
		return s.Next - 1
	}
	for _, e := range batch.Events {
		e.Offset = take(event.Partition{Topic: e.Topic, ID: e.Partition})
	}
	for i := range batch.Rejected {
		r := &batch.Rejected[i]
		r.Offset = take(r.Partition)
	}
	for p, s := range spans {
		b.next[p] = s.Next
		batch.Spans = append(batch.Spans, s)
	}
	a, err := b.store.Append(b.tb.Context(), batch)
	if err != nil {
		b.tb.Fatal(err)
	}
	return a
}

var update = flag.Bool("update", false, "write golden files")

// volatile is what differs from run to run.
var volatile = regexp.MustCompile(`"(stored_at|storedat|rejected_at|request_id|epoch|since|bytes|noticed_at)":("[^"]*"|\d+)`)

// volatileCell is the last one of a row of CSV, when the event was stored.
var volatileCell = regexp.MustCompile(`(?m),[0-9-]{10}T[0-9:.]+Z$`)

// golden compares an answer with a file of testdata: the status, the headers
// that matter, the body.
func golden(tb testing.TB, name string, got reply) {
	tb.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d\n", got.status)
	for _, h := range []string{"Allow", "Cache-Control", "Content-Disposition", "Content-Security-Policy", "Content-Type", countTrailer, "Location", "Retry-After"} {
		for _, v := range got.header.Values(h) {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	body := volatile.ReplaceAll(got.body, []byte(`"$1":"…"`))
	if got.header.Get("Content-Type") == "text/csv" {
		body = volatileCell.ReplaceAll(body, []byte(",…"))
	}
	fmt.Fprintf(&b, "\n%s", body)
	path := filepath.Join("testdata", name+".http")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
