package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// balancer is the name of how partitions are shared out: Kafka's round robin.
const balancer = "roundrobin"

// subscription says which topics we would read.
func subscription(l topicList) []byte {
	m := kmsg.NewConsumerMemberMetadata()
	for name := range l.matched {
		m.Topics = append(m.Topics, name)
	}
	slices.Sort(m.Topics)
	return m.AppendTo(nil)
}

// assign deals the partitions out, one to each member in turn, passing over
// those that do not subscribe to the topic.
func assign(members []kmsg.JoinGroupResponseMember, l topicList) ([]kmsg.SyncGroupRequestGroupAssignment, error) {
	slices.SortFunc(members, func(a, b kmsg.JoinGroupResponseMember) int { return cmp.Compare(a.MemberID, b.MemberID) })
	wants := make([]map[string]bool, len(members))
	for i, m := range members {
		var meta kmsg.ConsumerMemberMetadata
		if err := meta.ReadFrom(m.ProtocolMetadata); err != nil {
			return nil, fmt.Errorf("read the subscription of %s: %w", m.MemberID, err)
		}
		wants[i] = map[string]bool{}
		for _, name := range meta.Topics {
			wants[i][name] = true
		}
	}
	hands := deal(partitionsOf(l), wants)
	plan := make([]kmsg.SyncGroupRequestGroupAssignment, len(members))
	for i, m := range members {
		plan[i] = kmsg.SyncGroupRequestGroupAssignment{MemberID: m.MemberID, MemberAssignment: hands[i].AppendTo(nil)}
	}
	return plan, nil
}

func deal(all []event.Partition, wants []map[string]bool) []kmsg.ConsumerMemberAssignment {
	hands := make([]kmsg.ConsumerMemberAssignment, len(wants))
	turn := 0
	for _, p := range all {
		for range wants {
			i := turn % len(wants)
			turn++
			if wants[i][p.Topic] {
				give(&hands[i], p)
				break
			}
		}
	}
	return hands
}

func give(hand *kmsg.ConsumerMemberAssignment, p event.Partition) {
	n := len(hand.Topics)
	if n == 0 || hand.Topics[n-1].Topic != p.Topic {
		hand.Topics = append(hand.Topics, kmsg.ConsumerMemberAssignmentTopic{Topic: p.Topic})
		n++
	}
	t := &hand.Topics[n-1]
	t.Partitions = append(t.Partitions, p.ID)
}

// partitionsOf lists the partitions of all topics that match, in order.
func partitionsOf(l topicList) []event.Partition {
	var all []event.Partition
	for name, t := range l.matched {
		for id := range t.leaders {
			all = append(all, event.Partition{Topic: name, ID: int32(id)})
		}
	}
	slices.SortFunc(all, comparePartitions)
	return all
}

func comparePartitions(a, b event.Partition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ID, b.ID))
}

func readAssignment(b []byte) ([]event.Partition, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var a kmsg.ConsumerMemberAssignment
	if err := a.ReadFrom(b); err != nil {
		return nil, fmt.Errorf("read what is assigned: %w", err)
	}
	var all []event.Partition
	for _, t := range a.Topics {
		for _, id := range t.Partitions {
			all = append(all, event.Partition{Topic: t.Topic, ID: id})
		}
	}
	return all, nil
}
