package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/omninode-ai/eventfeed/internal/api"
	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/ingest"
	"github.com/omninode-ai/eventfeed/internal/store"
	"github.com/omninode-ai/eventfeed/web"
)

type serveCmd struct {
	kafkaSettings
	ingestSettings
	storeSettings
	relaySettings
	serverSettings
}

// Run serves until ctx ends.
func (c serveCmd) Run(ctx context.Context, s settings, m *mistakes) error {
	c.Brokers = c.brokers(m)
	c.kafkaSettings.check(m)
	c.ingestSettings.check(m)
	c.storeSettings.check(m)
	c.relaySettings.check(m)
	c.serverSettings.check(m)
	if err := m.err(); err != nil {
		return err
	}
	logger := c.newLogger()
	s.log(logger)
	c.authSettings.warn(logger, c.ListenAddr)
	f, err := c.listen(ctx)
	if err != nil {
		return err
	}
	return replica{settings: c, front: f, logger: logger}.run(ctx)
}

func (r replica) ingestConfig(st *store.Store, to outlet, registry *prometheus.Registry) ingest.Config {
	c := r.settings
	patterns, _ := ingest.ParsePatterns(c.TopicPatterns) // check has read them
	return ingest.Config{
		Brokers: c.Brokers, TLS: c.tls(), SASL: c.sasl(), GroupID: c.GroupID, Replica: c.name(), Patterns: patterns,
		StartLatest: c.Start == "latest",
		Decoder:     event.NewDecoder(event.Config{TenantSource: event.TenantSource(c.TenantSource)}),
		Store:       st, Publish: to.publish, Preview: to.preview, Logger: r.logger, Metrics: registry,
	}
}

func (r replica) apiConfig(who auth.Authenticator, st *store.Store, to outlet, in *ingest.Ingest, registry *prometheus.Registry) api.Config {
	c := r.settings
	proxies, _ := api.ParseProxies(c.TrustedProxies) // check has read them
	return api.Config{
		Store: st, Hub: to.hub, Auth: who, Page: web.Files(), Registry: registry, Logger: r.logger,
		Kafka:   func() api.Part { return kafkaPart(in.Status()) },
		Relay:   to.part(),
		Version: version, Replica: c.name(), BasePath: c.BasePath, RealTime: c.RealTime,
		TrustedProxies: proxies, TokenURL: c.TokenURL,
		Stream: api.StreamConfig{Conns: c.MaxConns, PerPrincipal: c.ConnsPerPrincipal, AllowedOrigins: c.AllowedOrigins},
	}
}

// newRegistry holds what the process itself and the Go runtime tell.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "eventfeed_build_info", Help: "1, with the version that runs.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build)
	return registry
}
