package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func (s *system) gaps() []string {
	s.tb.Helper()
	return s.ids(`SELECT topic || ' ' || partition || ' ' || from_offset || '-' || to_offset || ' ' || reason FROM event_bus_gaps ORDER BY id`)
}

func TestATopicMadeLaterIsReadWithinTenSeconds(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		s.createTopic("early.growing.v1", 1)
		s.start(s.config("*.growing.v1"))
		s.produce("early.growing.v1", 0, events("early", 1)...)
		s.waitStored(1)
		s.createTopic("later.growing.v1", 1)
		s.produce("later.growing.v1", 0, events("later", 1)...)
		begun := time.Now()
		s.waitStored(2)
		took := time.Since(begun)
		t.Logf("the first event of a new topic took %.1f s", took.Seconds())
		if took > 10*time.Second {
			t.Errorf("got it after %s, want less than 10 s", took)
		}
	})
}

func TestNoMatchingTopicIsSaidWithWhatWasSeen(t *testing.T) {
	s := newSystem(t, devBroker(t))
	s.createTopic("agent-actions", 1)
	r := s.start(s.config("*.omninode.agent.v1"))
	s.eventually(10*time.Second, func() error {
		st := r.Status()
		if !st.Connected || !strings.Contains(st.Reason, "no topic matches") || !strings.Contains(st.Reason, "agent-actions") {
			return fmt.Errorf("got %+v", st)
		}
		return nil
	})
	s.createTopic("x.omninode.agent.v1", 1)
	s.produce("x.omninode.agent.v1", 0, events("x", 1)...)
	s.waitStored(1)
	if st := r.Status(); st.Reason != "" || st.TopicsMatched != 1 || !slices.Equal(st.Unmatched, []string{"agent-actions"}) {
		t.Errorf("got %+v, want one topic matched and no reason", st)
	}
}

// recreate deletes a topic and makes it again.
func (s *system) recreate(topic string) {
	s.tb.Helper()
	r, err := s.client.DeleteTopics(context.Background(), &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	if err == nil {
		err = r.Errors[topic]
	}
	if err != nil {
		s.tb.Fatal(err)
	}
	s.eventually(20*time.Second, func() error {
		r, err := s.client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{
			Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}},
		})
		if err != nil {
			return err
		}
		return r.Errors[topic]
	})
}

// TestATopicMadeAgainIsReadFromItsFirstRecord: while it is read, and while
// nobody reads, with fewer and with more records than before.
func TestATopicMadeAgainIsReadFromItsFirstRecord(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "again.omninode.agent.v1"
		s.createTopic(topic, 1)
		r := s.start(s.config(topic))
		nameless := slices.Repeat([]string{`{"event_type":"omninode.agent.execution.started.v1"}`}, 5) // named by their offsets
		s.produce(topic, 0, nameless...)
		s.waitStored(5)
		s.recreate(topic)
		s.produce(topic, 0, nameless[:3]...)
		s.waitStored(8)
		r.stop()
		s.recreate(topic)
		s.produce(topic, 0, slices.Concat(nameless, nameless)...)
		s.start(s.config(topic))
		s.waitStored(18)
		want := []string{topic + " 0 5-0 recreated", topic + " 0 3-0 recreated"}
		if got := s.gaps(); !slices.Equal(got, want) {
			t.Errorf("got gaps %q, want %q", got, want)
		}
	})
}

func TestWhatRetentionTookIsASourceGap(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "gone.omninode.agent.v1"
		s.createTopic(topic, 1)
		r := s.start(s.config(topic))
		s.produce(topic, 0, events("read", 5)...)
		s.waitStored(5)
		r.stop()
		s.produce(topic, 0, events("gone", 5)...)
		s.produce(topic, 0, events("there", 5)...)
		s.deleteBefore(topic, 10)
		s.start(s.config(topic))
		got := s.waitStored(10)
		if slices.ContainsFunc(got, func(id string) bool { return strings.HasPrefix(id, "gone") }) {
			t.Errorf("got %v, want nothing of what is gone", got)
		}
		if got, want := s.gaps(), []string{topic + " 0 5-10 retention"}; !slices.Equal(got, want) {
			t.Errorf("got gaps %q, want %q", got, want)
		}
	})
}

// deleteBefore does what retention does.
func (s *system) deleteBefore(topic string, offset int64) {
	s.tb.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(s.broker))
	if err != nil {
		s.tb.Fatal(err)
	}
	defer c.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	req.Topics = []kmsg.DeleteRecordsRequestTopic{{Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Partition: 0, Offset: offset}}}}
	r, err := req.RequestWith(context.Background(), c)
	if err != nil {
		s.tb.Fatal(err)
	}
	if code := r.Topics[0].Partitions[0].ErrorCode; code != 0 {
		s.tb.Fatalf("delete records: error %d", code)
	}
}

func TestStartLatestLeavesOutOnlyWhatWasThereAtTheVeryFirstStart(t *testing.T) {
	s := newSystem(t, devBroker(t))
	config := s.config("*.omninode.agent.v1")
	config.StartLatest = true
	s.createTopic("old.omninode.agent.v1", 1)
	s.produce("old.omninode.agent.v1", 0, events("before", 5)...)
	r := s.start(config)
	s.eventually(20*time.Second, func() error {
		stored, err := s.store.Offsets(context.Background(), []event.Partition{{Topic: "old.omninode.agent.v1"}})
		if err != nil || len(stored) == 0 {
			return fmt.Errorf("got offsets %v, %v", stored, err)
		}
		return nil
	})
	s.produce("old.omninode.agent.v1", 0, events("after", 5)...)
	s.waitStored(5)
	r.stop()
	s.createTopic("new.omninode.agent.v1", 1)
	s.produce("new.omninode.agent.v1", 0, events("new", 5)...)
	config.Metrics = nil
	s.start(config)
	if got := s.waitStored(10); slices.Contains(got, "before-0") {
		t.Errorf("got %v, want nothing of what was there before", got)
	}
}
