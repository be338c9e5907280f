package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// garbageEvery: one record of so many is no event.
const garbageEvery = 200

// producer writes events at a steady rate, whatever happens to the broker, and
// knows which of them Kafka has acknowledged.
type producer struct {
	tb     testing.TB
	writer *kafka.Writer
	rate   int

	mu      sync.Mutex
	acked   map[string]bool // by event id, or by content for garbage
	garbage map[string]bool
}

func newProducer(tb testing.TB, broker, topic string, rate int) *producer {
	tb.Helper()
	createTopic(tb, broker, topic, 3)
	transport := &kafka.Transport{}
	p := &producer{
		tb: tb, rate: rate, acked: map[string]bool{}, garbage: map[string]bool{},
		writer: &kafka.Writer{
			Addr: kafka.TCP(broker), Topic: topic, Balancer: &kafka.RoundRobin{}, RequiredAcks: kafka.RequireAll,
			BatchTimeout: time.Millisecond, BatchSize: 500, MaxAttempts: 1000, Transport: transport,
			WriteBackoffMax: 200 * time.Millisecond,
		},
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return p
}

func createTopic(tb testing.TB, broker, topic string, partitions int) {
	tb.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	c := &kafka.Client{Addr: kafka.TCP(broker), Transport: transport}
	r, err := c.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}},
	})
	if err == nil {
		err = r.Errors[topic]
	}
	if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		tb.Fatalf("create topic %s: %v", topic, err)
	}
}

// run writes until ctx ends, and then waits for what is under way.
func (p *producer) run(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var writing sync.WaitGroup
	slots := make(chan struct{}, 8)
	begun, n := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			writing.Wait()
			return
		case <-tick.C:
		}
		due := int(time.Since(begun).Seconds() * float64(p.rate))
		first, count := n, min(due-n, 500)
		n += count
		slots <- struct{}{}
		writing.Go(func() {
			defer func() { <-slots }()
			p.write(context.WithoutCancel(ctx), first, count)
		})
	}
}

// write writes events first … first+n-1, again and again until Kafka has them.
func (p *producer) write(ctx context.Context, first, n int) {
	messages := make([]kafka.Message, n)
	for i := range messages {
		messages[i].Value = record(first + i)
	}
	for len(messages) > 0 {
		err := p.writer.WriteMessages(ctx, messages...)
		var each kafka.WriteErrors
		if err != nil && !errors.As(err, &each) {
			continue // nothing is known of any: all again, which is a duplicate at worst
		}
		var again []kafka.Message
		for i, m := range messages {
			if each != nil && each[i] != nil {
				again = append(again, kafka.Message{Value: m.Value})
			}
		}
		messages = again
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := first; i < first+n; i++ {
		if i%garbageEvery == garbageEvery-1 {
			p.garbage[string(record(i))] = true
		} else {
			p.acked[eventID(i)] = true
		}
	}
}

func eventID(i int) string { return fmt.Sprintf("e2e-%09d", i) }

// record is the i-th record: an event, or garbage now and then.
func record(i int) []byte {
	if i%garbageEvery == garbageEvery-1 {
		return fmt.Appendf(nil, `{"garbage":%d`, i)
	}
	outcome := [...]string{"completed", "failed", "started"}[i%3]
	return fmt.Appendf(nil, `{"event_id":%q,"event_type":"omninode.agent.execution.%s.v1","timestamp":%q,"tenant_id":"t%d","source":"e2e",`+
		`"correlation_id":"c-%d","payload":{"n":%d,"filler":"%0350d"}}`,
		eventID(i), outcome, time.Now().UTC().Format(time.RFC3339Nano), i%4, i/10, i, i)
}
