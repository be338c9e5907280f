package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/omninode-ai/eventfeed/internal/demo"
	"github.com/omninode-ai/eventfeed/internal/ingest"
)

// demoSettings say what demo events there are.
type demoSettings struct {
	Rate          float64 `name:"demo-rate" env:"DEMO_RATE" default:"20" help:"Live demo events a second, averaged over a day; 0 is none."`
	History       string  `name:"demo-history" env:"DEMO_HISTORY" default:"72h" help:"How far back-dated demo events reach, like 72h or 3d."`
	HistoryEvents int     `name:"demo-history-events" env:"DEMO_HISTORY_EVENTS" default:"${history_events}" help:"How many demo events are back-dated, about; 0 is none."`
	Seed          uint64  `name:"demo-seed" env:"DEMO_SEED" default:"1" help:"The same seed makes the same demo events."`
}

func (d demoSettings) check(m *mistakes) {
	if !(d.Rate >= 0 && d.Rate <= 100_000) {
		m.add("DEMO_RATE: must be from 0 to 100000 events a second")
	}
	if span, err := parseSpan(d.History); err != nil || span <= 0 {
		m.add("DEMO_HISTORY: %q is no duration, like 72h or 3d", d.History)
	}
	if d.HistoryEvents < 0 {
		m.add("DEMO_HISTORY_EVENTS: must be 0 or more")
	}
}

func (d demoSettings) config(logger *slog.Logger) demo.Config {
	span, _ := parseSpan(d.History) // check has read it
	return demo.Config{
		Seed: d.Seed, Rate: d.Rate, History: span, HistoryEvents: d.HistoryEvents, SkipHistory: d.HistoryEvents == 0, Log: logger,
	}
}

type demoCmd struct {
	kafkaSettings
	demoSettings
	logSettings
}

// Run writes demo events until ctx ends, or until history is written if there
// is no rate.
func (c demoCmd) Run(ctx context.Context, s settings, m *mistakes) error {
	config := c.config(nil)
	config.Brokers = c.brokers(m)
	c.kafkaSettings.check(m)
	c.demoSettings.check(m)
	c.logSettings.check(m)
	if err := m.err(); err != nil {
		return err
	}
	transport, err := ingest.NewTransport(c.tls(), c.sasl())
	if err != nil {
		return err
	}
	defer transport.CloseIdleConnections()
	config.Transport, config.Log = transport, c.newLogger()
	s.log(config.Log)
	return runDemo(ctx, config)
}

// runDemo writes demo events until ctx ends, which is no error.
func runDemo(ctx context.Context, c demo.Config) error {
	if err := demo.Run(ctx, c); err != nil && ctx.Err() == nil {
		return fmt.Errorf("write demo events: %w", err)
	}
	return nil
}
