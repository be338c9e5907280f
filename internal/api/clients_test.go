package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// clientsPage is an answer of GET /clients.
type clientsPage struct {
	Clients []clientJSON
	Count   int
	Replica string
}

func TestAdminsSeeEachConnAndCanCloseIt(t *testing.T) {
	b := newBench(t)
	b.append(event.Batch{Events: []*event.Event{newEvent(0, nil), newEvent(1, nil)}})
	b.await("the hub at the head", func() bool { return b.hub.Position() == 2 })
	ws, _, err := websocket.Dial(t.Context(), b.url+"/ws?position=0&tenant_id=acme", &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {"test/1"}}})
	if err != nil {
		t.Fatal(err)
	}
	until(t, ws, "caught_up")
	r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/api/event-bus/stream", nil)
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
	b.await("two conns that are live", func() bool {
		b.into("/api/event-bus/clients", &p)
		return p.Count == 2 && len(p.Clients) == 2 && p.Clients[1].Frames >= 3 && p.Clients[0].Frames >= 4
	})
	if p.Replica != "r1" || p.Clients[0].Transport != "websocket" || p.Clients[1].Transport != "sse" || p.Clients[0].ID == p.Clients[1].ID {
		t.Errorf("got %+v, want a WebSocket and an event stream of r1", p)
	}
	c := p.Clients[0]
	if c.Subject != "anonymous" || !c.Admin || !slices.Equal(c.Tenants, []string{"*"}) || c.RemoteAddress != "127.0.0.1" ||
		c.UserAgent != "test/1" || time.Since(c.Since) > time.Minute || c.Bytes < 200 || len(c.Subscriptions) != 1 {
		t.Errorf("got %+v", c)
	}
	if s := c.Subscriptions[0]; s.ID != "default" || s.State != "live" || s.Position != 2 || s.Behind != 0 || s.Filter.TenantIDs[0] != "acme" || s.Feed == 0 {
		t.Errorf("got %+v, want default live at 2", s)
	}
	for _, client := range p.Clients {
		if got := b.do("DELETE", "/api/event-bus/clients/"+client.ID, nil); got.status != http.StatusNoContent || len(got.body) > 0 {
			t.Errorf("got %d %s, want 204", got.status, got.body)
		}
		b.isProblem(b.do("DELETE", "/api/event-bus/clients/"+client.ID, nil), http.StatusNotFound)
	}
	if m := until(t, ws, "goodbye"); m.Reason != "dismissed" || m.After != 30_000 {
		t.Errorf("got %+v, want dismissed for 30 s", m)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != closeDismissed {
		t.Errorf("got %v, want close code %d", err, closeDismissed)
	}
	b.into("/api/event-bus/clients", &p)
	if p.Count != 0 {
		t.Errorf("got %d conns, want none", p.Count)
	}
}

func TestConnsAreForAdminsAndOnlyClosed(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s", Tenants: []string{"acme"}} })
	b.isProblem(b.get("/api/event-bus/clients"), http.StatusForbidden)
	b.isProblem(b.do("DELETE", "/api/event-bus/clients/x", nil), http.StatusForbidden)
	for path, allow := range map[string]string{"clients/x": "DELETE", "clients": "GET, HEAD"} {
		got := b.do("PUT", "/api/event-bus/"+path, nil)
		if b.isProblem(got, http.StatusMethodNotAllowed); got.header.Get("Allow") != allow {
			t.Errorf("%s: got Allow %q, want %q", path, got.header.Get("Allow"), allow)
		}
	}
}

// A peer that takes nothing takes no farewell; it is cut off.
func TestAConnThatTakesNothingIsSeenBehindAndClosedOnce(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws := b.dial("from=now")
		until(t, ws, "caught_up")
		b.store(1, 10)
		synctest.Wait()
		b.store(100, 1000)
		synctest.Wait()
		peers := b.streams.peers()
		if len(peers) != 1 {
			t.Fatalf("got %d conns, want 1", len(peers))
		}
		var shown clientJSON
		if raw, err := json.Marshal(showPeer(peers[0])); err != nil || json.Unmarshal(raw, &shown) != nil {
			t.Fatal(err)
		}
		if s := shown.Subscriptions[0]; s.Position != 1 || s.Behind != 100 || s.State != "live" {
			t.Errorf("got %+v, want it at 1 and 100 behind", s)
		}
		begun := time.Now()
		first := make(chan error)
		go func() { first <- b.streams.dismiss(context.Background(), shown.ID) }()
		synctest.Wait()
		if err := b.streams.dismiss(context.Background(), shown.ID); problemOf(err).Status != http.StatusConflict {
			t.Errorf("a second time: got %v, want a 409", err)
		}
		if err := <-first; err != nil || time.Since(begun) > 2*time.Second {
			t.Errorf("got %v after %s, want it gone within 2 s", err, time.Since(begun))
		}
		if err := b.streams.dismiss(context.Background(), shown.ID); problemOf(err).Status != http.StatusNotFound {
			t.Errorf("when it has gone: got %v, want a 404", err)
		}
		if n := b.hub.Status().Conns; n != 0 {
			t.Errorf("got %d conns, want 0", n)
		}
	})
}
