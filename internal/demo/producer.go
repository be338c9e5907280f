package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/produce"
)

const (
	partitionsPerTopic = 3
	requestTimeout     = 10 * time.Second
	firstPause         = 100 * time.Millisecond
	longestPause       = 2 * time.Second
)

// producer writes records with one produce request for each broker: kafka-go's
// Writer sends one for each partition, each on a connection of its own, and
// waits for more records before it does.
type producer struct {
	client   *kafka.Client
	balancer kafka.Balancer // the partition that Java's producers choose for a key
	log      *slog.Logger
}

func newProducer(brokers []string, transport kafka.RoundTripper, log *slog.Logger) *producer {
	return &producer{
		client:   &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport, Timeout: requestTimeout},
		balancer: kafka.Murmur2Balancer{},
		log:      log,
	}
}

// persist calls try until it says that nothing is left to do or ctx ends, with
// growing pauses, and logs the first failure and the recovery.
func (p *producer) persist(ctx context.Context, what string, try func(context.Context) error) error {
	pause, since := firstPause, time.Time{}
	for {
		err := try(ctx)
		switch {
		case err == nil && !since.IsZero():
			p.log.Info(what+" works again", "after", time.Since(since).Round(time.Millisecond))
			return nil
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case since.IsZero():
			since = time.Now()
			p.log.Warn(what+" fails, trying again until it works", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		}
	}
}

// createTopics makes those topics that are not there yet.
func (p *producer) createTopics(ctx context.Context, topics []string) error {
	req := &kafka.CreateTopicsRequest{}
	for _, t := range topics {
		req.Topics = append(req.Topics, kafka.TopicConfig{Topic: t, NumPartitions: partitionsPerTopic, ReplicationFactor: -1})
	}
	res, err := p.client.CreateTopics(ctx, req)
	if err != nil {
		return fmt.Errorf("create %d topics: %w", len(topics), err)
	}
	for topic, err := range res.Errors {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", topic, err)
		}
	}
	return nil
}

// write returns when Kafka has acknowledged all records, in their order within
// each partition, or ctx has ended. A request whose answer is lost is sent
// again, so that Kafka may then hold its records twice.
func (p *producer) write(ctx context.Context, records []Record) error {
	return p.persist(ctx, "writing to kafka", func(ctx context.Context) error {
		var err error
		records, err = p.try(ctx, records)
		return err
	})
}

// try writes what it can and returns what is left, with the reason.
func (p *producer) try(ctx context.Context, records []Record) ([]Record, error) {
	byLeader, err := p.place(ctx, records)
	if err != nil {
		return records, err
	}
	var left []Record
	var errs []error
	for _, placed := range byLeader {
		failed, err := p.produce(ctx, placed)
		left = append(left, failed...)
		errs = append(errs, err)
	}
	return left, errors.Join(errs...)
}

// placed are records by the topic and partition that they go to.
type placed map[string]map[int32][]Record

func (p placed) add(r Record, id int32) {
	if p[r.Topic] == nil {
		p[r.Topic] = map[int32][]Record{}
	}
	p[r.Topic][id] = append(p[r.Topic][id], r)
}

// place finds each record's partition and that partition's leader.
func (p *producer) place(ctx context.Context, records []Record) (map[int]placed, error) {
	leaders, err := p.leaders(ctx, records)
	if err != nil {
		return nil, err
	}
	byLeader := map[int]placed{}
	for _, r := range records {
		brokers := leaders[r.Topic]
		ids := make([]int, len(brokers))
		for i := range ids {
			ids[i] = i
		}
		id := p.balancer.Balance(kafka.Message{Key: r.Key}, ids...)
		leader := brokers[id]
		if byLeader[leader] == nil {
			byLeader[leader] = placed{}
		}
		byLeader[leader].add(r, int32(id))
	}
	return byLeader, nil
}

// leaders gives, for each topic of records, the broker of each partition. The
// topics that are missing, because somebody deleted them, are made again.
func (p *producer) leaders(ctx context.Context, records []Record) (map[string][]int, error) {
	var topics []string
	for _, r := range records {
		topics = append(topics, r.Topic)
	}
	slices.Sort(topics)
	topics = slices.Compact(topics)
	res, err := p.client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("find the leaders of %d topics: %w", len(topics), err)
	}
	leaders := map[string][]int{}
	for _, t := range res.Topics {
		if errors.Is(t.Error, kafka.UnknownTopicOrPartition) {
			return nil, errors.Join(t.Error, p.createTopics(ctx, []string{t.Name}))
		}
		if t.Error != nil || len(t.Partitions) == 0 {
			return nil, fmt.Errorf("find the leaders of topic %s: %w", t.Name, cmp.Or(t.Error, error(kafka.LeaderNotAvailable)))
		}
		slices.SortFunc(t.Partitions, func(a, b kafka.Partition) int { return cmp.Compare(a.ID, b.ID) })
		for _, partition := range t.Partitions {
			leaders[t.Name] = append(leaders[t.Name], partition.Leader.ID)
		}
	}
	return leaders, nil
}

// produce sends one request and returns the records of the partitions that
// refused theirs.
func (p *producer) produce(ctx context.Context, records placed) ([]Record, error) {
	req := &produce.Request{Acks: int16(kafka.RequireAll), Timeout: int32(requestTimeout.Milliseconds())}
	var all []Record
	for topic, byID := range records {
		t := produce.RequestTopic{Topic: topic}
		for id, rs := range byID {
			all = append(all, rs...)
			t.Partitions = append(t.Partitions, produce.RequestPartition{Partition: id, RecordSet: recordSet(rs)})
		}
		req.Topics = append(req.Topics, t)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := p.client.Transport.RoundTrip(ctx, p.client.Addr, req)
	if err != nil {
		return all, fmt.Errorf("produce %d records: %w", len(all), err)
	}
	var failed []Record
	var last error
	for _, t := range res.(*produce.Response).Topics {
		for _, answer := range t.Partitions {
			if answer.ErrorCode != 0 {
				failed = append(failed, records[t.Topic][answer.Partition]...)
				last = fmt.Errorf("produce to %s/%d: %w", t.Topic, answer.Partition, kafka.Error(answer.ErrorCode))
			}
		}
	}
	return failed, last
}

func recordSet(records []Record) protocol.RecordSet {
	rs := make([]protocol.Record, len(records))
	for i, r := range records {
		rs[i] = protocol.Record{Time: r.Time, Key: protocol.NewBytes(r.Key), Value: protocol.NewBytes(r.Value)}
		for _, h := range r.Headers {
			rs[i].Headers = append(rs[i].Headers, protocol.Header{Key: h.Key, Value: h.Value})
		}
	}
	return protocol.RecordSet{Records: protocol.NewRecordReader(rs...)}
}
