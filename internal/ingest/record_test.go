package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestEveryCompressionIsRead(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "codecs.omninode.agent.v1"
		s.createTopic(topic, 1)
		s.start(s.config(topic))
		codecs := []kafka.Compression{kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd}
		for _, c := range codecs {
			s.produceAs(c, topic, 0, events(c.String(), 50)...)
		}
		s.waitStored(50 * len(codecs))
	})
}

func TestOnlyCommittedTransactionsAreRead(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "transactions.omninode.agent.v1"
		s.createTopic(topic, 1)
		s.start(s.config(topic))
		producer, err := kgo.NewClient(kgo.SeedBrokers(s.broker), kgo.TransactionalID("t-"+s.group), kgo.DefaultProduceTopic(topic))
		if err != nil {
			t.Fatal(err)
		}
		defer producer.Close()
		for i, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit, kgo.TryAbort} {
			transact(t, producer, end, events(fmt.Sprintf("transaction-%d", i), 10))
		}
		s.produce(topic, 0, events("after", 1)...)
		got := s.waitStored(21)
		for _, id := range got {
			if strings.HasPrefix(id, "transaction-1") || strings.HasPrefix(id, "transaction-3") {
				t.Errorf("event %s of an aborted transaction is stored", id)
			}
		}
	})
}

func transact(t *testing.T, c *kgo.Client, end kgo.TransactionEndTry, values []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := c.ProduceSync(ctx, kgo.StringRecord(v)).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.EndTransaction(ctx, end); err != nil {
		t.Fatal(err)
	}
}

// TestACompactedTopicIsReadToItsEnd: a batch of which only the first records
// are left ends behind the last record that a reader is given.
func TestACompactedTopicIsReadToItsEnd(t *testing.T) {
	broker := testenv.NewKafka(t, testenv.BrokerConfig{Settings: map[string]string{
		"log.cleaner.backoff.ms": "100", "log.initial.task.delay.ms": "100", "log.retention.check.interval.ms": "100",
	}})
	s := newSystem(t, broker.Addr)
	const topic = "compacted.omninode.agent.v1"
	s.createTopic(topic, 1,
		kafka.ConfigEntry{ConfigName: "cleanup.policy", ConfigValue: "compact"},
		kafka.ConfigEntry{ConfigName: "segment.ms", ConfigValue: "100"},
		kafka.ConfigEntry{ConfigName: "min.cleanable.dirty.ratio", ConfigValue: "0.001"},
		kafka.ConfigEntry{ConfigName: "delete.retention.ms", ConfigValue: "100"})
	keyed := func(key, id string) kafka.Record {
		return kafka.Record{Time: time.Now(), Key: kafka.NewBytes([]byte(key)), Value: kafka.NewBytes([]byte(events(id, 1)[0]))}
	}
	s.write(topic, 0, 0, func() []kafka.Record { // one batch, of which the first will stay
		return []kafka.Record{keyed("stays", "stays"), keyed("k", "old-1"), keyed("k", "old-2"), keyed("k", "old-3")}
	})
	s.eventually(60*time.Second, func() error {
		s.write(topic, 0, 0, func() []kafka.Record { return []kafka.Record{keyed("k", "new")} })
		return s.compacted(topic)
	})
	s.write(topic, 0, 0, func() []kafka.Record { return []kafka.Record{keyed("end", "end")} })
	r := s.start(s.config(topic))
	s.eventually(30*time.Second, func() error {
		if got := s.stored(); !slices.Contains(got, "end-0") {
			return fmt.Errorf("got %v, which is not the end", got)
		}
		return nil
	})
	if got := s.stored(); !slices.Contains(got, "stays-0") || slices.Contains(got, "old-2-0") {
		t.Errorf("got %v, want what compaction has left", got)
	}
	s.eventually(10*time.Second, func() error {
		if lag := r.Status().Lag; lag != 0 {
			return fmt.Errorf("lag is %d at the end of the topic", lag)
		}
		return nil
	})
}

// compacted says whether the end of the first batch is gone.
func (s *system) compacted(topic string) error {
	r, err := s.client.Fetch(context.Background(), &kafka.FetchRequest{Topic: topic, Partition: 0, Offset: 0, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 100 * time.Millisecond})
	if err != nil {
		return err
	}
	for {
		rec, err := r.Records.ReadRecord()
		if err != nil {
			return nil // all that came was read, and offset 2 was not among it
		}
		if rec.Offset == 2 {
			return errors.New("not compacted yet")
		}
	}
}

func TestWhatIsNoEventIsKeptAndHoldsUpNothing(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "garbage.omninode.agent.v1"
		s.createTopic(topic, 1, kafka.ConfigEntry{ConfigName: "max.message.bytes", ConfigValue: "8388608"})
		bad := []string{
			`no JSON`, `[]`, ``, `{"payload":"\u0000"}`, `{"payload":"\ud800"}`, `{"n":` + strings.Repeat("9", 200_000) + `}`,
			`{"payload":"` + strings.Repeat("x", 2<<20) + `"}`, `{"timestamp":"yesterday"}`, "{\"event_id\":\"\xff\"}",
			strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600), `{"event_id":"` + strings.Repeat("i", 1025) + `"}`, `{"n":1e400000}`,
		}
		s.start(s.config(topic))
		for i, v := range bad {
			s.produce(topic, 0, v, events(fmt.Sprintf("behind-%d", i), 1)[0])
		}
		s.produce(topic, 0, `{"event_id":"long number","n":`+strings.Repeat("9", 100_000)+`}`)
		s.waitStored(len(bad) + 1)
		kept := s.ids(`SELECT encode(value, 'hex') FROM event_bus_rejected WHERE reason <> '' ORDER BY "offset"`)
		if len(kept) != len(bad) {
			t.Fatalf("got %d rejected events, want %d", len(kept), len(bad))
		}
		for i, v := range bad {
			if kept[i] != fmt.Sprintf("%x", v) {
				t.Errorf("%.40q: got other bytes kept: %.80s", v, kept[i])
			}
		}
	})
}
