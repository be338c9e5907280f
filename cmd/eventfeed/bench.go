package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/bench"
)

type benchCmd struct {
	FanOut fanOutCmd `cmd:"" name:"fanout" help:"Events from Kafka to many conns of one filter: latency, and CPU a delivery."`
}

type fanOutCmd struct {
	URL      string        `default:"http://127.0.0.1:3000" help:"The server to measure; its Kafka must be the one of --brokers."`
	Brokers  []string      `default:"127.0.0.1:9092" help:"Kafka's bootstrap addresses."`
	Conns    int           `default:"1000" help:"Conns, all with the same filter."`
	Rate     float64       `default:"1000" help:"Events a second."`
	Duration time.Duration `default:"20s" help:"How long events are written."`
	Bytes    int           `default:"550" help:"Size of an event."`
}

// Run prints what was measured, and where.
func (c fanOutCmd) Run(ctx context.Context) error {
	r, err := bench.FanOut{
		URL: c.URL, Brokers: c.Brokers, Conns: c.Conns, Rate: c.Rate, Duration: c.Duration, EventBytes: c.Bytes,
	}.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("machine      %s\n", machine())
	fmt.Printf("eventfeed    %s\n", version)
	fmt.Printf("parameters   %d conns, one filter, %g events/s of %d bytes for %s\n", c.Conns, c.Rate, c.Bytes, c.Duration)
	fmt.Printf("received     %d events, %d deliveries, none lost, none twice, in %.1f s\n", r.Events, r.Deliveries, r.Elapsed.Seconds())
	fmt.Printf("latency      produce → client: p50 %.1f ms, p99 %.1f ms, max %.1f ms (%d samples)\n", ms(r.P50), ms(r.P99), ms(r.Max), r.Samples)
	fmt.Printf("deliveries   %.0f /s\n", float64(r.Deliveries)/r.Elapsed.Seconds())
	fmt.Printf("server CPU   %.2f s, %.3f µs a delivery\n", r.CPU.Seconds(), float64(r.CPU.Microseconds())/float64(r.Deliveries))
	fmt.Printf("memory       %.1f KB of the server an idle conn\n", r.IdleBytes/1000)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// machine says what this runs on.
func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s, %s", runtime.NumCPU(), model, runtime.GOOS, runtime.Version())
}
