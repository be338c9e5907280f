package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

var (
	conns = flag.Int("e2e.conns", 200, "how many clients are connected during a rolling restart")
	hangs = flag.Duration("e2e.hangs", 20*time.Second, "how long Redis hangs")
)

// pairRate is how many events a second two replicas get.
const pairRate = 500

// pair is two replicas of one database with a Redis between them, under load.
// The system's own clients are one on each replica; second has all events of
// the second replica.
type pair struct {
	*system
	redis    *testenv.RedisServer
	replicas [2]*server
	second   *follower
}

func newPair(t *testing.T) *pair {
	p := &pair{system: &system{t: t, kafka: testenv.NewKafka(t), postgres: testenv.Postgres(t)}, redis: testenv.Redis(t)}
	p.producer = newProducer(t, p.kafka.Addr, topic, pairRate)
	for i := range p.replicas {
		s := newServer(t, p.kafka.Addr, p.postgres.URL(), "REDIS_URL="+p.redis.URL, fmt.Sprintf("REPLICA=r%d", i+1))
		s.start()
		s.stopAtEnd()
		p.replicas[i] = s
	}
	p.server = p.replicas[0]
	p.all, p.second = follow(t, p.replicas[0].url, ""), follow(t, p.replicas[1].url, "")
	p.failures = follow(t, p.replicas[1].url, "&event_types=*.failed.v1&tenant_ids=t1,t2")
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() { p.producer.run(ctx) })
	p.stop = sync.OnceFunc(func() {
		cancel()
		joined.Wait()
	})
	t.Cleanup(p.stop)
	p.flows()
	return p
}

// flows waits until events that are written now reach the clients of both
// replicas.
func (p *pair) flows() {
	p.t.Helper()
	first, second := p.all.state().position, p.second.state().position
	eventually(p.t, time.Minute, func() error {
		a, b := p.all.state(), p.second.state()
		if a.broken == nil && b.broken == nil && (a.position < first+pairRate || b.position < second+pairRate) {
			return fmt.Errorf("the clients are at %d and %d, were at %d and %d", a.position, b.position, first, second)
		}
		return nil
	})
	for _, f := range []*follower{p.all, p.second} {
		if err := f.state().broken; err != nil {
			p.t.Fatalf("a promise is broken: %v", err)
		}
	}
}

// relays waits until both replicas say so of their relay, and no longer than
// some seconds.
func (p *pair) relays(state string) {
	p.t.Helper()
	begun := time.Now()
	for i, s := range p.replicas {
		eventually(p.t, 15*time.Second, func() error {
			var st struct {
				Status string
				Relay  struct {
					State  string
					Detail struct{ Siblings []struct{ Replica string } }
				}
			}
			err := s.get("/api/event-bus/status", &st)
			if err == nil && (st.Relay.State != state || (st.Status == "running") != (state == "ok")) {
				err = fmt.Errorf("got %+v, want a relay that is %s", st, state)
			}
			if other := fmt.Sprintf("r%d", 2-i); err == nil && state == "ok" && !strings.Contains(fmt.Sprint(st.Relay.Detail.Siblings), other) {
				err = fmt.Errorf("got %+v, want the sibling %s", st, other)
			}
			return err
		})
	}
	p.t.Logf("the relay is %s after %.1f s", state, time.Since(begun).Seconds())
}

// reads waits until a replica reads so many partitions, and no more.
func (p *pair) reads(s *server, partitions ...int) {
	p.t.Helper()
	eventually(p.t, 30*time.Second, func() error {
		var st struct {
			Kafka struct {
				Detail struct {
					Partitions []struct{ Lag int64 }
					Lag        int64
				}
			}
		}
		err := s.get("/api/event-bus/status", &st)
		if k := st.Kafka.Detail; err == nil && (!slices.Contains(partitions, len(k.Partitions)) || k.Lag > pairRate) {
			err = fmt.Errorf("got %+v, want one of %d partitions and little lag", k, partitions)
		}
		return err
	})
}

// settlePair ends the load and compares everything.
func (p *pair) settlePair(others ...*follower) {
	p.t.Helper()
	p.settle()
	p.arrive(append(others, p.second), int64(count(p.t, p.postgres, `SELECT last FROM event_bus_head`)))
	p.check()
	p.compare("all events on the second replica", p.second, p.stored(`SELECT id, event_id FROM event_bus_events ORDER BY id`))
}

// arrive waits until clients are at the head.
func (p *pair) arrive(clients []*follower, head int64) {
	p.t.Helper()
	eventually(p.t, time.Minute, func() error {
		for _, f := range clients {
			if s := f.state(); s.broken == nil && s.position < head {
				return fmt.Errorf("a client is at %d, the head is at %d", s.position, head)
			}
		}
		return nil
	})
}

