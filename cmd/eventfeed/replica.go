package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/api"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/ingest"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// drainTimeout is how long conns and answers under way may take to end; a
// container has 30 s in all by default.
const drainTimeout = 10 * time.Second

// replica is one process that serves.
type replica struct {
	settings serveCmd
	front    *front
	logger   *slog.Logger
	serving  func() // called when all parts run; may be nil
}

// run runs every part until ctx ends or one of them fails. They end in the
// order in which it is read: first the clients, who go elsewhere, then what
// brings events, then what they pass through, the store last.
func (r replica) run(ctx context.Context) error {
	registry := newRegistry()
	defer r.front.close()
	st, h, err := r.open(ctx, registry)
	if err != nil {
		if ctx.Err() != nil {
			return nil // asked to end while it waited
		}
		return err
	}
	defer st.Close()
	to, err := r.outlet(h, registry)
	if err != nil {
		return err
	}
	in, err := ingest.New(r.ingestConfig(st, to, registry))
	if err != nil {
		return err
	}
	who, keepKeys, err := r.settings.authenticator(r.logger)
	if err != nil {
		return err
	}
	server := api.New(r.apiConfig(who, st, to, in, registry))

	all, ending := errgroup.WithContext(ctx)
	stopStore := start(ctx, all, st.Run)
	stopHub := start(ctx, all, h.Run)
	stopFollow := start(ctx, all, h.Follow)
	stopRelay := start(ctx, all, to.runRelay)
	stopMetrics := start(ctx, all, func(ctx context.Context) error { return serveMetrics(ctx, r.front.metrics, registry) })
	stopKeys := start(ctx, all, keepKeys)
	stopServer := start(ctx, all, func(ctx context.Context) error { return server.Run(ctx, r.front.main()) })
	stopIngest := start(ctx, all, in.Run)
	r.logger.Info("serving", "url", r.front.url(r.settings.BasePath), "version", version)
	if r.serving != nil {
		r.serving()
	}

	<-ending.Done()
	r.logger.Info("stopping")
	r.drain(ctx, server)
	stopServer()
	stopKeys()
	stopIngest() // after the append under way
	stopRelay()  // after what that has stored
	stopFollow()
	stopHub()
	stopStore()
	stopMetrics()
	return all.Wait()
}

// start runs a part until stop, which waits for its end: ctx alone would end
// all parts at once.
func start(ctx context.Context, all *errgroup.Group, run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	all.Go(func() error {
		defer close(ended)
		return run(ctx)
	})
	return func() {
		cancel()
		<-ended
	}
}

func (r replica) drain(ctx context.Context, server *api.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Drain(ctx); err != nil {
		r.logger.Warn("some clients were cut off", "error", err)
	}
}

// open opens the store, and the hub at its head; both wait for PostgreSQL.
func (r replica) open(ctx context.Context, registry *prometheus.Registry) (*store.Store, *hub.Hub, error) {
	retention, err := parseRetention(r.settings.Retention)
	if err != nil {
		return nil, nil, err
	}
	stop, err := whileStarting(r.front, r.settings.BasePath)
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	var st *store.Store
	err = patiently(ctx, r.logger, func() (err error) {
		st, err = store.Open(ctx, store.Config{URL: r.settings.DatabaseURL, Retention: retention, Logger: r.logger, Metrics: registry})
		return err
	})
	if err != nil {
		return nil, nil, openError(err)
	}
	var h *hub.Hub
	err = patiently(ctx, r.logger, func() (err error) {
		h, err = hub.New(ctx, hub.Config{History: history{st}, Logger: r.logger, Metrics: registry})
		return err
	})
	if err != nil {
		st.Close()
		return nil, nil, err
	}
	return st, h, nil
}

// history lets the hub read the store.
type history struct{ *store.Store }

func (h history) Window(ctx context.Context, f filter.Filter, after, through event.Position) (hub.Window, error) {
	w, err := h.Store.Window(ctx, f, after, through)
	return hub.Window(w), err
}

// serveMetrics serves the metrics alone, if they have a listener of their own.
func serveMetrics(ctx context.Context, l net.Listener, registry *prometheus.Registry) error {
	if l == nil {
		<-ctx.Done()
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // its error is Serve's
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
