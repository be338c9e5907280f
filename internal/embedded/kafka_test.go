package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

func startKafka(t *testing.T, c embedded.KafkaConfig) *embedded.Kafka {
	t.Helper()
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	k, err := embedded.StartKafka(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

// kcat runs the tool that people use most, and gives the lines it prints.
func kcat(t *testing.T, stdin string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "kcat", args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("kcat %q: %v; `make deps` installs it", args, err)
	}
	lines := strings.Fields(string(out))
	slices.Sort(lines)
	return lines
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKcatProducesToATopicThatNobodyMade(t *testing.T) {
	k := startKafka(t, embedded.KafkaConfig{Dir: t.TempDir()})
	kcat(t, "one\ntwo\nthree\n", "-P", "-b", k.Addr(), "-t", "fresh", "-z", "gzip")
	wantLines(t, kcat(t, "", "-C", "-b", k.Addr(), "-t", "fresh", "-e", "-q"), "one", "three", "two")
}

func TestRecordsAndTopicsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	k, err := embedded.StartKafka(t.Context(), embedded.KafkaConfig{Dir: dir, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	kcat(t, "one\n", "-P", "-b", k.Addr(), "-t", "kept")
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	k = startKafka(t, embedded.KafkaConfig{Dir: dir})
	kcat(t, "two\n", "-P", "-b", k.Addr(), "-t", "kept")
	wantLines(t, kcat(t, "", "-C", "-b", k.Addr(), "-t", "kept", "-e", "-q"), "one", "two")
}

func TestRecordsAndTopicsSurviveAKill(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for round := range 3 {
		told, kill := parent(t, "kafka", dir, 1)
		line := fmt.Sprintf("round-%d", round)
		kcat(t, line+"\n", "-P", "-b", told[0], "-t", "kept")
		kcat(t, line+"\n", "-P", "-b", told[0], "-t", line)
		want = append(want, line)
		kill()
	}
	k := startKafka(t, embedded.KafkaConfig{Dir: dir})
	wantLines(t, kcat(t, "", "-C", "-b", k.Addr(), "-t", "kept", "-e", "-q"), want...)
	wantLines(t, kcat(t, "", "-C", "-b", k.Addr(), "-t", "round-1", "-e", "-q"), "round-1")
}

func TestKafkaGoProducesAndReadsInAGroup(t *testing.T) {
	k := startKafka(t, embedded.KafkaConfig{Dir: t.TempDir()})
	w := &kafka.Writer{Addr: kafka.TCP(k.Addr()), Topic: "grouped", AllowAutoTopicCreation: true, BatchTimeout: time.Millisecond}
	defer w.Close() //nolint:errcheck // all is written
	want := 100
	for i := range want {
		err := w.WriteMessages(t.Context(), kafka.Message{Key: fmt.Append(nil, i), Value: fmt.Append(nil, i)})
		if err != nil {
			t.Fatal(err)
		}
	}
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{k.Addr()}, GroupID: "g", Topic: "grouped", StartOffset: kafka.FirstOffset,
		MaxWait: 300 * time.Millisecond, JoinGroupBackoff: 300 * time.Millisecond,
	})
	defer r.Close() //nolint:errcheck // all is read
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	seen := map[string]bool{}
	for len(seen) < want {
		m, err := r.ReadMessage(ctx)
		if err != nil {
			t.Fatalf("got %d of %d records: %v", len(seen), want, err)
		}
		if seen[string(m.Value)] {
			t.Errorf("got %s twice", m.Value)
		}
		seen[string(m.Value)] = true
	}
}

func TestAbortedTransactionsAreMarkedAsSuch(t *testing.T) {
	k := startKafka(t, embedded.KafkaConfig{Dir: t.TempDir()})
	c, err := kgo.NewClient(kgo.SeedBrokers(k.Addr()), kgo.TransactionalID("tx"), kgo.AllowAutoTopicCreation(), kgo.DefaultProduceTopic("tx"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for value, end := range map[string]kgo.TransactionEndTry{"kept": kgo.TryCommit, "dropped": kgo.TryAbort} {
		if err := errors.Join(
			c.BeginTransaction(),
			c.ProduceSync(t.Context(), kgo.StringRecord(value)).FirstErr(),
			c.EndTransaction(t.Context(), end),
		); err != nil {
			t.Fatal(err)
		}
	}
	got := kcat(t, "", "-C", "-b", k.Addr(), "-t", "tx", "-e", "-q", "-X", "isolation.level=read_committed")
	wantLines(t, got, "kept")
}

func TestABusyPortIsLeftToItsOwner(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it took no conns
	busy := l.Addr().String()
	if k, err := embedded.StartKafka(t.Context(), embedded.KafkaConfig{Dir: t.TempDir(), Addr: busy}); err == nil || !strings.Contains(err.Error(), "--kafka-listen") {
		t.Errorf("got %v, %v on a busy port, want an error that says what to do", k, err)
	}
	k := startKafka(t, embedded.KafkaConfig{Dir: t.TempDir(), Addr: busy, AnyPort: true})
	if k.Addr() == busy || !strings.HasPrefix(k.Addr(), "127.0.0.1:") {
		t.Errorf("got %s, want another port of 127.0.0.1", k.Addr())
	}
}

func TestAFolderOfRecordsHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	startKafka(t, embedded.KafkaConfig{Dir: dir})
	_, err := embedded.StartKafka(t.Context(), embedded.KafkaConfig{Dir: dir, Addr: "127.0.0.1:0"})
	if err == nil || !strings.Contains(err.Error(), "is used by another eventfeed") {
		t.Errorf("got %v, want an error that names the other owner", err)
	}
}

func TestAnAddressThatNoClientReachesIsRefused(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "nonsense"} {
		if _, err := embedded.StartKafka(t.Context(), embedded.KafkaConfig{Dir: t.TempDir(), Addr: addr}); err == nil {
			t.Errorf("got no error for %q", addr)
		}
	}
}

func TestAPartitionIsKeptWithinItsBound(t *testing.T) {
	const bound = 1 << 20
	k := startKafka(t, embedded.KafkaConfig{Dir: t.TempDir(), PartitionBytes: bound})
	w := &kafka.Writer{Addr: kafka.TCP(k.Addr()), Topic: "full", AllowAutoTopicCreation: true, BatchTimeout: time.Millisecond}
	defer w.Close() //nolint:errcheck // all is written
	const size, count, want = 100_000, 100, 3 * bound / 100_000
	for range count {
		if err := w.WriteMessages(t.Context(), kafka.Message{Value: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
	c := &kafka.Client{Addr: w.Addr}
	kept := func() (n int64) {
		var request []kafka.OffsetRequest
		for p := range 3 {
			request = append(request, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
		}
		answer, err := c.ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{"full": request}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range answer.Topics["full"] {
			n += p.LastOffset - p.FirstOffset
		}
		return n
	}
	deadline := time.After(20 * time.Second)
	for n := kept(); n > want; n = kept() {
		select {
		case <-deadline:
			t.Fatalf("got %d records of %d bytes kept, want at most %d", n, size, want)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
