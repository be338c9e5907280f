package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// flaky is a real store whose answers get lost: some appends fail, and some of
// those that fail took effect.
type flaky struct {
	Store
	mu     sync.Mutex
	rng    *rand.Rand
	failed int
}

func (f *flaky) dice(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	roll := f.rng.IntN(n)
	if roll < 2 {
		f.failed++
	}
	return roll
}

func (f *flaky) Append(ctx context.Context, b event.Batch) (event.Appended, error) {
	switch f.dice(4) {
	case 0:
		return event.Appended{}, fmt.Errorf("lost on the way: %w", event.ErrUnavailable)
	case 1:
		if _, err := f.Store.Append(ctx, b); err != nil {
			return event.Appended{}, err
		}
		return event.Appended{}, fmt.Errorf("the answer was lost: %w", event.ErrUnavailable)
	}
	return f.Store.Append(ctx, b)
}

func (f *flaky) Offsets(ctx context.Context, ps []event.Partition) (map[event.Partition]event.StoredOffset, error) {
	if f.dice(4) < 2 {
		return nil, event.ErrUnavailable
	}
	return f.Store.Offsets(ctx, ps)
}

// checkOnce: what was published is what is stored, each event once.
func (s *system) checkOnce(want int) {
	s.tb.Helper()
	got := s.waitStored(want)
	unique := slices.Compact(slices.Sorted(slices.Values(got)))
	if len(unique) != want {
		s.tb.Errorf("got %d different events of %d", len(unique), want)
	}
}

func TestAStoreThatFailsLosesAndRepeatsNothing(t *testing.T) {
	s := newSystem(t, devBroker(t))
	config := s.config("flaky.v1")
	f := &flaky{Store: s.store, rng: rand.New(rand.NewPCG(1, 2))}
	config.Store = f
	s.createTopic("flaky.v1", 2)
	s.start(config)
	for i := range 20 {
		s.produce("flaky.v1", i%2, events(fmt.Sprint(i), 20)...)
		s.eventually(20*time.Second, func() error {
			if got := len(s.stored()); got < 20*(i+1) {
				return fmt.Errorf("got %d events stored", got)
			}
			return nil
		})
	}
	s.checkOnce(400)
	s.eventually(10*time.Second, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, e := range s.published {
			if int(e.Position) != i+1 {
				return fmt.Errorf("got position %d in place %d", e.Position, i)
			}
		}
		if len(s.published) != 400 {
			return fmt.Errorf("%d events are published", len(s.published))
		}
		return nil
	})
	if f.failed == 0 {
		t.Error("no call failed: nothing was tested")
	}
}

// picky is a real store that refuses one event for its data.
type picky struct {
	Store
	id string
}

func (p picky) Append(ctx context.Context, b event.Batch) (event.Appended, error) {
	if slices.ContainsFunc(b.Events, func(e *event.Event) bool { return e.EventID == p.id }) {
		return event.Appended{}, fmt.Errorf("no such events here: %w", event.ErrData)
	}
	return p.Store.Append(ctx, b)
}

func TestOnlyTheEventThatTheStoreRefusesIsRejected(t *testing.T) {
	s := newSystem(t, devBroker(t))
	s.createTopic("picky.v1", 2)
	s.produce("picky.v1", 0, events("a", 1000)...)
	s.produce("picky.v1", 1, events("b", 1000)...)
	config := s.config("picky.v1")
	config.Store = picky{s.store, "a-617"}
	s.start(config)
	s.checkOnce(1999)
	got := s.ids(`SELECT reason || ' ' || "offset" || ' ' || detail FROM event_bus_rejected`)
	if len(got) != 1 || !strings.HasPrefix(got[0], "refused_by_store 617 ") || !strings.Contains(got[0], "no such events here") {
		t.Errorf("got rejected events %q, want a-617 alone", got)
	}
}

// stuck is a store that takes nothing for a while.
type stuck struct {
	Store
	free chan struct{}
}

func (f stuck) Append(ctx context.Context, b event.Batch) (event.Appended, error) {
	select {
	case <-f.free:
		return f.Store.Append(ctx, b)
	default:
		return event.Appended{}, event.ErrUnavailable
	}
}

