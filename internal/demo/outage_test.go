package demo

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

func TestRunFillsARealKafka(t *testing.T) {
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg := Config{
		Brokers: []string{testenv.Kafka(t).Addr}, Transport: transport,
		Seed: 1, History: 72 * time.Hour, HistoryEvents: 20_000,
	}
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatalf("run: %v", err)
	}
	if got := stored(t, cfg); got < 19_960 || got > 20_020 {
		t.Errorf("got %d records in Kafka, want 20000", got)
	}
}

func TestAKilledBrokerCostsNoRecordAndNoOrder(t *testing.T) {
	broker := testenv.NewKafka(t)
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := newProducer([]string{broker.Addr}, transport, slog.New(slog.DiscardHandler))
	const topic = "acme.omninode.agent.v1"
	if err := p.createTopics(t.Context(), []string{topic}); err != nil {
		t.Fatal(err)
	}
	records := history(1, 2000)
	for i := range records {
		records[i].Topic = topic
	}
	half, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- writeInSteps(t.Context(), p, records, half)
	}()
	<-half
	broker.Kill()
	broker.Start()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for id := range partitionsPerTopic {
		checkPartition(t, broker.Addr, topic, id, records)
	}
}

// writeInSteps closes half when half of the records are written.
func writeInSteps(ctx context.Context, p *producer, records []Record, half chan struct{}) error {
	const step = 20
	for i := 0; i < len(records); i += step {
		if i == len(records)/2/step*step {
			close(half)
		}
		if err := p.write(ctx, records[i:min(i+step, len(records))]); err != nil {
			return err
		}
	}
	return nil
}

// checkPartition fails unless the partition holds what belongs there of
// records, in their order, repeated at most in runs.
func checkPartition(t *testing.T, addr, topic string, id int, records []Record) {
	t.Helper()
	conn, err := kafka.DialLeader(t.Context(), "tcp", addr, topic, id)
	if err != nil {
		t.Fatal(err)
	}
	end, err := conn.ReadLastOffset()
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{addr}, Topic: topic, Partition: id, MaxWait: 100 * time.Millisecond})
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var values [][]byte
	for int64(len(values)) < end {
		m, err := r.ReadMessage(ctx)
		if err != nil {
			t.Fatalf("read partition %d: %v", id, err)
		}
		values = append(values, m.Value)
	}
	at := 0
	for i, record := range records {
		if (kafka.Murmur2Balancer{}).Balance(kafka.Message{Key: record.Key}, 0, 1, 2) != id {
			continue
		}
		for at < len(values) && !bytes.Equal(values[at], record.Value) {
			at++ // repeated after a lost answer
		}
		if at == len(values) {
			t.Fatalf("partition %d: record %d is missing or out of order", id, i)
		}
		at++
	}
}
