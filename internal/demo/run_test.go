package demo

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const produceKey = int16(0)

// broker is a cluster of three, so that records have several leaders.
func broker(t *testing.T) (*kfake.Cluster, Config) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3))
	if err != nil {
		t.Fatalf("start kfake: %v", err)
	}
	t.Cleanup(cluster.Close)
	transport := &kafka.Transport{MetadataTTL: 100 * time.Millisecond}
	t.Cleanup(transport.CloseIdleConnections)
	return cluster, Config{
		Brokers: cluster.ListenAddrs(), Transport: transport,
		Seed: 1, History: 72 * time.Hour, HistoryEvents: 3000,
	}
}

// stored counts the records of every demo topic.
func stored(t *testing.T, cfg Config) int {
	t.Helper()
	req := &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{}}
	for _, topic := range Topics() {
		for p := range partitionsPerTopic {
			req.Topics[topic] = append(req.Topics[topic], kafka.LastOffsetOf(p))
		}
	}
	client := &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Transport: cfg.Transport}
	res, err := client.ListOffsets(t.Context(), req)
	if err != nil {
		t.Fatalf("list offsets: %v", err)
	}
	total := 0
	for topic, partitions := range res.Topics {
		for _, p := range partitions {
			if p.Error != nil {
				t.Fatalf("list offsets of %s/%d: %v", topic, p.Partition, p.Error)
			}
			total += int(p.LastOffset)
		}
	}
	return total
}

func TestRunWritesHistoryAndReturnsWhereThereIsNoRate(t *testing.T) {
	_, cfg := broker(t)
	told := false
	cfg.HistoryWritten = func() { told = true }
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatalf("run: %v", err)
	}
	if got := stored(t, cfg); got < 2990 || got > 3020 {
		t.Errorf("got %d records in Kafka, want 3000", got)
	}
	if !told {
		t.Error("nobody was told that history is written")
	}
	cfg.SkipHistory = true
	before := stored(t, cfg)
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatalf("run again: %v", err)
	}
	if got := stored(t, cfg); got != before {
		t.Errorf("got %d records after a run that skips history, want %d", got, before)
	}
}

func TestRunWritesLiveRecordsAtItsRate(t *testing.T) {
	_, cfg := broker(t)
	cfg.SkipHistory, cfg.Rate = true, 300
	if err := Run(t.Context(), Config{Brokers: cfg.Brokers, Transport: cfg.Transport, SkipHistory: true}); err != nil {
		t.Fatalf("create topics: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := Run(ctx, cfg); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("run: got %v, want the end of the context", err)
	}
	// Long chains that began before are missing at first.
	want := 4 * cfg.Rate * rhythm(time.Now())
	if got := float64(stored(t, cfg)); math.Abs(got-want) > 0.4*want {
		t.Errorf("got %v records in 4 s, want about %.0f", got, want)
	}
}

func TestBrokenAnswersCostNoRecord(t *testing.T) {
	cluster, cfg := broker(t)
	var requests atomic.Int32
	cluster.ControlKey(produceKey, func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		switch requests.Add(1) {
		case 1:
			return nil, errors.New("cut"), true // the connection is closed
		case 2:
			return refused(req.(*kmsg.ProduceRequest)), nil, true
		}
		return nil, nil, false
	})
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatalf("run: %v", err)
	}
	if got := stored(t, cfg); got < 2990 || got > 3020 {
		t.Errorf("got %d records in Kafka, want 3000", got)
	}
}

func refused(req *kmsg.ProduceRequest) kmsg.Response {
	res := req.ResponseKind().(*kmsg.ProduceResponse)
	for _, t := range req.Topics {
		topic := kmsg.NewProduceResponseTopic()
		topic.Topic = t.Topic
		for _, p := range t.Partitions {
			partition := kmsg.NewProduceResponseTopicPartition()
			partition.Partition, partition.ErrorCode = p.Partition, int16(kafka.NotLeaderForPartition)
			topic.Partitions = append(topic.Partitions, partition)
		}
		res.Topics = append(res.Topics, topic)
	}
	return res
}

func TestATopicThatIsDeletedIsMadeAgain(t *testing.T) {
	_, cfg := broker(t)
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatalf("run: %v", err)
	}
	client := &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Transport: cfg.Transport}
	if _, err := client.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: Topics()[:1]}); err != nil {
		t.Fatalf("delete topic: %v", err)
	}
	p := newProducer(cfg.Brokers, cfg.Transport, slog.New(slog.DiscardHandler))
	records := history(1, 50)
	for i := range records {
		records[i].Topic = Topics()[0]
	}
	if err := p.write(t.Context(), records); err != nil {
		t.Fatalf("write: %v", err)
	}
	stored(t, cfg) // fails for a topic that is not there
}
