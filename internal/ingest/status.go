package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Status is what an operator wants to know of ingest. Its lists are bounded.
type Status struct {
	Connected bool   // a broker has answered within the last seconds
	Reason    string // in words, if something is not as it should be; also while connected
	Brokers   []string
	Group     string
	Member    string // our name in the group; "" when we are not in it
	Patterns  []string

	TopicsSeen    int      // internal ones left out
	TopicsMatched int      //
	Unmatched     []string // topics that match no pattern, the first 50 by name

	Partitions []PartitionStatus // those that this replica reads, the first 1,000 by name
	Lag        int64             // records that Kafka has and we have not stored, of this replica's partitions

	LastError   string
	LastErrorAt time.Time
}

// PartitionStatus is a partition that this replica reads.
type PartitionStatus struct {
	Topic     string
	Partition int32
	Next      int64 // everything below is stored
	Lag       int64
}

const (
	partitionsMax = 1000
	// silence is how long Kafka may be silent until it counts as away; something
	// is asked of it every second or two.
	silence = 3500 * time.Millisecond
)

// Status does not wait for anything.
func (i *Ingest) Status() Status {
	l := i.topics.look()
	s := Status{
		Connected: i.wire.isConnected(),
		Brokers:   i.config.Brokers, Group: i.config.GroupID, Patterns: i.config.Patterns,
		TopicsSeen: l.seen, TopicsMatched: len(l.matched), Unmatched: l.unmatched,
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	s.Member = i.member
	if i.lastError != nil {
		s.LastError, s.LastErrorAt = i.lastError.Error(), i.lastErrorAt
	}
	for p, t := range i.partitions {
		s.Partitions = append(s.Partitions, PartitionStatus{p.Topic, p.ID, t.next, t.lag()})
		s.Lag += t.lag()
	}
	slices.SortFunc(s.Partitions, func(a, b PartitionStatus) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	s.Partitions = s.Partitions[:min(len(s.Partitions), partitionsMax)]
	s.Reason = s.reason()
	return s
}

// reason says what is not as it should be.
func (s *Status) reason() string {
	switch {
	case !s.Connected && s.LastError != "":
		return fmt.Sprintf("Kafka does not answer at %s: %s", strings.Join(s.Brokers, ", "), s.LastError)
	case !s.Connected:
		return fmt.Sprintf("Kafka does not answer at %s", strings.Join(s.Brokers, ", "))
	case s.TopicsSeen == 0:
		return "Kafka has no topics yet"
	case s.TopicsMatched == 0:
		return fmt.Sprintf("no topic matches the patterns; topics seen: %s", strings.Join(s.Unmatched, ", "))
	}
	return ""
}
