package store

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// batchID tells a batch that is tried again from any other.
func batchID(b event.Batch, hashes [][16]byte) (id [16]byte) {
	h := sha256.New()
	for _, s := range b.Spans {
		fmt.Fprintf(h, "span %q %d %d %d %x\n", s.Topic, s.ID, s.From, s.Next, s.TopicID)
	}
	for _, hash := range hashes {
		h.Write(hash[:])
	}
	for _, r := range b.Rejected {
		fmt.Fprintf(h, "rejected %q %d %d %d\n", r.Topic, r.ID, r.Incarnation, r.Offset)
	}
	for _, g := range b.Gaps {
		fmt.Fprintf(h, "gap %q %d %d %d %d\n", g.Topic, g.ID, g.From, g.To, g.NoticedAt.UnixNano())
	}
	copy(id[:], h.Sum(nil))
	return id
}

type spanArrays struct {
	topic      []string
	partition  []int32
	from, next []int64
	topicID    [][16]byte
	recreated  []int32 // what is added to the incarnation
}

// newSpanArrays refuses a recreated or truncated topic without a span, for it
// could not be told from the same one tried again. Both begin an incarnation:
// their offsets are given to other records again.
func newSpanArrays(b event.Batch) (*spanArrays, error) {
	recreated := map[event.Partition]int32{}
	for _, g := range b.Gaps {
		if g.Reason == event.GapRecreated || g.Reason == event.GapTruncated {
			recreated[g.Partition]++
		}
	}
	c := &spanArrays{}
	for _, s := range b.Spans {
		c.topic = append(c.topic, s.Topic)
		c.partition = append(c.partition, s.ID)
		c.from = append(c.from, s.From)
		c.next = append(c.next, s.Next)
		c.topicID = append(c.topicID, s.TopicID)
		c.recreated = append(c.recreated, recreated[s.Partition])
		delete(recreated, s.Partition)
	}
	for p := range recreated {
		return nil, fmt.Errorf("topic %s was recreated, but the batch has no span for its partition %d", p.Topic, p.ID)
	}
	return c, nil
}

func (c *spanArrays) args() []any {
	return []any{c.topic, c.partition, c.from, c.next, c.topicID, c.recreated}
}

type gapArrays struct {
	topic     []string
	partition []int32
	from, to  []int64
	reason    []string
	noticedAt []time.Time
}

func newGapArrays(gaps []event.Gap) *gapArrays {
	c := &gapArrays{}
	for _, g := range gaps {
		c.topic = append(c.topic, g.Topic)
		c.partition = append(c.partition, g.ID)
		c.from = append(c.from, g.From)
		c.to = append(c.to, g.To)
		c.reason = append(c.reason, string(g.Reason))
		c.noticedAt = append(c.noticedAt, g.NoticedAt)
	}
	return c
}

func (c *gapArrays) args() []any {
	return []any{c.topic, c.partition, c.from, c.to, c.reason, c.noticedAt}
}
