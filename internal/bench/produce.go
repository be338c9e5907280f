package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
)

// partitions of a bench's topic.
const partitions = 3

// producer writes events to a topic of its own.
type producer struct {
	client *kafka.Client
	topic  string
	name   string // of the run: topic, tenant and event ids begin with it
	make   func(i int64) envelope
	from   int64        // the number of the next event that steady writes
	warm   bool         // what is written now only warms up, and is not timed
	late   atomic.Int64 // how long after its time steady wrote, at most; nanoseconds
}

// envelope is what differs between the events of a run.
type envelope struct{ tenant, eventType, source string }

const usualType = "omninode.agent.execution.completed.v1"

// newProducer makes a topic. Its events are of one tenant, called like the run.
func newProducer(ctx context.Context, brokers []string, name string) (*producer, error) {
	p := &producer{
		client: &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 10 * time.Second},
		topic:  name + "." + usualType,
		name:   name,
		make:   func(int64) envelope { return envelope{tenant: name, eventType: usualType, source: "bench"} },
	}
	r, err := p.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: p.topic, NumPartitions: partitions, ReplicationFactor: 1}},
	})
	if err == nil {
		err = r.Errors[p.topic]
	}
	if err != nil {
		return nil, fmt.Errorf("create topic %s: %w", p.topic, err)
	}
	return p, nil
}

// eventBytes is the size of an event, about.
const eventBytes = 550

var filler = strings.Repeat("x", eventBytes-320)

// encode makes the i-th event, with the time at which it leaves.
func (p *producer) encode(i int64) []byte {
	now, e := time.Now(), p.make(i)
	sent := now.UnixNano()
	if p.warm {
		sent = 0
	}
	return fmt.Appendf(nil, `{"event_id":"%s-%012d","event_type":"%s","timestamp":"%s","tenant_id":"%s",`+
		`"namespace":"bench","source":"%s","correlation_id":"c-%d","payload":{"agent_name":"agent-%d","duration_ms":%d,"sent_ns":%d,"filler":"%s"}}`,
		p.name, i, e.eventType, now.UTC().Format(time.RFC3339Nano), e.tenant, e.source, i/4, i%50, i%5000, sent, filler)
}

// batch is how many events one request writes at most.
const batch = 100

// steady writes rate events a second for d, as evenly as the broker allows,
// and returns how many it wrote.
func (p *producer) steady(ctx context.Context, rate float64, d time.Duration) (int64, error) {
	begun, all := time.Now(), int64(d.Seconds()*rate)
	due := func() int64 { return min(int64(time.Since(begun).Seconds()*rate), all) }
	from := p.from
	p.from += all
	return all, p.perPartition(ctx, all, due, func(ctx context.Context, partition int, first, n int64) error {
		records := make([][]byte, n)
		for i := range records {
			records[i] = p.encode(from + first + int64(i))
		}
		p.note(time.Since(begun) - time.Duration(float64(first+1)/rate*float64(time.Second)))
		return p.write(ctx, partition, records)
	})
}

// note keeps the longest time by which an event was late.
func (p *producer) note(late time.Duration) {
	for {
		most := p.late.Load()
		if int64(late) <= most || p.late.CompareAndSwap(most, int64(late)) {
			return
		}
	}
}

// prepared writes events that were made before, no further than due says.
func (p *producer) prepared(ctx context.Context, records [][]byte, due func() int64) error {
	return p.perPartition(ctx, int64(len(records)), due, func(ctx context.Context, partition int, first, n int64) error {
		return p.write(ctx, partition, records[first:first+n])
	})
}

// prepare makes n events.
func (p *producer) prepare(n int) [][]byte {
	records := make([][]byte, n)
	for i := range records {
		records[i] = p.encode(int64(i))
	}
	return records
}

// perPartition calls write for all events, in as many goroutines as there are
// partitions, for what is due.
func (p *producer) perPartition(ctx context.Context, all int64, due func() int64, write func(ctx context.Context, partition int, first, n int64) error) error {
	var taken atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for part := range partitions {
		group.Go(func() error {
			for ctx.Err() == nil {
				first, n := take(&taken, due())
				switch {
				case n > 0:
					if err := write(ctx, part, first, n); err != nil {
						return err
					}
				case first == all:
					return nil
				default:
					time.Sleep(500 * time.Microsecond)
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// take claims what is due, up to a batch.
func take(taken *atomic.Int64, due int64) (first, n int64) {
	for {
		first = taken.Load()
		n = min(due-first, batch)
		if n <= 0 {
			return first, 0
		}
		if taken.CompareAndSwap(first, first+n) {
			return first, n
		}
	}
}

// write tries again while a partition has no leader yet, which refuses all of
// a request.
func (p *producer) write(ctx context.Context, partition int, values [][]byte) error {
	for tries := 0; ; tries++ {
		err := p.writeOnce(ctx, partition, values)
		if err == nil || tries == 100 || !errors.Is(err, kafka.NotLeaderForPartition) && !errors.Is(err, kafka.LeaderNotAvailable) &&
			!errors.Is(err, kafka.UnknownTopicOrPartition) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (p *producer) writeOnce(ctx context.Context, partition int, values [][]byte) error {
	records := make([]kafka.Record, len(values))
	for i, v := range values {
		records[i] = kafka.Record{Time: time.Now(), Value: kafka.NewBytes(v)}
	}
	r, err := p.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: p.topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...),
	})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return fmt.Errorf("write %d events: %w", len(values), err)
	}
	return nil
}

// settle writes one event to each partition and waits until a stream shows
// them, so that the topic is known and assigned before the clock runs.
func (p *producer) settle(ctx context.Context, s Server) error {
	s.Alone = false
	one, err := s.connect(ctx, 1, func(int) url.Values { return url.Values{"sources": {p.name + "-settle"}} })
	if err != nil {
		return err
	}
	defer one.close()
	usual := p.make
	defer func() { p.make = usual }()
	p.make = func(int64) envelope {
		return envelope{tenant: p.name, eventType: usualType, source: p.name + "-settle"}
	}
	for part := range partitions {
		if err := p.write(ctx, part, [][]byte{p.encode(int64(-1 - part))}); err != nil {
			return err
		}
	}
	if err := one.wait(ctx, 30*time.Second, func(int) int64 { return partitions }); err != nil {
		return fmt.Errorf("the server does not show what is written to topic %s of its Kafka: %w", p.topic, err)
	}
	return nil
}
