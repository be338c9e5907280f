package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/embedded"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

// system is a broker, a database, and what one replica has published.
type system struct {
	tb       testing.TB
	broker   string
	group    string
	database string
	store    *store.Store
	client   *kafka.Client

	mu        sync.Mutex
	published []*event.Event
}

// newSystem uses the broker at addr with a database of its own.
func newSystem(tb testing.TB, addr string) *system {
	tb.Helper()
	return newSystemOn(tb, addr, testenv.Database(tb))
}

func newSystemOn(tb testing.TB, addr, database string) *system {
	tb.Helper()
	transport := &kafka.Transport{MetadataTTL: 100 * time.Millisecond}
	s := &system{
		tb: tb, broker: addr, group: fmt.Sprintf("g-%d", time.Now().UnixNano()), database: database,
		client: &kafka.Client{Addr: kafka.TCP(addr), Transport: transport, Timeout: 20 * time.Second},
	}
	tb.Cleanup(transport.CloseIdleConnections)
	var err error
	if s.store, err = store.Open(context.Background(), store.Config{URL: s.database}); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.store.Close)
	return s
}

// devBroker is a development broker of the test's own.
func devBroker(tb testing.TB) string {
	tb.Helper()
	k, err := embedded.StartKafka(context.Background(), embedded.KafkaConfig{Dir: tb.TempDir(), Addr: "127.0.0.1:0"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := k.Close(); err != nil {
			tb.Error(err)
		}
	})
	return k.Addr()
}

var replicas atomic.Int64

// config reads what matches the pattern into s.
func (s *system) config(pattern string) Config {
	return Config{
		Brokers: []string{s.broker}, GroupID: s.group, Replica: fmt.Sprintf("r-%d", replicas.Add(1)), Patterns: []string{pattern},
		Decoder: event.NewDecoder(event.Config{}), Store: s.store, Publish: s.publish,
		Logger: slog.New(slog.NewTextHandler(testWriter{s.tb}, nil)), Metrics: prometheus.NewRegistry(),
	}
}

type testWriter struct{ tb testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.tb.Logf("%s", b)
	return len(b), nil
}

func (s *system) publish(a event.Appended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published = append(s.published, a.Events...)
}

// replica is one ingest that runs.
type replica struct {
	*Ingest
	stop func() // and wait until it has ended
}

// start runs an ingest until the test ends or stop is called.
func (s *system) start(c Config) *replica {
	s.tb.Helper()
	i, err := New(c)
	if err != nil {
		s.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- i.Run(ctx) }()
	r := &replica{Ingest: i, stop: sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.tb.Errorf("ingest ended: %v", err)
		}
	})}
	s.tb.Cleanup(r.stop)
	return r
}

func (s *system) createTopic(name string, partitions int, config ...kafka.ConfigEntry) {
	s.tb.Helper()
	r, err := s.client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: config}},
	})
	if err == nil {
		err = r.Errors[name]
	}
	if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		s.tb.Fatalf("create topic %s: %v", name, err)
	}
}

// produce writes values to one partition; nil is a tombstone.
func (s *system) produce(topic string, partition int, values ...string) {
	s.tb.Helper()
	s.produceAs(kafka.Compression(0), topic, partition, values...)
}

func (s *system) produceAs(codec kafka.Compression, topic string, partition int, values ...string) {
	s.tb.Helper()
	s.write(topic, partition, codec, func() []kafka.Record {
		records := make([]kafka.Record, len(values))
		for i, v := range values {
			records[i] = kafka.Record{Time: time.Now(), Value: kafka.NewBytes([]byte(v))}
		}
		return records
	})
}

// write waits for a leader: a topic that was just created may have none yet.
// Records are read when they are sent, so each try makes its own.
func (s *system) write(topic string, partition int, codec kafka.Compression, records func() []kafka.Record) {
	s.tb.Helper()
	s.eventually(20*time.Second, func() error {
		r, err := s.client.Produce(context.Background(), &kafka.ProduceRequest{
			Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll, Compression: codec,
			Records: kafka.NewRecordReader(records()...),
		})
		if err != nil {
			return err
		}
		return r.Error
	})
}

// events makes n events with ids that begin with prefix.
func events(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"event_id":"%s-%d","event_type":"omninode.agent.execution.completed.v1","payload":{"n":%d}}`, prefix, i, i)
	}
	return all
}

// ids gives what a query of one text column finds.
func (s *system) ids(query string, args ...any) []string {
	s.tb.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.database)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		s.tb.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.tb.Fatal(err)
	}
	return ids
}

func (s *system) stored() []string {
	s.tb.Helper()
	return s.ids(`SELECT event_id FROM event_bus_events ORDER BY id`)
}

// waitStored waits until n events are stored, and fails if there are more.
func (s *system) waitStored(n int) []string {
	s.tb.Helper()
	var got []string
	s.eventually(30*time.Second, func() error {
		if got = s.stored(); len(got) != n {
			return fmt.Errorf("got %d events stored, want %d", len(got), n)
		}
		return nil
	})
	return got
}

func (s *system) eventually(patience time.Duration, f func() error) {
	s.tb.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.tb.Fatalf("not within %s: %v", patience, err)
		}
		<-time.After(20 * time.Millisecond)
	}
}
