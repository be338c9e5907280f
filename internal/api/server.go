// Package api is what is seen from outside: REST under /api/event-bus, the
// stream, status, health, metrics and the page.
//
// Guarantees: unreadable input is a 400 that names the parameter and what would
// be accepted, never silently replaced; every error is a problem as RFC 9457
// has it; what a principal may see is decided in one place, scope.go; status
// answers at once, and reads of the store are refused within two seconds,
// whatever state PostgreSQL is in; what answers under way hold in memory is
// bounded.
package api

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// Config is what a server needs to know. All of it is required, unless it says
// otherwise.
type Config struct {
	Store    *store.Store
	Hub      *hub.Hub
	Auth     auth.Authenticator
	Kafka    func() Part                             // how ingest does; must not wait for anything
	Relay    func() Part                             // how the link to other replicas does, in the same way; nil: there is none
	Readers  func(context.Context) ([]Reader, error) // all replicas that read, as Kafka says it
	Page     fs.FS                                   // index.html and what it loads
	Registry *prometheus.Registry
	Logger   *slog.Logger

	Version, Replica string
	Settings         []Setting // shown to admins
	BasePath         string    // "/" or "/prefix"; "" is "/"
	TokenURL         string    // where the dashboard gets tokens; "" if people give them
	TrustedProxies   Proxies
	RealTime         bool // serve the stream
	Stream           StreamConfig
}

// Server answers HTTP. Run it once.
type Server struct {
	config  Config
	store   *store.Store
	hub     *hub.Hub
	logger  *slog.Logger
	metrics *httpMetrics
	streams *streams
	board   board
	held    held
	http    *http.Server
	started time.Time
}

// New makes a server.
func New(c Config) *Server {
	s := &Server{
		config: c, store: c.Store, hub: c.Hub, logger: c.Logger, metrics: newHTTPMetrics(c.Registry),
		streams: newStreams(c.Stream, c.Auth, c.Hub, c.Replica, c.Version, c.Logger),
		board:   newBoard(),
		started: time.Now().UTC().Truncate(time.Microsecond),
	}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelDebug),
	}
	return s
}

// Run answers on l and watches the store until Drain is called, or until ctx
// ends: then everything is cut off. l is closed when it returns.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(watching)
	}()
	cutOff := context.AfterFunc(ctx, func() { _ = s.http.Close() }) // it closes l, whose error Serve has
	err := s.http.Serve(l)
	cutOff()
	stop()
	<-watched
	if ctx.Err() != nil {
		_ = s.streams.shutdown(ctx) // its error is that ctx has ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Drain says goodbye to every conn and lets the answers under way end. What is
// left when ctx ends is cut off.
func (s *Server) Drain(ctx context.Context) error {
	err := s.streams.shutdown(ctx)
	return errors.Join(err, s.http.Shutdown(ctx), s.http.Close())
}

func (s *Server) isDraining() bool { return s.streams.draining.Load() }
