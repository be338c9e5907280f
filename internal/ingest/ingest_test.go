package ingest

import (
	"slices"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// brokers are what ingest has to work with.
func brokers(t *testing.T, f func(t *testing.T, s *system)) {
	t.Run("development broker", func(t *testing.T) { f(t, newSystem(t, devBroker(t))) })
	t.Run("Apache Kafka", func(t *testing.T) { f(t, newSystem(t, testenv.Kafka(t).Addr)) })
}

func TestEveryRecordIsStoredOnce(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "once.omninode.agent.v1"
		s.createTopic(topic, 3)
		for p := range 3 {
			s.produce(topic, p, events(string('a'+rune(p)), 100)...)
		}
		s.start(s.config(topic))
		s.waitStored(300)
		s.produce(topic, 1, events("late", 10)...)
		got := s.waitStored(310)
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != 310 {
			t.Errorf("got %d different events, want 310", n)
		}
	})
}
