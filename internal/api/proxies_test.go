package api

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func proxies(t *testing.T, texts ...string) Proxies {
	t.Helper()
	p, err := ParseProxies(texts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheClientIsWhoTrustedProxiesSayItIs(t *testing.T) {
	trusted := proxies(t, "10.0.0.0/8", "192.168.1.1", "fd00::/8")
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:5000", "", "203.0.113.9"},
		{"203.0.113.9:5000", "198.51.100.1", "203.0.113.9"}, // anybody can write that
		{"10.1.2.3:5000", "", "10.1.2.3"},
		{"10.1.2.3:5000", "198.51.100.1", "198.51.100.1"},
		{"10.1.2.3:5000", "1.1.1.1, 198.51.100.1", "198.51.100.1"}, // the first was there before our proxy
		{"10.1.2.3:5000", "198.51.100.1, 10.9.9.9, 192.168.1.1", "198.51.100.1"},
		{"10.1.2.3:5000", "10.9.9.9", "10.9.9.9"},
		{"10.1.2.3:5000", "198.51.100.1:4711", "198.51.100.1"},
		{"10.1.2.3:5000", "2001:db8::1", "2001:db8::1"},
		{"10.1.2.3:5000", "[2001:db8::1]:4711", "2001:db8::1"},
		{"10.1.2.3:5000", "[2001:db8::1]", "2001:db8::1"},
		{"[fd00::1%eth0]:5000", "198.51.100.1", "198.51.100.1"},
		{"[::ffff:10.1.2.3]:5000", "::ffff:198.51.100.1", "198.51.100.1"},
		{"10.1.2.3:5000", "198.51.100.1, garbage", "10.1.2.3"},
		{"10.1.2.3:5000", "unknown", "10.1.2.3"},
		{"10.1.2.3:5000", "198.51.100.1,", "10.1.2.3"},
		{"10.1.2.3:5000", "<script>", "10.1.2.3"},
		{"@", "198.51.100.1", "@"}, // a unix socket
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := trusted.client(r); got != c.want {
			t.Errorf("%s for %q: got %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
	r := &http.Request{RemoteAddr: "10.1.2.3:5000", Header: http.Header{"X-Forwarded-For": {"198.51.100.1", "10.9.9.9"}}}
	if got := trusted.client(r); got != "198.51.100.1" {
		t.Errorf("two headers: got %s, want them read as one list", got)
	}
	if got := Proxies(nil).client(r); got != "10.1.2.3" {
		t.Errorf("nobody is trusted: got %s, want the peer", got)
	}
}

func TestProxiesThatCannotBeReadAreRefused(t *testing.T) {
	for _, text := range []string{"", "proxy.example.com", "10.0.0.0/33", "10.0.0", "::ffff:10.0.0.0/104", "*"} {
		if got, err := ParseProxies([]string{text}); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	if got := proxies(t, " 10.1.2.3/8 ", "::1"); got[0].String() != "10.0.0.0/8" || got[1].String() != "::1/128" {
		t.Errorf("got %v", got)
	}
}

// logged is a log that is read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

func TestTheLogHasTheClientAndTheSubjectButNoToken(t *testing.T) {
	var log logged
	b := serve(t, testenv.Database(t), func(c *Config) {
		withTokens(c)
		c.TrustedProxies = proxies(t, "127.0.0.1")
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	w := newTenant(t, "ann6f1c")
	h := bearer(w.token)
	h.Set("X-Forwarded-For", "198.51.100.1")
	b.do("GET", "/api/event-bus/status", h)
	ws := b.connect(w, "from=now")
	say(t, ws, `{"type":"token","token":"%s"}`, w.token+"x")
	until(t, ws, "error")
	_ = ws.CloseNow()
	for _, want := range []string{"client=198.51.100.1", "subject=ann6f1c-user", "client=127.0.0.1", "path=/ws"} {
		b.await(want+" in the log", func() bool { return log.has(want) })
	}
	for part := range strings.SplitSeq(w.token, ".") {
		if log.has(part) {
			t.Errorf("the log has a part of the token: %s", part)
		}
	}
}
