package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/omninode-ai/eventfeed/internal/bench"
)

// benchCmd measures. The first four need a server that runs and write to its
// Kafka; the others start what they measure.
type benchCmd struct {
	FanOut  fanOutCmd  `cmd:"" name:"fanout" help:"Latency from Kafka to many conns of one filter, at a rate."`
	Max     maxCmd     `cmd:"" help:"Most deliveries a second to many conns of one filter."`
	Filters filtersCmd `cmd:"" help:"What many distinct filters cost, compared with ten."`
	Idle    idleCmd    `cmd:"" help:"Memory of a conn that gets nothing; of a server that was just started."`
	Ingest  ingestCmd  `cmd:"" help:"Events a second from Kafka into committed rows. Starts PostgreSQL and a server."`
	History historyCmd `cmd:"" help:"Time of pages and statistics among many events. Starts PostgreSQL and a server."`
	All     allCmd     `cmd:"" help:"All of these, with a PostgreSQL and servers of its own. Needs a Kafka."`
}

// measured is the server to measure.
type measured struct {
	URL     string   `default:"http://127.0.0.1:3000" help:"The server to measure; its Kafka must be the one of --brokers, and it takes topics that begin with bench-."`
	Brokers []string `default:"127.0.0.1:9092" help:"Kafka's bootstrap addresses."`
	Alone   bool     `help:"Nobody else writes to this Kafka meanwhile: positions are counted, and most frames not looked into, which spares the machine."`
}

func (m measured) server() bench.Server {
	return bench.Server{URL: m.URL, Brokers: m.Brokers, Alone: m.Alone}
}

// own says what the bench starts itself.
type own struct {
	Brokers []string `default:"127.0.0.1:9092" help:"Bootstrap addresses of a Kafka; topics that begin with bench- are made there, and removed."`
	Dir     string   `placeholder:"PATH" help:"Where PostgreSQL's data are put for as long as it takes; the system's folder for temporary files if not given. Ten million events take 10 GB."`
}

// on runs a measurement on a stand.
func (o own) on(ctx context.Context, measure func(*bench.Stand) (bench.Report, error)) (bench.Report, error) {
	program, err := os.Executable()
	if err != nil {
		return bench.Report{}, err
	}
	s, err := bench.NewStand(ctx, bench.StandConfig{Program: program, Brokers: o.Brokers, Dir: o.Dir})
	if err != nil {
		return bench.Report{}, err
	}
	report, err := measure(s)
	return report, errors.Join(err, s.Close())
}

type fanOutCmd struct {
	measured
	Conns    int           `default:"1000" help:"Conns, all with the same filter."`
	Rate     float64       `default:"1000" help:"Events a second."`
	Duration time.Duration `default:"20s" help:"How long events are written."`
}

func (c fanOutCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return bench.FanOut{Server: c.server(), Conns: c.Conns, Rate: c.Rate, Duration: c.Duration}.Run(ctx)
	})
}

type maxCmd struct {
	measured
	Conns  int `default:"1000" help:"Conns, all with the same filter."`
	Events int `default:"100000" help:"Events to deliver."`
	Ahead  int `default:"4000" help:"Events that may be on their way."`
}

func (c maxCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return bench.Max{Server: c.server(), Conns: c.Conns, Events: c.Events, Ahead: c.Ahead}.Run(ctx)
	})
}

type filtersCmd struct {
	measured
	Conns    int           `default:"10000" help:"Conns, and distinct filters."`
	Rate     float64       `default:"1000" help:"Events a second, and deliveries."`
	Duration time.Duration `default:"10s" help:"How long events are written, for each half of a pair."`
	Pairs    int           `default:"3" help:"How often the two are compared."`
}

func (c filtersCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return bench.Filters{Server: c.server(), Conns: c.Conns, Rate: c.Rate, Duration: c.Duration, Pairs: c.Pairs}.Run(ctx)
	})
}

type idleCmd struct {
	URL    string        `default:"http://127.0.0.1:3000" help:"The server to measure."`
	Conns  int           `default:"5000" help:"Conns."`
	Settle time.Duration `default:"130s" help:"How long memory is left alone before it is read, without conns and with them; Go collects every two minutes."`
}

func (c idleCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return bench.Idle{Server: bench.Server{URL: c.URL}, Conns: c.Conns, Settle: c.Settle}.Run(ctx)
	})
}

type ingestCmd struct {
	own
	Events int `default:"300000" help:"Events that Kafka has when the server starts."`
}

func (c ingestCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return c.on(ctx, func(s *bench.Stand) (bench.Report, error) { return bench.Ingest{Stand: s, Events: c.Events}.Run(ctx) })
	})
}

type historyCmd struct {
	Dir      string        `placeholder:"PATH" help:"Where PostgreSQL's data are put for as long as it takes; the system's folder for temporary files if not given. Ten million events take 10 GB."`
	Events   int           `default:"1000000" help:"Events to store; the targets are for 10000000."`
	Requests int           `default:"300" help:"Requests of each kind."`
	Settle   time.Duration `default:"90s" help:"Time for the database to put itself in order after events were stored."`
}

func (c historyCmd) Run(ctx context.Context, m *mistakes) error {
	return single(m, func() (bench.Report, error) {
		return own{Dir: c.Dir}.on(ctx, func(s *bench.Stand) (bench.Report, error) {
			return bench.History{Stand: s, Events: c.Events, Requests: c.Requests, Settle: c.Settle}.Run(ctx)
		})
	})
}

// single prints the one report that there is, with the machine as it was
// before.
func single(m *mistakes, measure func() (bench.Report, error)) error {
	if err := m.err(); err != nil {
		return err
	}
	fmt.Printf("machine     %s\nversions    eventfeed %s, %s\n", bench.Machine(), version, runtime.Version())
	r, err := measure()
	if err != nil {
		return err
	}
	show(r)
	return nil
}

// show prints a report; a missed target is no error.
func show(r bench.Report) {
	fmt.Printf("\nparameters  %s\nreceived    %s\n", r.Parameters, r.Received)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	for _, f := range r.Figures {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s\t%s\t%s\t%s", f.What, f, f.Target, f.Verdict()), "\t"))
	}
	_ = w.Flush() // as with every other line on standard output
}
