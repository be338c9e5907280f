package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestStatusSaysInWordsWhatIsNotAsItShouldBe(t *testing.T) {
	var kafka atomic.Pointer[Part]
	kafka.Store(&Part{OK: true})
	b := serve(t, testenv.Database(t), func(c *Config) { c.Kafka = func() Part { return *kafka.Load() } })
	if st := b.status(); st.Status != "running" || !st.Active || !st.Connected || len(st.Reasons) != 0 {
		t.Errorf("got %+v, want running without a reason", st)
	}
	kafka.Store(&Part{OK: true, Reason: "no topic matches"})
	if st := b.status(); st.Status != "degraded" || !st.Connected || st.Kafka.State != "ok" || st.Kafka.Reason != "no topic matches" || len(st.Reasons) != 1 {
		t.Errorf("got %+v, want degraded although connected", st)
	}
	kafka.Store(&Part{Reason: "Kafka is away"})
	if st := b.status(); st.Status != "degraded" || st.Connected || st.Kafka.State != "away" || len(st.Reasons) != 1 {
		t.Errorf("got %+v, want degraded and not connected", st)
	}
	if got := b.get("/readyz"); got.status != http.StatusOK {
		t.Errorf("readyz without Kafka: got %d, want 200", got.status)
	}
	b.server.streams.draining.Store(true)
	if st := b.status(); st.Status != "stopped" || st.Active {
		t.Errorf("got %+v, want stopped", st)
	}
	if p := b.isProblem(b.get("/readyz"), http.StatusServiceUnavailable); p.Detail != "draining" {
		t.Errorf("readyz while draining: got %q, want draining", p.Detail)
	}
}

func TestStatusKeepsOtherTenantsNumbersFromWhoIsNoAdmin(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s", Tenants: []string{"acme"}} })
	fill(b)
	b.await("the head", func() bool { return b.status().Head == 4 })
	var st map[string]json.RawMessage
	b.into("/api/event-bus/status", &st)
	for name, want := range map[string]string{"kafka": `{"state":"ok"}`, "relay": `{"state":"none"}`, "hub": ``} {
		if string(st[name]) != want {
			t.Errorf("%s: got %s, want %s", name, st[name], want)
		}
	}
	var members map[string]any
	if err := json.Unmarshal(st["store"], &members); err != nil || len(members) != 2 || members["state"] != "ok" || members["since"] == nil {
		t.Errorf("store: got %s, %v, want state and since alone", st["store"], err)
	}
}

func TestAReasonThatMayNameTopicsIsForAdmins(t *testing.T) {
	var part atomic.Pointer[Part]
	part.Store(&Part{OK: true})
	b := serve(t, testenv.Database(t), func(c *Config) {
		c.Auth = who{Subject: "s", Tenants: []string{"acme"}}
		c.Kafka = func() Part { return *part.Load() }
	})
	for _, p := range []Part{{OK: true, Reason: "the topic beta.omninode.x.v1 has gone"}, {Reason: "no broker of beta answers"}} {
		part.Store(&p)
		got := b.get("/api/event-bus/status")
		var st statusJSON
		if err := json.Unmarshal(got.body, &st); err != nil || bytes.Contains(got.body, []byte("beta")) || st.Status != "degraded" || len(st.Reasons) != 1 || st.Reasons[0] == "" {
			t.Errorf("%s: got %s, %v, want degraded with a reason that names nothing", p.Reason, got.body, err)
		}
	}
}

func TestAReplicaIsBehindOnlyAfterAWhileAndNotInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		look := func(last event.Position, err error, position event.Position) {
			b.note(store.State{Head: event.Head{Last: last}}, err, position)
			time.Sleep(lookEvery)
		}
		for range 20 { // the head moves, and this replica is a look behind
			look(b.state.Last+100, nil, b.state.Last)
		}
		if b.behind() {
			t.Error("a replica that follows is behind")
		}
		for range int(behindFor/lookEvery) - 1 {
			look(9000, nil, 1)
		}
		if b.behind() {
			t.Error("a replica is behind at once")
		}
		look(9000, nil, 1)
		look(9000, nil, 1)
		if !b.behind() {
			t.Error("a replica that does not move is not behind")
		}
		look(9000, errors.New("away"), 1)
		if b.behind() {
			t.Error("a replica is behind in an outage")
		}
		look(9000, nil, 1)
		if b.behind() {
			t.Error("a replica is behind right after an outage")
		}
		for range 2 * int(behindFor/lookEvery) {
			look(9000, nil, 9000)
		}
		if b.behind() {
			t.Error("a replica that has caught up is behind")
		}
	})
}

func TestMetricsHaveFewLabelsWhateverClientsAskFor(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/api/event-bus/events/a", "/api/event-bus/events/b", "/nothing", "/api/else", "/", "/api/event-bus/events?limit=0"} {
		b.get(path)
	}
	b.do("BREW", "/api/event-bus/events", nil)
	text := string(b.get("/metrics").body)
	for _, want := range []string{
		`eventfeed_http_requests_total{method="GET",route="/api/event-bus/events/{event_id}",status="4xx"} 2`,
		`eventfeed_http_requests_total{method="GET",route="none",status="4xx"} 1`,
		`eventfeed_http_requests_total{method="GET",route="/",status="4xx"} 1`,
		`eventfeed_http_requests_total{method="GET",route="/",status="2xx"} 1`,
		`eventfeed_http_requests_total{method="other",route="/api/event-bus/events",status="4xx"} 1`,
		`eventfeed_http_request_duration_seconds_count{route="/api/event-bus/events"} 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "nothing") || strings.Contains(text, "BREW") {
		t.Errorf("what a client made up is a label in\n%s", text)
	}
}
