package e2e

import (
	"context"
	"flag"
	"fmt"
	"syscall"
	"testing"
	"time"
)

var outage = flag.Duration("e2e.outage", 30*time.Second, "how long PostgreSQL is away")

// status is what /status says of an outage.
type status struct {
	Status    string `json:"status"`
	Connected bool   `json:"connected"`
	Head      int64  `json:"head"`
}

func (s *system) status() status {
	s.t.Helper()
	var st status
	if err := s.server.get("/api/event-bus/status", &st); err != nil {
		s.t.Fatal(err)
	}
	return st
}

// becomes waits until the status is what it should be, and no longer than five
// seconds.
func (s *system) becomes(want string, connected bool) {
	s.t.Helper()
	begun := time.Now()
	eventually(s.t, 5*time.Second, func() error {
		if st := s.status(); st.Status != want || st.Connected != connected {
			return fmt.Errorf("got status %+v, want %s and connected %v", st, want, connected)
		}
		return nil
	})
	s.t.Logf("status is %s after %.1f s", want, time.Since(begun).Seconds())
}

// TestPostgresAwayLosesNothing stops PostgreSQL, and then lets it hang.
func TestPostgresAwayLosesNothing(t *testing.T) {
	s := newSystem(t)
	conns := s.all.state().conns
	if err := s.postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	s.becomes("degraded", true)
	before := s.all.state().previews
	<-time.After(*outage)
	if got := s.all.state(); got.previews-before < rate*int(outage.Seconds())/2 {
		t.Errorf("the client was shown %d previews in %s, want about %d a second", got.previews-before, *outage, rate)
	}
	if got := s.all.state(); got.conns != conns || got.broken != nil {
		t.Errorf("the client needed %d conns, want %d: %v", got.conns, conns, got.broken)
	}
	if err := s.postgres.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.flows()

	if err := s.postgres.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s.becomes("degraded", true)
	<-time.After(*outage / 3)
	if err := s.postgres.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.flows()
	s.becomes("running", true)
	if got := s.all.state(); got.conns != conns {
		t.Errorf("the client needed %d conns, want %d", got.conns, conns)
	}
	s.settle()
	s.check()
}

// TestKafkaAwayKeepsHistoryAndConns stops Kafka.
func TestKafkaAwayKeepsHistoryAndConns(t *testing.T) {
	s := newSystem(t)
	conns := s.all.state().conns
	s.kafka.Kill()
	s.becomes("degraded", false)
	var page struct {
		Events []seen `json:"events"`
	}
	if err := s.server.get("/api/event-bus/events?limit=10", &page); err != nil || len(page.Events) != 10 {
		t.Errorf("got %d events of history, want 10: %v", len(page.Events), err)
	}
	late := follow(t, s.server.url, "")
	head := s.status().Head
	eventually(t, 20*time.Second, func() error {
		if got := late.state(); got.position < head {
			return fmt.Errorf("a new client is at %d of %d", got.position, head)
		}
		return nil
	})
	s.kafka.Start()
	s.flows()
	s.becomes("running", true)
	if got := s.all.state(); got.conns != conns {
		t.Errorf("the client needed %d conns, want %d", got.conns, conns)
	}
	s.settle()
	s.check()
}
