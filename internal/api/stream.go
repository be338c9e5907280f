package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// Close codes beyond those of RFC 6455: 40xx do not retry, 41xx retry after a
// pause, 42xx retry now.
const (
	closeBadMessage   = websocket.StatusCode(4001)
	closeForbidden    = websocket.StatusCode(4003)
	closeProtocol     = websocket.StatusCode(4008)
	closeTokenExpired = websocket.StatusCode(4102)
	closeDismissed    = websocket.StatusCode(4103)
	closeDraining     = websocket.StatusCode(4200)
)

// StreamConfig is what the stream allows.
type StreamConfig struct {
	Conns          int           // at once; 0 means 20,000
	PerPrincipal   int           // of these, of one subject; 0 means 1,000; without bound where everybody is one
	Subscriptions  int           // a conn; 0 means 32
	MessageBytes   int           // of a client; 0 means 64 KiB
	Messages       int           // of a client a second; 0 means 20
	Faults         int           // bad messages before the conn is closed; 0 means 10
	Stall          time.Duration // without a byte in either direction; 0 means 60 s
	AllowedOrigins []string      // beside our own
}

func (c StreamConfig) withDefaults() StreamConfig {
	c.Conns = orElse(c.Conns, 20_000)
	c.PerPrincipal = orElse(c.PerPrincipal, 1000)
	c.Subscriptions = orElse(c.Subscriptions, 32)
	c.MessageBytes = orElse(c.MessageBytes, 64<<10)
	c.Messages = orElse(c.Messages, 20)
	c.Faults = orElse(c.Faults, 10)
	c.Stall = orElse(c.Stall, time.Minute)
	return c
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// streams serves the stream, as WebSockets and as server-sent events.
type streams struct {
	config   StreamConfig
	auth     auth.Authenticator
	hub      *hub.Hub
	hello    hub.Hello // what every conn is told alike
	logger   *slog.Logger
	turns    *turns
	draining atomic.Bool

	joined sync.WaitGroup // every conn, its handshake included

	mu    sync.Mutex
	count int            // of conns, those in their handshake included
	of    map[string]int // of these, by subject
	conns map[*peer]struct{}
}

func newStreams(c StreamConfig, a auth.Authenticator, h *hub.Hub, replica, version string, logger *slog.Logger) *streams {
	c = c.withDefaults()
	return &streams{
		config: c, auth: a, hub: h, logger: logger,
		hello: hub.Hello{Replica: replica, Version: version, Limits: hub.Limits{
			Subscriptions: c.Subscriptions, MessageBytes: c.MessageBytes, FrameBytes: hub.FrameBytes,
		}},
		turns: newTurns(),
		of:    map[string]int{},
		conns: map[*peer]struct{}{},
	}
}

// urlSubscription is what a URL asks for; nil if it asks for none.
type urlSubscription struct {
	filter filter.Filter
	from   hub.From
}

// parseURL reads the filter and the start of a stream's URL.
func parseURL(q url.Values) (*urlSubscription, error) {
	f, ofFilter, err := filter.FromQuery(q)
	if err != nil {
		return nil, err
	}
	from, ofStart, err := startOf(q)
	if err != nil {
		return nil, err
	}
	taken := append(ofFilter, ofStart...)
	for name := range q {
		if !slices.Contains(taken, name) {
			return nil, &parameterFault{name, "is not a parameter of the stream"}
		}
	}
	if len(taken) == 0 {
		return nil, nil
	}
	return &urlSubscription{f, from}, nil
}

// These are why a conn is not admitted.
var (
	errBusy    = errors.New("no more conns are taken here now")
	errTooMany = errors.New("your token has as many conns here as it may have")
)

// admit counts a conn of a principal in; the caller calls discharge.
func (s *streams) admit(who auth.Principal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() {
		return errBusy
	}
	if s.count >= s.config.Conns {
		return errBusy
	}
	if !who.Expires.IsZero() && s.of[who.Subject] >= s.config.PerPrincipal {
		return errTooMany
	}
	s.count++
	s.of[who.Subject]++
	s.joined.Add(1)
	return nil
}

// discharge counts a conn of a principal out; p is nil if it never came to be
// one.
func (s *streams) discharge(who auth.Principal, p *peer) {
	s.mu.Lock()
	s.count--
	if s.of[who.Subject]--; s.of[who.Subject] == 0 {
		delete(s.of, who.Subject)
	}
	delete(s.conns, p)
	s.mu.Unlock()
	if p != nil {
		p.expiry.stop()
		close(p.gone)
	}
	s.joined.Done()
}

// shutdown says goodbye to every conn and waits until all have gone. What is
// still there when ctx ends is cut off.
func (s *streams) shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.draining.Store(true)
	for p := range s.conns {
		p.outlet.nudge()
	}
	s.mu.Unlock()
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for p := range s.conns {
			p.cut()
		}
	})
	defer stop()
	s.joined.Wait()
	return ctx.Err()
}

// serve upgrades a request that was admitted. The conn goes on in goroutines of
// its own, which shutdown joins: that of the request holds buffers and a stack
// that a conn has no use for.
func (s *streams) serve(w http.ResponseWriter, r *http.Request, who auth.Principal, sub *urlSubscription) {
	c := &conn{streams: s, who: who, written: make(chan error, 1)}
	h := &hijack{ResponseWriter: w, stall: s.config.Stall, nudge: c.nudge}
	ws, err := websocket.Accept(h, r, &websocket.AcceptOptions{
		Subprotocols:    []string{"eventfeed.v1"},
		OriginPatterns:  s.config.AllowedOrigins,
		CompressionMode: websocket.CompressionNoContextTakeover, // one compressed frame fits every conn
	})
	if err != nil {
		s.logger.Debug("websocket handshake failed", "error", err)
		s.discharge(who, nil)
		return
	}
	ws.SetReadLimit(int64(s.config.MessageBytes))
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	h.outlet.deflate = strings.Contains(w.Header().Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	c.ws, c.outlet, c.ctx = ws, h.outlet, ctx
	c.client = s.connect(ctx, who, sub, c.nudge)
	c.peer = s.newPeer(r, "websocket", who, c.client, h.outlet, func() { _ = ws.CloseNow() })
	go func() {
		defer s.discharge(who, c.peer)
		defer cancel(nil)
		c.run(cancel)
	}()
}

// connect adds a client to the hub, subscribed if it asks for that.
func (s *streams) connect(ctx context.Context, who auth.Principal, sub *urlSubscription, wake func()) *hub.Client {
	hello := s.hello
	hello.Tenants, hello.Admin = who.Tenants, who.Admin
	client := s.hub.Connect(ctx, hello, wake)
	if sub != nil {
		client.Subscribe("default", sub.filter, sub.from)
	}
	return client
}
