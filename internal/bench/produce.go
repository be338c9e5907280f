package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// partitions of a bench's topic.
const partitions = 3

// producer writes events of about 550 bytes to a topic of its own, each with
// the time at which it left.
type producer struct {
	client *kafka.Client
	topic  string
	tenant string
	filler string
	sent   atomic.Int64
}

func newProducer(ctx context.Context, brokers []string, tenant string, bytes int) (*producer, error) {
	p := &producer{
		client: &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 10 * time.Second},
		topic:  tenant + ".omninode.agent.execution.completed.v1",
		tenant: tenant,
		filler: strings.Repeat("x", max(0, bytes-320)),
	}
	r, err := p.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: p.topic, NumPartitions: partitions, ReplicationFactor: 1}},
	})
	if err != nil {
		return nil, fmt.Errorf("create topic %s: %w", p.topic, err)
	}
	if err := r.Errors[p.topic]; err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
		return nil, fmt.Errorf("create topic %s: %w", p.topic, err)
	}
	return p, nil
}

// event makes the i-th event.
func (p *producer) event(i int64) []byte {
	now := time.Now()
	return fmt.Appendf(nil, `{"event_id":"%s-%012d","event_type":"omninode.agent.execution.completed.v1","timestamp":"%s","tenant_id":"%s",`+
		`"namespace":"bench","source":"bench","correlation_id":"c-%d","payload":{"agent_name":"agent-%d","duration_ms":%d,"sent_ns":%d,"filler":"%s"}}`,
		p.tenant, i, now.UTC().Format(time.RFC3339Nano), p.tenant, i/4, i%50, i%5000, now.UnixNano(), p.filler)
}

// steady writes rate events a second for d, as evenly as the broker allows,
// and returns how many it wrote.
func (p *producer) steady(ctx context.Context, rate float64, d time.Duration) (int64, error) {
	begun := time.Now()
	due := func() int64 { return int64(min(time.Since(begun), d).Seconds() * rate) }
	var taken atomic.Int64
	errs := make([]error, partitions)
	var wg sync.WaitGroup
	for part := range partitions {
		wg.Go(func() {
			for errs[part] == nil && ctx.Err() == nil {
				first, n := take(&taken, due())
				if n > 0 {
					errs[part] = p.write(ctx, part, first, n)
				} else if time.Since(begun) > d {
					return
				} else {
					time.Sleep(500 * time.Microsecond)
				}
			}
		})
	}
	wg.Wait()
	return p.sent.Load(), errors.Join(append(errs, ctx.Err())...)
}

// take claims what is due, up to 100 events at a time.
func take(taken *atomic.Int64, due int64) (first, n int64) {
	for {
		first = taken.Load()
		n = min(due-first, 100)
		if n <= 0 {
			return 0, 0
		}
		if taken.CompareAndSwap(first, first+n) {
			return first, n
		}
	}
}

// write tries again while a partition has no leader yet, which refuses all of
// a request.
func (p *producer) write(ctx context.Context, partition int, first, n int64) error {
	for tries := 0; ; tries++ {
		err := p.writeOnce(ctx, partition, first, n)
		if err == nil || tries == 100 || !errors.Is(err, kafka.NotLeaderForPartition) && !errors.Is(err, kafka.LeaderNotAvailable) &&
			!errors.Is(err, kafka.UnknownTopicOrPartition) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (p *producer) writeOnce(ctx context.Context, partition int, first, n int64) error {
	records := make([]kafka.Record, n)
	for i := range records {
		records[i] = kafka.Record{Time: time.Now(), Value: kafka.NewBytes(p.event(first + int64(i)))}
	}
	r, err := p.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: p.topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...),
	})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return fmt.Errorf("write %d events: %w", n, err)
	}
	p.sent.Add(n)
	return nil
}
