package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/omninode-ai/eventfeed/internal/bench"
	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// allCmd measures what docs/benchmarks.md lists. Its flags make it small; the
// targets are for what they are by default, and ten million events of history.
type allCmd struct {
	own
	Conns         int           `default:"1000" help:"Conns of one filter."`
	Duration      time.Duration `default:"20s" help:"How long events are written at each rate."`
	MaxEvents     int           `default:"100000" help:"Events to deliver as fast as can be."`
	FilterConns   int           `default:"10000" help:"Conns, and distinct filters."`
	Pairs         int           `default:"3" help:"How often many filters and ten are compared."`
	IdleConns     int           `default:"5000" help:"Conns that get nothing."`
	IdleSettle    time.Duration `default:"130s" help:"How long memory is left alone before it is read."`
	IngestEvents  int           `default:"300000" help:"Events that Kafka has when the server starts."`
	HistoryEvents int           `default:"1000000" help:"Events to store for history; the targets are for 10000000."`
	Requests      int           `default:"300" help:"Requests of each kind."`
	Settle        time.Duration `default:"90s" help:"Time for the database to put itself in order after events were stored."`
}

// Run measures one after the other, and goes on after one that fails.
func (c allCmd) Run(ctx context.Context, m *mistakes) error {
	if err := m.err(); err != nil {
		return err
	}
	kafka, err := bench.KafkaVersion(ctx, c.Brokers)
	if err != nil {
		return err
	}
	postgres, err := embedded.PostgresVersion(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("machine     %s\n", bench.Machine())
	fmt.Printf("versions    eventfeed %s, %s, Kafka %s, PostgreSQL %s\n", version, runtime.Version(), kafka, postgres)
	var failed []error
	for _, measure := range c.measurements() {
		r, err := c.on(ctx, func(s *bench.Stand) (bench.Report, error) { return measure(ctx, s) })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			fmt.Printf("\nfailed      %v\n", err)
			failed = append(failed, err)
		default:
			show(r)
		}
	}
	return errors.Join(failed...)
}

// measurement is one of all; each has a database of its own.
type measurement func(context.Context, *bench.Stand) (bench.Report, error)

// measurements begin with what makes a Kafka that was just started compile
// itself: its compilers would take time from all others.
func (c allCmd) measurements() []measurement {
	all := []measurement{
		func(ctx context.Context, s *bench.Stand) (bench.Report, error) {
			return bench.Ingest{Stand: s, Events: c.IngestEvents}.Run(ctx)
		},
		c.serving(func(s bench.Server) running {
			return bench.Max{Server: s, Conns: c.Conns, Events: c.MaxEvents, Ahead: 4000}
		}),
	}
	for _, rate := range []float64{100, 300, 1000} {
		all = append(all, c.serving(func(s bench.Server) running {
			return bench.FanOut{Server: s, Conns: c.Conns, Rate: rate, Duration: c.Duration}
		}))
	}
	return append(all,
		c.serving(func(s bench.Server) running {
			return bench.Filters{Server: s, Conns: c.FilterConns, Rate: 1000, Duration: c.Duration / 2, Pairs: c.Pairs}
		}),
		c.serving(func(s bench.Server) running {
			return bench.Idle{Server: s, Conns: c.IdleConns, Settle: c.IdleSettle}
		}),
		func(ctx context.Context, s *bench.Stand) (bench.Report, error) {
			return bench.History{Stand: s, Events: c.HistoryEvents, Requests: c.Requests, Settle: c.Settle}.Run(ctx)
		})
}

// running is a measurement of a server that runs.
type running interface {
	Run(context.Context) (bench.Report, error)
}

// serving starts a server for a measurement.
func (c allCmd) serving(measure func(bench.Server) running) measurement {
	return func(ctx context.Context, stand *bench.Stand) (bench.Report, error) {
		s, err := stand.Serve(ctx)
		if err != nil {
			return bench.Report{}, err
		}
		r, err := measure(s.Server).Run(ctx)
		return r, errors.Join(err, s.Stop())
	}
}
