package main

import (
	"context"
	"time"

	"github.com/omninode-ai/eventfeed/internal/api"
	"github.com/omninode-ai/eventfeed/internal/ingest"
)

// kafkaJSON is how ingest does, as GET /status shows it to admins.
type kafkaJSON struct {
	Brokers       []string        `json:"brokers"`
	Group         string          `json:"group"`
	Member        string          `json:"member"`
	Patterns      []string        `json:"patterns"`
	TopicsSeen    int             `json:"topics_seen"`
	TopicsMatched int             `json:"topics_matched"`
	Unmatched     []string        `json:"unmatched_topics"`
	Partitions    []partitionJSON `json:"partitions"`
	Lag           int64           `json:"lag"`
	LastError     *string         `json:"last_error"`
	LastErrorAt   *time.Time      `json:"last_error_at"`
}

type partitionJSON struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Next      int64  `json:"next"`
	Lag       int64  `json:"lag"`
}

func kafkaPart(st ingest.Status) api.Part {
	detail := kafkaJSON{
		Brokers: st.Brokers, Group: st.Group, Member: st.Member, Patterns: st.Patterns,
		TopicsSeen: st.TopicsSeen, TopicsMatched: st.TopicsMatched, Unmatched: append([]string{}, st.Unmatched...),
		Partitions: []partitionJSON{}, Lag: st.Lag,
	}
	for _, p := range st.Partitions {
		detail.Partitions = append(detail.Partitions, partitionJSON(p))
	}
	if st.LastError != "" {
		at := st.LastErrorAt.UTC()
		detail.LastError, detail.LastErrorAt = &st.LastError, &at
	}
	return api.Part{OK: st.Connected, Reason: st.Reason, Detail: detail}
}

// readersOf lets the API ask who reads what.
func readersOf(in *ingest.Ingest) func(context.Context) ([]api.Reader, error) {
	return func(ctx context.Context) ([]api.Reader, error) {
		found, err := in.Readers(ctx)
		if err != nil {
			return nil, err
		}
		readers := make([]api.Reader, len(found))
		for i, r := range found {
			readers[i] = api.Reader(r)
		}
		return readers, nil
	}
}
