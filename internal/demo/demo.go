// Package demo makes up the traffic of an OmniNode event bus and writes it to
// Kafka: the families, chains, incidents, envelope dialects and mishaps that
// real producers are known for.
//
// Guarantees: the same seed, start and calls give the same records; causation
// ids name events that were written before; a duration in a payload is the gap
// between two timestamps; a share of all records is late, repeated or unreadable
// on purpose; no secret's value is ever written.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	chunk  = 2000        // records of history in one go
	maxLag = time.Minute // live records that could not be written for longer are left out
)

// Config says what Run writes, and where.
type Config struct {
	Brokers []string
	// Transport is how the brokers are reached, TLS and SASL included.
	// kafka-go's default if nil.
	Transport *kafka.Transport

	Seed          uint64
	History       time.Duration // how far back-dated events reach
	HistoryEvents int           // how many of them, about
	SkipHistory   bool          // they were written before
	Rate          float64       // live records a second, averaged over a day; none if 0

	// HistoryWritten is called once when history is in Kafka, unless it is nil
	// or history is skipped.
	HistoryWritten func()
	Log            *slog.Logger // nothing is logged if nil
}

// Run creates the topics that are missing, writes history as fast as Kafka
// takes it, then live records when they are due, until ctx ends; without a
// rate it returns when history is written. It waits for brokers that are away,
// at the start too. Its error is ctx's.
func Run(ctx context.Context, cfg Config) error {
	transport := cfg.Transport
	if transport == nil {
		transport = &kafka.Transport{}
		defer transport.CloseIdleConnections()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	p := newProducer(cfg.Brokers, transport, cfg.Log)
	topics := Topics()
	create := func(ctx context.Context) error { return p.createTopics(ctx, topics) }
	if err := p.persist(ctx, "creating demo topics", create); err != nil {
		return err
	}

	start := time.Now()
	g := NewGenerator(cfg.Seed, start.Add(-cfg.History))
	if !cfg.SkipHistory {
		if err := p.history(ctx, g, start, cfg.HistoryEvents); err != nil {
			return err
		}
		if cfg.HistoryWritten != nil {
			cfg.HistoryWritten()
		}
	}
	if cfg.Rate <= 0 {
		return nil
	}
	return p.live(ctx, g, start, cfg.Rate)
}

func (p *producer) history(ctx context.Context, g *Generator, until time.Time, n int) error {
	began, written := time.Now(), 0
	records := make([]Record, 0, chunk)
	flush := func() error {
		if err := p.write(ctx, records); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
		written += len(records)
		records = records[:0]
		return nil
	}
	for r := range g.History(until, n) {
		if records = append(records, r); len(records) == chunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	p.log.Info("demo history written", "events", written, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// live writes each record when it is due, those that are due together in one
// request. After an outage it makes up for the last minute only.
func (p *producer) live(ctx context.Context, g *Generator, from time.Time, rate float64) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var due []Record
	skipped := 0
	for r := range g.Live(from, rate) {
		wait := time.Until(r.Time)
		if wait < -maxLag {
			skipped++
			continue
		}
		if skipped > 0 {
			p.log.Warn("demo events left out", "events", skipped)
			skipped = 0
		}
		if len(due) > 0 && (wait > 0 || len(due) == chunk) {
			if err := p.write(ctx, due); err != nil {
				return fmt.Errorf("write live events: %w", err)
			}
			due = due[:0]
		}
		timer.Reset(time.Until(r.Time))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		due = append(due, r)
	}
	return nil
}