func TestAnOutageOfTheStoreHoldsTheGroupAndBoundsMemory(t *testing.T) {
	s := newSystem(t, testenv.Kafka(t).Addr)
	const topic = "stuck.v1"
	s.createTopic(topic, 2)
	config := s.config(topic)
	free := make(chan struct{})
	config.Store = stuck{s.store, free}
	r := s.start(config)
	filler := strings.Repeat("x", 20_000)
	for i := range 30 {
		values := make([]string, 40)
		for j := range values {
			values[j] = fmt.Sprintf(`{"event_id":"%d-%d","payload":{"filler":%q}}`, i, j, filler)
		}
		s.produce(topic, i%2, values...)
	}
	<-time.After(sessionTimeout + 2*heartbeatEvery) // as long as the group would wait for a member that is gone
	st := r.Status()
	if st.Member == "" || !st.Connected || len(st.Partitions) != 2 {
		t.Errorf("got %+v, want to be a member still", st)
	}
	if got := s.stored(); len(got) != 0 {
		t.Errorf("got %d events stored", len(got))
	}
	close(free)
	s.checkOnce(1200)
}

// broken is a store whose schema is not ours.
type broken struct{ Store }

var errBroken = errors.New("no such table")

func (broken) Append(context.Context, event.Batch) (event.Appended, error) {
	return event.Appended{}, errBroken
}

func TestWhatTimeDoesNotCureEndsIngest(t *testing.T) {
	s := newSystem(t, devBroker(t))
	s.createTopic("broken.v1", 1)
	s.produce("broken.v1", 0, events("a", 1)...)
	config := s.config("broken.v1")
	config.Store = broken{s.store}
	i, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := i.Run(ctx); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, errBroken)
	}
}

// TestReplicasShareTheWorkAndTakeItOver: partitions move while events are
// written, and nothing is lost or stored twice.
func TestReplicasShareTheWorkAndTakeItOver(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "shared.v1"
		s.createTopic(topic, 4)
		replicas := []*replica{s.start(s.config(topic))}
		n := 0
		write := func() {
			for p := range 4 {
				s.produce(topic, p, events(fmt.Sprintf("%d-%d", n, p), 25)...)
			}
			n++
		}
		for range 3 {
			write()
			replicas = append(replicas, s.start(s.config(topic)))
			write()
			s.eventually(30*time.Second, func() error {
				total := 0
				for _, r := range replicas {
					got := len(r.Status().Partitions)
					if got == 0 {
						return errors.New("a replica has nothing to read")
					}
					total += got
				}
				if total != 4 {
					return fmt.Errorf("%d partitions are read, want 4", total)
				}
				return nil
			})
		}
		for len(replicas) > 1 {
			write()
			replicas[0].stop()
			replicas = replicas[1:]
			write()
		}
		s.checkOnce(n * 100)
	})
}

// TestTwoGroupsOnOneDatabaseStoreEverythingOnce: a mistake of the operator's,
// which the store's fence makes harmless.
func TestTwoGroupsOnOneDatabaseStoreEverythingOnce(t *testing.T) {
	s := newSystem(t, devBroker(t))
	s.createTopic("twice.v1", 2)
	s.start(s.config("twice.v1"))
	other := s.config("twice.v1")
	other.GroupID += "-other"
	s.start(other)
	for i := range 20 {
		s.produce("twice.v1", i%2, events(fmt.Sprint(i), 20)...)
	}
	s.checkOnce(400)
}

// TestAKilledReplicaIsBackAtOnce: the group does not wait for the member that
// it has left behind.
func TestAKilledReplicaIsBackAtOnce(t *testing.T) {
	brokers(t, func(t *testing.T, s *system) {
		const topic = "killed.v1"
		s.createTopic(topic, 2)
		config := s.config(topic)
		first, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- first.Run(ctx) }()
		s.produce(topic, 0, events("before", 5)...)
		s.waitStored(5)
		first.wire.close() // what it says when it ends reaches nobody
		first.wire.addr = kafka.TCP("127.0.0.1:1")
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		s.produce(topic, 0, events("after", 5)...)
		begun := time.Now()
		config.Metrics = nil
		s.start(config)
		s.waitStored(10)
		if took := time.Since(begun); took > sessionTimeout/2 {
			t.Errorf("got the first event after %s, want less than half a session", took)
		}
	})
}