// TestReplicasShowTheSameWhateverIsKilled kills replicas and Redis, and lets
// Redis hang.
func TestReplicasShowTheSameWhateverIsKilled(t *testing.T) {
	p := newPair(t)
	p.relays("ok")
	rng := rand.New(rand.NewPCG(*killSeed, 1))
	begun := time.Now()
	flow := func(round int, what string) {
		t.Helper()
		p.flows()
		t.Logf("round %d: %s, events flow on both replicas after %.1f s", round+1, what, time.Since(begun).Seconds())
		<-time.After(time.Duration(rng.IntN(1500)) * time.Millisecond)
		begun = time.Now()
	}
	for round := range *rounds {
		victim, heir := p.replicas[round%2], p.replicas[1-round%2]
		victim.signal(syscall.SIGKILL)
		victim.start()
		flow(round, "killed a replica")
		victim.signal(syscall.SIGKILL)
		p.reads(heir, 3)
		victim.start()
		flow(round, "killed it and let the other take over")

		p.redis.Kill()
		flow(round, "killed Redis")
		p.relays("away")
		p.redis.Start()
		p.relays("ok")
		flow(round, "started Redis")

		p.second.delay()
		flow(round, "Redis works")
		with, with99 := p.second.delay()
		p.redis.Signal(syscall.SIGSTOP)
		flow(round, "stopped Redis")
		p.relays("away")
		p.second.delay()
		<-time.After(time.Until(begun.Add(*hangs)))
		flow(round, "Redis hangs still")
		without, without99 := p.second.delay()
		t.Logf("round %d: from stored to a client of the other replica: p50 %v, p99 %v; without Redis p50 %v, p99 %v", round+1, with, with99, without, without99)
		if without > 200*time.Millisecond {
			t.Errorf("without Redis half of the events took %v or more, want 200 ms", without)
		}
		p.redis.Signal(syscall.SIGCONT)
		p.relays("ok")
		flow(round, "Redis goes on")
	}
	p.settlePair()
}

// TestARollingRestartIsNotNoticed ends replicas in good order, one after the
// other, under many clients, who go on where they were on the other replica.
func TestARollingRestartIsNotNoticed(t *testing.T) {
	p := newPair(t)
	p.relays("ok")
	clients := make([]*follower, *conns)
	for i := range clients {
		a, b := p.replicas[i%2].url, p.replicas[1-i%2].url
		clients[i] = startFollower(t, &follower{url: a, other: b, query: "&event_types=*.failed.v1&tenant_ids=t1"})
	}
	eventually(t, time.Minute, func() error {
		for i, f := range clients {
			if !f.state().live {
				return fmt.Errorf("client %d is not live", i)
			}
		}
		return nil
	})
	for round := range *rounds {
		for i, s := range p.replicas {
			begun := time.Now()
			s.signal(syscall.SIGTERM)
			ended := time.Since(begun)
			s.start()
			p.flows()
			t.Logf("round %d: r%d ended within %.1f s, events flow on both replicas after %.1f s", round+1, i+1, ended.Seconds(), time.Since(begun).Seconds())
		}
	}
	p.settlePair(clients...)
	want := p.stored(`SELECT id, event_id FROM event_bus_events WHERE event_type LIKE '%.failed.v1' AND tenant_id = 't1' ORDER BY id`)
	used := 0
	for i, f := range clients {
		p.compare(fmt.Sprintf("client %d", i), f, want)
		used += f.state().conns
	}
	t.Logf("%d clients got %d events each once and in order, over %d conns", len(clients), len(want), used)
}

// TestPreviewsReachTheClientsOfBothReplicas stops PostgreSQL: each replica
// reads a part of the events, and its clients are shown all of them.
func TestPreviewsReachTheClientsOfBothReplicas(t *testing.T) {
	p := newPair(t)
	p.relays("ok")
	p.reads(p.replicas[0], 1, 2)
	p.reads(p.replicas[1], 1, 2)
	if err := p.postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	first, second := p.all.state().previews, p.second.state().previews
	begun := time.Now()
	eventually(t, time.Minute, func() error {
		a, b := p.all.state().previews-first, p.second.state().previews-second
		if a < 5*pairRate || b < 5*pairRate {
			return fmt.Errorf("the clients were shown %d and %d previews", a, b)
		}
		return nil
	})
	// A third of the events takes three times as long.
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("previews of 5 s of events took %v", took)
	}
	if err := p.postgres.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	p.flows()
	p.settlePair()
}
