package ingest

import (
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// session is a fetch session (KIP-227): the broker remembers which partitions
// we want, and a request names only those whose offset has moved.
type session struct {
	id, epoch int32 // epoch 0: the next request begins a session and names all
	dirty     map[event.Partition]*place
	forgotten map[event.Partition]*place
}

// beforeTopicIDs is the last version of Fetch that names topics by name.
const beforeTopicIDs = 12

func (s *session) reset() { *s = session{} }

func (s *session) add(p *place) {
	delete(s.forgotten, p.Partition)
	s.moved(p)
}

func (s *session) moved(p *place) {
	if s.dirty == nil {
		s.dirty = map[event.Partition]*place{}
	}
	s.dirty[p.Partition] = p
}

// forget takes p out. A copy is kept, since p is somebody else's from now on.
func (s *session) forget(p *place) {
	delete(s.dirty, p.Partition)
	if s.forgotten == nil {
		s.forgotten = map[event.Partition]*place{}
	}
	gone := *p
	s.forgotten[p.Partition] = &gone
}

// request is the next one; limit is the highest version it may have.
func (s *session) request(all map[event.Partition]*place) (req *kmsg.FetchRequest, limit int16) {
	req = kmsg.NewPtrFetchRequest()
	req.ReplicaID = -1
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = int32(fetchWait.Milliseconds()), 1, fetchBytes
	req.IsolationLevel = 1 // only what is committed
	req.SessionID, req.SessionEpoch = s.id, s.epoch
	named := s.dirty
	if s.epoch == 0 {
		named = all
	} else {
		req.ForgottenTopics = forgottenTopics(s.forgotten)
	}
	req.Topics = fetchTopics(named)
	for _, p := range all {
		if p.topicID == [16]byte{} {
			return req, beforeTopicIDs
		}
	}
	return req, 0
}

func fetchTopics(places map[event.Partition]*place) (topics []kmsg.FetchRequestTopic) {
	at := map[string]int{}
	for _, p := range places {
		i, ok := at[p.Topic]
		if !ok {
			i = len(topics)
			at[p.Topic] = i
			topics = append(topics, kmsg.FetchRequestTopic{Topic: p.Topic, TopicID: p.topicID})
		}
		rp := kmsg.NewFetchRequestTopicPartition()
		rp.Partition, rp.FetchOffset, rp.PartitionMaxBytes = p.ID, p.ahead, partitionBytes
		topics[i].Partitions = append(topics[i].Partitions, rp)
	}
	return topics
}

func forgottenTopics(places map[event.Partition]*place) (topics []kmsg.FetchRequestForgottenTopic) {
	for _, p := range places {
		topics = append(topics, kmsg.FetchRequestForgottenTopic{Topic: p.Topic, TopicID: p.topicID, Partitions: []int32{p.ID}})
	}
	return topics
}

// answered goes on with the session, or without one if the broker keeps none.
func (s *session) answered(resp *kmsg.FetchResponse) {
	clear(s.dirty)
	clear(s.forgotten)
	if s.id = resp.SessionID; s.id == 0 {
		s.epoch = 0
		return
	}
	if s.epoch++; s.epoch <= 0 {
		s.epoch = 1
	}
}
