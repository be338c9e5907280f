package ingest

import "time"

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
