package ingest

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"context"
	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// TestManyTopicsTakeFewConnectionsAndGoroutines: 200 topics of 3 partitions.
func TestManyTopicsTakeFewConnectionsAndGoroutines(t *testing.T) {
	s := newSystem(t, testenv.Kafka(t).Addr)
	topics := make([]kafka.TopicConfig, 200)
	for i := range topics {
		topics[i] = kafka.TopicConfig{Topic: fmt.Sprintf("many.t%03d.v1", i), NumPartitions: 3, ReplicationFactor: 1}
	}
	if _, err := s.client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{Topics: topics}); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	r := s.start(s.config("many.*.v1"))
	for i := range topics {
		s.produce(topics[i].Topic, i%3, events(topics[i].Topic, 5)...)
	}
	s.checkOnce(1000)
	s.eventually(10*time.Second, func() error {
		if n := len(r.Status().Partitions); n != 600 {
			return fmt.Errorf("reads %d partitions, want 600", n)
		}
		return nil
	})
	r.wire.mu.Lock()
	conns := len(r.wire.conns)
	r.wire.mu.Unlock()
	goroutines := runtime.NumGoroutine() - before
	t.Logf("200 topics × 3 partitions: %d connections to the broker, %d goroutines more than before", conns, goroutines)
	if conns > 8 || goroutines > 40 {
		t.Errorf("got %d connections and %d goroutines, want at most 8 and 40", conns, goroutines)
	}
}
