package ingest

import (
	"fmt"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// TestEveryReplicaKnowsWhoReadsWhat: on the development broker and on a real
// one, whose answers need not be alike.
func TestEveryReplicaKnowsWhoReadsWhat(t *testing.T) {
	for name, broker := range map[string]string{"development broker": devBroker(t), "Kafka": testenv.Kafka(t).Addr} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t, broker)
			topic := fmt.Sprintf("readers-%d", time.Now().UnixNano())
			s.createTopic(topic, 3)
			first, second := s.config(topic), s.config(topic)
			i := s.start(first)
			s.start(second)
			s.eventually(30*time.Second, func() error {
				readers, err := i.Readers(t.Context())
				if err != nil {
					return err
				}
				got, read := map[string]bool{}, map[int32]bool{}
				for _, r := range readers {
					got[r.Replica] = r.Member != "" && r.Host != ""
					for _, p := range r.Partitions {
						read[p.ID] = p.Topic == topic
					}
				}
				if len(readers) != 2 || !got[first.Replica] || !got[second.Replica] || len(read) != 3 || !read[0] || !read[1] || !read[2] {
					return fmt.Errorf("got %+v, want %s and %s to read all 3 partitions of %s", readers, first.Replica, second.Replica, topic)
				}
				return nil
			})
		})
	}
}
