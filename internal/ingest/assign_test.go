package ingest

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func TestPartitionsAreDealtOutEvenly(t *testing.T) {
	l := topicList{matched: map[string]topic{"a": {leaders: make([]int32, 3)}, "b": {leaders: make([]int32, 3)}, "new": {leaders: make([]int32, 2)}}}
	old := topicList{matched: map[string]topic{"a": l.matched["a"], "b": l.matched["b"]}}
	plan, err := assign([]kmsg.JoinGroupResponseMember{
		{MemberID: "m2", ProtocolMetadata: subscription(l)},
		{MemberID: "m1", ProtocolMetadata: subscription(old)},
	}, l)
	if err != nil {
		t.Fatal(err)
	}
	given := map[event.Partition]string{}
	count := map[string]int{}
	for _, hand := range plan {
		ps, err := readAssignment(hand.MemberAssignment)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ps {
			if before, twice := given[p]; twice {
				t.Errorf("%v is given to %s and %s", p, before, hand.MemberID)
			}
			given[p] = hand.MemberID
			count[hand.MemberID]++
		}
	}
	if len(given) != 8 || count["m1"] != 3 || count["m2"] != 5 {
		t.Errorf("got %v, want 3 for m1, which does not know the new topic, and 5 for m2", count)
	}
}

func TestAnUnreadableSubscriptionIsAnError(t *testing.T) {
	if _, err := assign([]kmsg.JoinGroupResponseMember{{MemberID: "m", ProtocolMetadata: []byte{1}}}, topicList{}); err == nil {
		t.Error("got no error")
	}
	if _, err := readAssignment([]byte{0, 1, 2}); err == nil {
		t.Error("got no error")
	}
}
