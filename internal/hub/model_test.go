package hub

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

var (
	modelSeed  = flag.Uint64("model.seed", 0, "run this seed of the model test alone")
	modelSeeds = flag.Int("model.seeds", modelSeedsDefault, "how many seeds the model test runs")
)

// TestEverySubscriptionGetsEachMatchingEventOnceInOrder runs random appends,
// lost, repeated and reordered publications to one or more replicas, replicas
// that are killed and come back, a history that fails, and readers of every
// speed that come, go and change the replica, and compares what each got with
// filter(history).
func TestEverySubscriptionGetsEachMatchingEventOnceInOrder(t *testing.T) {
	seeds := []uint64{*modelSeed}
	if *modelSeed == 0 {
		seeds = seeds[:0]
		for i := range *modelSeeds {
			seeds = append(seeds, uint64(i+1))
		}
	}
	for _, seed := range seeds {
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newModel(t, seed).run() })
		})
		if !ok {
			t.Fatalf("again with: go test ./internal/hub -run %s -model.seed %d", "TestEverySubscription", seed)
		}
	}
}

type model struct {
	t        *testing.T
	rng      *rand.Rand
	history  *memory
	replicas []*replica
	lossy    float64
	filters  []filter.Filter // few, so that feeds are shared
}

func newModel(t *testing.T, seed uint64) *model {
	rng := rand.New(rand.NewPCG(seed, 0))
	m := newMemory(seed)
	m.latency = time.Duration(rng.IntN(30)) * time.Millisecond
	m.faults = []float64{0, 0, 0.05, 0.3}[rng.IntN(4)]
	md := &model{t: t, rng: rng, history: m, lossy: []float64{0, 0, 0.1, 0.4}[rng.IntN(4)]}
	for range 1 + rng.IntN(6) {
		md.filters = append(md.filters, md.filter())
	}
	return md
}

func (m *model) run() {
	for range m.rng.IntN(300) {
		m.history.append(m.event())
	}
	var joined sync.WaitGroup
	m.replicas = make([]*replica, []int{1, 1, 2, 3}[m.rng.IntN(4)])
	for i := range m.replicas {
		m.replicas[i] = &replica{config: m.config()}
		m.replicas[i].start()
	}
	readers := make([]*reader, 1+m.rng.IntN(24))
	done := make(chan struct{})
	var reading sync.WaitGroup
	for i := range readers {
		r := m.reader()
		readers[i] = r
		reading.Go(func() { r.run(done) })
	}
	m.produce(&joined)
	time.Sleep(2 * time.Minute) // of the bubble's clock: slow readers, retries
	close(done)
	reading.Wait()
	joined.Wait()
	for _, r := range m.replicas {
		r.kill()
	}
	for i, r := range readers {
		if err := r.check(m.history.events); err != nil {
			m.t.Errorf("reader %d, filter %s, start %+v: %v", i, r.filter.Key(), r.from, err)
		}
	}
}

func (m *model) config() Config {
	return Config{
		History: m.history, TailBytes: 1200 * (20 + m.rng.IntN(200)), FrameBytes: 1000 + m.rng.IntN(200_000),
		Logger: slog.New(slog.DiscardHandler),
	}
}

// produce appends batches and publishes them, not always once and not always
// at once.
func (m *model) produce(joined *sync.WaitGroup) {
	for range 20 + m.rng.IntN(100) {
		events := make([]*event.Event, 1+m.rng.IntN([]int{3, 3, 40, 700}[m.rng.IntN(4)]))
		for i := range events {
			events[i] = m.event()
		}
		a := m.history.append(events...)
		for _, r := range m.replicas {
			m.publish(r, a, joined)
		}
		time.Sleep(time.Duration(m.rng.IntN(100)) * time.Millisecond)
		switch m.rng.IntN(40) {
		case 0:
			m.away(time.Duration(m.rng.IntN(8)) * time.Second)
		case 1:
			m.history.retain(m.rng.Float64())
		case 2:
			m.anyHub(func(h *Hub) {
				h.Preview([]*event.Event{m.event(), m.event(), m.event()})
				h.Tell(Services{"away", "ok", "none"})
			})
		case 3:
			m.anyHub(func(h *Hub) { h.Tell(Services{"ok", "ok", "none"}) })
		case 4:
			r, pause := m.replicas[m.rng.IntN(len(m.replicas))], time.Duration(m.rng.IntN(3000))*time.Millisecond
			joined.Go(func() { r.restart(pause) })
		}
	}
}

