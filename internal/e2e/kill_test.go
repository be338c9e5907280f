// Package e2e runs the program as processes, against real Kafka and
// PostgreSQL, and does to them what happens to processes.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/embedded"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var (
	rounds   = flag.Int("e2e.rounds", 3, "how often each process is killed")
	killSeed = flag.Uint64("e2e.seed", 1, "of the moments at which processes are killed")
)

const (
	topic = "t0.omninode.agent.execution.v1"
	rate  = 2000 // events a second
)

// system is one replica with its services, under load, and two clients that
// keep their place.
type system struct {
	t        *testing.T
	kafka    *testenv.Broker
	postgres *embedded.Postgres
	server   *server
	producer *producer
	all      *follower
	failures *follower
	stop     func() // the load
}

func newSystem(t *testing.T) *system {
	s := &system{t: t, kafka: testenv.NewKafka(t), postgres: testenv.Postgres(t)}
	s.producer = newProducer(t, s.kafka.Addr, topic, rate)
	s.server = newServer(t, s.kafka.Addr, s.postgres.URL())
	s.server.start()
	s.server.stopAtEnd()
	s.all = follow(t, s.server.url, "")
	s.failures = follow(t, s.server.url, "&event_types=*.failed.v1&tenant_ids=t1,t2")
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() { s.producer.run(ctx) })
	s.stop = sync.OnceFunc(func() {
		cancel()
		joined.Wait()
	})
	t.Cleanup(s.stop)
	s.flows()
	return s
}

// flows waits until events that are written now reach the clients.
func (s *system) flows() {
	s.t.Helper()
	head := s.all.state().position
	eventually(s.t, time.Minute, func() error {
		if st := s.all.state(); st.broken == nil && st.position < head+rate {
			return fmt.Errorf("the client is at %d, was at %d", st.position, head)
		}
		return nil
	})
	if err := s.all.state().broken; err != nil {
		s.t.Fatalf("a promise is broken: %v", err)
	}
}

// settle ends the load and waits until everything is stored and delivered.
func (s *system) settle() {
	s.t.Helper()
	s.stop()
	eventually(s.t, 90*time.Second, func() error {
		want := len(s.producer.acked)
		if got := count(s.t, s.postgres, `SELECT count(*) FROM event_bus_events`); got < want {
			return fmt.Errorf("%d of %d acknowledged events are stored", got, want)
		}
		head := int64(count(s.t, s.postgres, `SELECT last FROM event_bus_head`))
		if a, f := s.all.state(), s.failures.state(); a.broken == nil && f.broken == nil && (a.position < head || f.position < head) {
			return fmt.Errorf("the clients are at %d and %d, the head is at %d", a.position, f.position, head)
		}
		return nil
	})
}

func count(tb testing.TB, p *embedded.Postgres, query string) int {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, p.URL())
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	var n int
	if err := c.QueryRow(ctx, query).Scan(&n); err != nil {
		tb.Fatal(err)
	}
	return n
}

// check compares what Kafka acknowledged, what is stored and what the clients
// got.
func (s *system) check() {
	s.t.Helper()
	stored := s.stored(`SELECT id, event_id FROM event_bus_events ORDER BY id`)
	missing := len(s.producer.acked)
	ids := map[string]bool{}
	for i, e := range stored {
		if e.Position != int64(i+1) {
			s.t.Fatalf("got position %d in place %d: not dense", e.Position, i+1)
		}
		if ids[e.EventID] {
			s.t.Fatalf("event %s is stored twice", e.EventID)
		}
		ids[e.EventID] = true
		if s.producer.acked[e.EventID] {
			missing--
		}
	}
	if missing != 0 {
		s.t.Errorf("%d of %d acknowledged events are not stored", missing, len(s.producer.acked))
	}
	s.checkRejected()
	s.compare("all events", s.all, stored)
	s.compare("failures of two tenants", s.failures,
		s.stored(`SELECT id, event_id FROM event_bus_events WHERE event_type LIKE '%.failed.v1' AND tenant_id IN ('t1', 't2') ORDER BY id`))
	s.t.Logf("%d events stored once, %d records rejected, the clients used %d and %d conns",
		len(stored), len(s.producer.garbage), s.all.state().conns, s.failures.state().conns)
}

func (s *system) stored(query string) []seen {
	s.t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.postgres.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	rows, err := c.Query(ctx, query)
	if err != nil {
		s.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[seen])
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// checkRejected: every piece of garbage is kept, with its bytes and a reason.
func (s *system) checkRejected() {
	s.t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.postgres.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	rows, err := c.Query(ctx, `SELECT DISTINCT convert_from(value, 'UTF8') FROM event_bus_rejected WHERE reason <> '' AND detail <> ''`)
	if err != nil {
		s.t.Fatal(err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.t.Fatal(err)
	}
	got := map[string]bool{}
	for _, v := range kept {
		got[v] = true
	}
	for v := range s.producer.garbage {
		if !got[v] {
			s.t.Errorf("the record %s is neither an event nor kept as rejected", v)
		}
	}
}

func (s *system) compare(name string, f *follower, want []seen) {
	s.t.Helper()
	if err := f.state().broken; err != nil {
		s.t.Errorf("%s: a promise is broken: %v", name, err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.got) != len(want) {
		s.t.Errorf("%s: the client got %d events, want %d", name, len(f.got), len(want))
	}
	for i := range min(len(f.got), len(want)) {
		if f.got[i] != want[i] {
			s.t.Fatalf("%s: the client got %+v in place %d, want %+v", name, f.got[i], i, want[i])
		}
	}
}

// TestKillingAnythingLosesNothing kills the server, PostgreSQL and Kafka with
// SIGKILL at random moments while events are written.
func TestKillingAnythingLosesNothing(t *testing.T) {
	s := newSystem(t)
	rng := rand.New(rand.NewPCG(*killSeed, 0))
	victims := []struct {
		name string
		kill func()
	}{
		{"server", func() {
			s.server.signal(syscall.SIGKILL)
			s.server.start()
		}},
		{"postgres", func() {
			if err := s.postgres.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := s.postgres.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
		}},
		{"kafka", func() {
			s.kafka.Kill()
			s.kafka.Start()
		}},
	}
	for round := range *rounds {
		for _, v := range victims {
			<-time.After(time.Duration(rng.IntN(1500)) * time.Millisecond)
			begun := time.Now()
			v.kill()
			s.flows()
			t.Logf("round %d: killed %s, events flow again after %.1f s", round+1, v.name, time.Since(begun).Seconds())
		}
	}
	s.settle()
	s.check()
}
