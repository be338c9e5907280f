package ingest

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const commitEvery = time.Second

// commitEvery tells Kafka what is stored until ctx ends.
func (w *work) commitEvery(ctx context.Context) {
	tick := time.NewTicker(commitEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.commit(ctx)
		}
	}
}

// commit tells Kafka what has been stored since the last time. Nothing depends
// on it but tools that show lag, so a failure is retried by the next commit.
func (w *work) commit(ctx context.Context) {
	moved := w.ingest.uncommitted()
	if len(moved) == 0 {
		return
	}
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.Generation, req.MemberID = w.ingest.config.GroupID, w.gen.id, w.gen.member
	at := map[string]int{}
	for p, next := range moved {
		i, ok := at[p.Topic]
		if !ok {
			i = len(req.Topics)
			at[p.Topic] = i
			req.Topics = append(req.Topics, kmsg.OffsetCommitRequestTopic{Topic: p.Topic})
		}
		rp := kmsg.NewOffsetCommitRequestTopicPartition()
		rp.Partition, rp.Offset = p.ID, next
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, rp)
	}
	r, err := w.ingest.wire.broker(w.gen.coordinator).Request(ctx, req)
	if err != nil {
		w.ingest.logger.Debug("commit offsets to Kafka", "error", err)
		return
	}
	for _, t := range r.(*kmsg.OffsetCommitResponse).Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				w.ingest.logger.Debug("commit offsets to Kafka", "topic", t.Topic, "partition", p.Partition, "error", err)
				continue
			}
			key := event.Partition{Topic: t.Topic, ID: p.Partition}
			w.ingest.committed(key, moved[key])
		}
	}
}
