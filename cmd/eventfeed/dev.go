package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/demo"
	"github.com/omninode-ai/eventfeed/internal/embedded"
)

type devCmd struct {
	DataDir     string `name:"data-dir" env:"DATA_DIR" default:".data" help:"Where PostgreSQL and Kafka keep their data; remove it to begin anew."`
	KafkaListen string `name:"kafka-listen" env:"KAFKA_LISTEN" default:"127.0.0.1:9092" help:"Where the Kafka in process listens; a free port if this is taken and was not asked for."`
	Demo        bool   `name:"demo" env:"DEMO" default:"true" negatable:"" help:"Write demo events. On by default."`
	demoSettings
	ingestSettings
	serverSettings
}

// Run serves with services of its own until ctx ends.
func (c devCmd) Run(ctx context.Context, s settings, m *mistakes) error {
	m.address("KAFKA_LISTEN", c.KafkaListen)
	c.demoSettings.check(m)
	c.ingestSettings.check(m)
	c.serverSettings.check(m)
	if err := m.err(); err != nil {
		return err
	}
	logger := c.newLogger()
	s.changed().log(logger)
	c.warn(logger)
	f, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	logger.Info("starting PostgreSQL and Kafka", "data_dir", c.DataDir)
	postgres, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(c.DataDir, "postgres")})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	kafka, err := embedded.StartKafka(ctx, embedded.KafkaConfig{
		Dir: filepath.Join(c.DataDir, "kafka"), Addr: c.KafkaListen, AnyPort: s.isDefault("KAFKA_LISTEN"), Log: logger,
	})
	if err != nil {
		return errors.Join(unlessEnded(ctx, err), postgres.Stop())
	}
	err = c.runWith(ctx, f, services{postgres, kafka}, logger)
	return errors.Join(err, kafka.Close(), postgres.Stop())
}

// unlessEnded: a start that was interrupted is no error.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// services are those that dev runs itself.
type services struct {
	postgres *embedded.Postgres
	kafka    *embedded.Kafka
}

// runWith joins the replica, the demo and what looks after PostgreSQL.
func (c devCmd) runWith(ctx context.Context, f *front, s services, logger *slog.Logger) error {
	r := replica{
		settings: serveCmd{
			kafkaSettings:  kafkaSettings{Brokers: []string{s.kafka.Addr()}},
			storeSettings:  storeSettings{DatabaseURL: s.postgres.URL()},
			ingestSettings: c.ingestSettings,
			serverSettings: c.serverSettings,
		},
		front: f, logger: logger,
		serving: func() { c.greet(os.Stdout, f, s) },
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return r.run(ctx) })
	all.Go(func() error { return revive(ctx, s.postgres, logger) })
	if c.Demo {
		all.Go(func() error { return runDemo(ctx, c.demoConfig(s.kafka.Addr(), logger)) })
	}
	return all.Wait()
}

// revive starts PostgreSQL again when it ends. The replica has outages of
// PostgreSQL anyway, and goes on by itself.
func revive(ctx context.Context, p *embedded.Postgres, logger *slog.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.Exited():
		}
		logger.Warn("PostgreSQL has ended and is started again")
		if err := errors.Join(p.Stop(), p.Start(ctx)); err != nil { // Stop gives its folder back
			return unlessEnded(ctx, fmt.Errorf("PostgreSQL ended, and cannot be started again: %w", err))
		}
		logger.Info("PostgreSQL is back")
	}
}

// demoConfig writes history once per DATA_DIR, and remembers it there.
func (c devCmd) demoConfig(broker string, logger *slog.Logger) demo.Config {
	d := c.demoSettings.config(logger)
	d.Brokers = []string{broker}
	written := filepath.Join(c.DataDir, "demo-history-written")
	if _, err := os.Stat(written); !errors.Is(err, fs.ErrNotExist) {
		d.SkipHistory = true
	}
	d.HistoryWritten = func() {
		if err := os.WriteFile(written, nil, 0o644); err != nil {
			logger.Warn("demo history will be written again at the next start", "error", err)
		}
	}
	return d
}

// warn says what of the environment is not used.
func (c devCmd) warn(logger *slog.Logger) {
	for _, name := range []string{"KAFKA_BROKERS", "KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "REDIS_URL"} {
		if os.Getenv(name) != "" {
			logger.Warn("setting is ignored: dev runs a Kafka and a PostgreSQL of its own, and has no other replica; serve uses yours", "name", name)
		}
	}
	c.authSettings.warn(logger, c.ListenAddr)
}

// greet says what there is now.
func (c devCmd) greet(w io.Writer, f *front, s services) {
	url, kafka := f.url(c.BasePath), s.kafka.Addr()+" (for development)"
	if s.kafka.Addr() != c.KafkaListen {
		kafka = s.kafka.Addr() + " (for development; " + c.KafkaListen + " is taken)"
	}
	fmt.Fprintf(w, `
  eventfeed %s is up.

  Page        %s
  REST        %sapi/event-bus/events?limit=3
  Kafka       %s
  PostgreSQL  %s
  Data        %s (remove it to begin anew)

  Ctrl-C ends it; the next start goes on where it was.

`, version, url, url, kafka, s.postgres.URL(), c.DataDir)
}
