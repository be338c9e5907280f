package e2e

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var benchHistory = flag.Int("e2e.history", 10_000_000, "how many events BenchmarkEverything stores to read among")

// BenchmarkEverything measures every row of docs/benchmarks.md, with the load
// generator, a real Kafka and a PostgreSQL that syncs every commit on the same
// machine. Run it with -benchtime 1x: it takes half an hour.
func BenchmarkEverything(b *testing.B) {
	broker := testenv.NewKafka(b)
	for b.Loop() {
		cmd := benchAll(b, broker, "--history-events", strconv.Itoa(*benchHistory))
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEverythingThatIsPromisedToBeFastIsMeasured(t *testing.T) {
	broker := testenv.NewKafka(t)
	var out, errs strings.Builder
	cmd := benchAll(t, broker, "--conns=50", "--duration=1s", "--max-events=5000", "--filter-conns=200", "--pairs=1", "--idle-conns=50",
		"--idle-settle=1s", "--ingest-events=20000", "--history-events=20000", "--requests=3", "--settle=0s")
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, t.Output()), &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	for _, want := range []string{
		"machine ", ", Kafka v", ", PostgreSQL ", "memory an idle conn", "100 events/s to 50 conns: written → read, p50", "1000 events/s to 50 conns: p99",
		"most deliveries", "≥ 8.00 M", "5000 events, 250000 deliveries, none lost, none twice", "server CPU with 200 filters, of that with 10",
		"Kafka → committed rows", "page of 100 among 20000 events", "statistics over 24 h among 20000 events",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got a report without %q", want)
		}
	}
	if left := topicsOf(t, broker, "bench-"); len(left) > 0 {
		t.Errorf("got topics %v after it, want none", left)
	}
}

func benchAll(tb testing.TB, broker *testenv.Broker, args ...string) *exec.Cmd {
	tb.Helper()
	path, err := binary()
	if err != nil {
		tb.Fatal(err)
	}
	return exec.CommandContext(tb.Context(), path, append([]string{"bench", "all", "--brokers", broker.Addr}, args...)...)
}

func topicsOf(tb testing.TB, broker *testenv.Broker, prefix string) (names []string) {
	tb.Helper()
	c := &kafka.Client{Addr: kafka.TCP(broker.Addr)}
	m, err := c.Metadata(tb.Context(), &kafka.MetadataRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, t := range m.Topics {
		if strings.HasPrefix(t.Name, prefix) {
			names = append(names, t.Name)
		}
	}
	return names
}
