package ingest

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// bounds are the first offset that Kafka has of a partition, and the one after
// the last.
type bounds struct{ first, end int64 }

// Timestamps with a meaning of their own in ListOffsets.
const (
	latestOffset   = -1
	earliestOffset = -2
)

// bounds asks a broker about partitions that it leads. Those it cannot tell are
// left out.
func (w *work) bounds(ctx context.Context, node int32, places []*place) (map[event.Partition]bounds, error) {
	if len(places) == 0 {
		return nil, nil
	}
	first, err := w.listOffsets(ctx, node, places, earliestOffset)
	if err != nil {
		return nil, err
	}
	end, err := w.listOffsets(ctx, node, places, latestOffset)
	if err != nil {
		return nil, err
	}
	known := map[event.Partition]bounds{}
	for p, from := range first {
		if to, ok := end[p]; ok {
			known[p] = bounds{from, to}
		}
	}
	return known, nil
}

// listOffsets asks for one of the two: a partition may be named once in a
// request.
func (w *work) listOffsets(ctx context.Context, node int32, places []*place, which int64) (map[event.Partition]int64, error) {
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	at := map[string]int{}
	for _, p := range places {
		i, ok := at[p.Topic]
		if !ok {
			i = len(req.Topics)
			at[p.Topic] = i
			req.Topics = append(req.Topics, kmsg.ListOffsetsRequestTopic{Topic: p.Topic})
		}
		rp := kmsg.NewListOffsetsRequestTopicPartition()
		rp.Partition, rp.Timestamp = p.ID, which
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, rp)
	}
	r, err := w.ingest.wire.broker(node).Request(ctx, req)
	if err != nil {
		return nil, err
	}
	known := map[event.Partition]int64{}
	for _, t := range r.(*kmsg.ListOffsetsResponse).Topics {
		for _, p := range t.Partitions {
			if e := kerr.ErrorForCode(p.ErrorCode); e != nil {
				err = e
				continue
			}
			known[event.Partition{Topic: t.Topic, ID: p.Partition}] = p.Offset
		}
	}
	if len(known) == 0 {
		return nil, err
	}
	return known, nil
}
