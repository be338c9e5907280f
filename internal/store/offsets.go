package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Offsets reads where these partitions are resumed. One that was never
// appended from is missing from the answer.
func (s *Store) Offsets(ctx context.Context, ps []event.Partition) (map[event.Partition]event.StoredOffset, error) {
	topics, ids := make([]string, len(ps)), make([]int32, len(ps))
	for i, p := range ps {
		topics[i], ids[i] = p.Topic, p.ID
	}
	rows, err := s.write.Query(ctx, `
		SELECT o.topic, o.partition, o.next_offset, o.incarnation, o.topic_id
		FROM unnest($1::text[], $2::int[]) p (topic, partition)
		JOIN event_bus_offsets o ON o.topic = p.topic AND o.partition = p.partition`, topics, ids)
	if err != nil {
		return nil, explain("read offsets", err)
	}
	stored := make(map[event.Partition]event.StoredOffset, len(ps))
	var p event.Partition
	var o event.StoredOffset
	var topicID *[16]byte
	_, err = pgx.ForEachRow(rows, []any{&p.Topic, &p.ID, &o.Next, &o.Incarnation, &topicID}, func() error {
		o.TopicID = [16]byte{}
		if topicID != nil {
			o.TopicID = *topicID
		}
		stored[p] = o
		return nil
	})
	if err != nil {
		return nil, explain("read offsets", err)
	}
	return stored, nil
}
