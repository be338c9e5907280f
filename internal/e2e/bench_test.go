package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/bench"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// BenchmarkFanOut measures 1,000 conns of one filter at several rates, with the
// load generator, a real Kafka and a PostgreSQL that syncs every commit on the
// same machine.
func BenchmarkFanOut(b *testing.B) {
	kafka, postgres := testenv.NewKafka(b), testenv.Postgres(b)
	s := newServer(b, kafka.Addr, postgres.URL())
	s.start()
	s.stopAtEnd()
	for _, rate := range []float64{100, 300, 1000} {
		b.Run(fmt.Sprintf("%g", rate), func(b *testing.B) {
			for b.Loop() {
				r, err := bench.FanOut{
					URL: s.url, Brokers: []string{kafka.Addr}, Conns: 1000, Rate: rate, Duration: 10 * time.Second, EventBytes: 550,
				}.Run(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.P50.Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(r.P99.Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(r.CPU.Microseconds())/float64(r.Deliveries), "server-µs/delivery")
				b.ReportMetric(r.IdleBytes/1000, "KB/idle-conn")
				b.ReportMetric(float64(r.Deliveries)/r.Elapsed.Seconds(), "deliveries/s")
			}
		})
	}
}
