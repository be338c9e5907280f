package api

import (
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// reads are paths that ask the store.
var reads = []string{"events", "events/e-0", "traces/c-1", "statistics", "histogram", "facets", "facets?fields=event_types", "export", "event-types", "rejected", "rejected/1"}

// refused fails unless every read is answered by a 503 that says when to come
// again, within a time.
func (b *bench) refused(within time.Duration) {
	b.tb.Helper()
	var joined sync.WaitGroup
	begun := time.Now()
	for i := range 10 * len(reads) {
		path := "/api/event-bus/" + reads[i%len(reads)]
		joined.Go(func() {
			got, err := b.try(http.MethodGet, path, nil)
			switch took := time.Since(begun); {
			case err != nil:
				b.tb.Error(err)
			case got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || took > within:
				b.tb.Errorf("%s: got %d, Retry-After %q after %s, want 503 within %s", path, got.status, got.header.Get("Retry-After"), took, within)
			}
		})
	}
	joined.Wait()
	b.tb.Logf("refused after %s", time.Since(begun))
}

func (b *bench) status() (st statusJSON) {
	b.tb.Helper()
	begun := time.Now()
	b.into("/api/event-bus/status", &st)
	if took := time.Since(begun); took > time.Second {
		b.tb.Errorf("status took %s, want at most 1 s", took)
	}
	return st
}

func TestAPostgresThatHangsOrIsGoneIsToldSoonAndNobodyWaits(t *testing.T) {
	postgres := testenv.Postgres(t)
	b := serve(t, postgres.URL(), nil)
	fill(b)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, fault := range map[string]struct{ begin, end func() error }{
		"hangs": {
			func() error { return postgres.Signal(syscall.SIGSTOP) },
			func() error { return postgres.Signal(syscall.SIGCONT) },
		},
		"is gone": {postgres.Kill, func() error { return postgres.Start(t.Context()) }},
	} {
		t.Log("PostgreSQL", name)
		b.await("status running", func() bool { return b.status().Status == "running" })
		must(fault.begin())
		b.refused(2 * time.Second)
		b.await("status degraded", func() bool { return b.status().Status == "degraded" })
		if st := b.status(); st.Status != "degraded" || st.Store.State != "away" || len(st.Reasons) != 1 || !st.Active {
			t.Errorf("got %+v, want degraded with a store that is away", st)
		}
		b.refused(300 * time.Millisecond) // it is known now
		for _, path := range []string{"/readyz", "/healthz", "/metrics", "/"} {
			if got := b.get(path); got.status != http.StatusOK {
				t.Errorf("%s: got %d, want 200: an outage is no reason to leave", path, got.status)
			}
		}
		must(fault.end())
		b.await("history again", func() bool { return b.get("/api/event-bus/events").status == http.StatusOK })
	}
	b.await("status running", func() bool { return b.status().Status == "running" })
	if b.server.board.since.IsZero() || len(b.server.board.reads) != 0 {
		t.Errorf("since %s, %d reads left", b.server.board.since, len(b.server.board.reads))
	}
}

func TestAReadEndsWhenTheStoreGoesAway(t *testing.T) {
	b := newBoard()
	ctx, done, err := b.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	away := fmt.Errorf("away")
	changed, ends := b.note(b.state, away, 0)
	if !changed || len(ends) != 1 {
		t.Fatalf("got changed %v and %d reads to end, want 1", changed, len(ends))
	}
	ends[0](away)
	if ctx.Err() == nil {
		t.Error("the read goes on")
	}
	if _, _, err := b.begin(t.Context()); err == nil {
		t.Error("a new read is admitted")
	}
	if _, ends := b.note(b.state, nil, 0); ends != nil {
		t.Errorf("got %d reads to end when the store is back, want none", len(ends))
	}
	if _, done, err := b.begin(t.Context()); err != nil {
		t.Error("a read is refused when the store is back:", err)
	} else {
		done()
	}
}