// publish reaches a replica not always once and not always at once.
func (m *model) publish(r *replica, a event.Appended, joined *sync.WaitGroup) {
	times := 1
	if x := m.rng.Float64(); x < m.lossy/2 {
		times = 0
	} else if x < m.lossy {
		times = 2
	}
	for range times {
		delay := time.Duration(0)
		if m.rng.Float64() < m.lossy {
			delay = time.Duration(m.rng.IntN(300)) * time.Millisecond
		}
		joined.Go(func() {
			time.Sleep(delay)
			if h, _ := r.now(); h != nil {
				h.Publish(a)
			}
		})
	}
}

func (m *model) anyHub(f func(*Hub)) {
	if h, _ := m.replicas[m.rng.IntN(len(m.replicas))].now(); h != nil {
		f(h)
	}
}

// away makes every read of history fail for a while.
func (m *model) away(d time.Duration) {
	m.history.setAway(true)
	time.Sleep(d)
	m.history.setAway(false)
}

var modelTypes = []string{"omninode.agent.execution.completed.v1", "omninode.agent.execution.failed.v1", "omninode.vault.secret.read.v1"}

func (m *model) event() *event.Event {
	return &event.Event{
		EventID: fmt.Sprint(m.rng.Uint64()), EventType: modelTypes[m.rng.IntN(len(modelTypes))],
		TenantID: fmt.Sprintf("t%d", m.rng.IntN(3)), Source: "model", Topic: "topic",
		Payload: json.RawMessage(`{"x":"` + string(filler(m.rng.IntN(200))) + `"}`),
	}
}

func filler(n int) []byte { return slices.Repeat([]byte("x"), n) }

func (m *model) filter() filter.Filter {
	var f filter.Filter
	if m.rng.IntN(2) == 0 {
		f.TenantIDs = []string{fmt.Sprintf("t%d", m.rng.IntN(4))}
	}
	switch m.rng.IntN(5) {
	case 0:
		f.EventTypes = []string{modelTypes[m.rng.IntN(3)], modelTypes[m.rng.IntN(3)]}
	case 1:
		f.EventTypes = []string{"*.failed.v1", "*vault*"}
	case 2:
		f.Outcomes = []string{"failure"}
	case 3:
		f.Where = mustWhere(m.t, `event_type = "*.failed.v1" OR payload.x > "xxxxxxxxxxxxxxxxxxxx"`)
	}
	return f.Canonical()
}

func (m *model) reader() *reader {
	r := &reader{
		replicas: m.replicas, filter: m.filters[m.rng.IntN(len(m.filters))], rng: rand.New(rand.NewPCG(m.rng.Uint64(), 2)),
		pace:  time.Duration(m.rng.IntN(4)) * time.Duration(m.rng.IntN(30)) * time.Millisecond,
		leave: []float64{0, 0, 0.02, 0.1}[m.rng.IntN(4)], delay: time.Duration(m.rng.IntN(3000)) * time.Millisecond,
	}
	switch m.rng.IntN(4) {
	case 0:
		r.from = From{Start: AtPosition, Position: event.Position(m.rng.IntN(len(m.history.events) + 1)), Epoch: "e1"}
	case 1:
		r.from = From{Start: Last, Last: 1 + m.rng.IntN(200)}
	case 2:
		r.from = From{Start: Since, Since: time.Now().Add(time.Duration(m.rng.IntN(4000)-1000) * time.Millisecond)}
	}
	return r
}
