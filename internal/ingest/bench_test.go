package ingest

import (
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var backlog = flag.Int("backlog", 60_000, "events that BenchmarkKafkaToRows finds in Kafka")

// BenchmarkKafkaToRows measures events a second from a real Kafka to committed
// rows of a PostgreSQL that syncs every commit, and counts the rows.
func BenchmarkKafkaToRows(b *testing.B) {
	const topic = "bench.omninode.agent.execution.completed.v1"
	for b.Loop() {
		b.StopTimer()
		s := newSystemOn(b, testenv.NewKafka(b).Addr, testenv.Postgres(b).URL())
		s.createTopic(topic, 3)
		s.preload(topic, *backlog)
		config := s.config(topic)
		config.Logger = slog.New(slog.DiscardHandler)
		stored := make(chan struct{})
		got := 0
		config.Publish = func(a event.Appended) {
			if got += len(a.Events); got == *backlog {
				close(stored)
			}
		}
		b.StartTimer()
		r := s.start(config)
		<-stored
		b.StopTimer()
		r.stop()
		if rows := s.ids(`SELECT count(*)::text FROM event_bus_events`)[0]; rows != fmt.Sprint(*backlog) {
			b.Fatalf("got %s rows, want %d", rows, *backlog)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(*backlog*b.N)/b.Elapsed().Seconds(), "events/s")
}

// preload writes n events of 550 bytes.
func (s *system) preload(topic string, n int) {
	s.tb.Helper()
	const chunk = 500
	filler := strings.Repeat("x", 250)
	for i := 0; i < n; i += chunk {
		s.write(topic, i/chunk%3, 0, func() []kafka.Record {
			records := make([]kafka.Record, min(chunk, n-i))
			for j := range records {
				k := i + j
				records[j] = kafka.Record{Time: time.Now(), Value: kafka.NewBytes(fmt.Appendf(nil,
					`{"event_id":"e-%012d","event_type":"omninode.agent.execution.completed.v1","timestamp":"%s","tenant_id":"tenant-%d",`+
						`"namespace":"bench","source":"bench","correlation_id":"c-%d","payload":{"agent_name":"agent-%d","duration_ms":%d,"filler":"%s"}}`,
					k, time.Now().UTC().Format(time.RFC3339Nano), k%4, k/4, k%50, k%5000, filler))}
			}
			return records
		})
	}
}
