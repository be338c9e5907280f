package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

// peer is one replica as the relay sees it.
type peer struct {
	*Relay
	t     *testing.T
	epoch atomic.Value
	log   *log
	slow  atomic.Int64 // how long Publish takes

	mu       sync.Mutex
	got      []event.Appended
	previews []*event.Event
	heard    event.Position
	working  []bool // what it was told
}

// join runs a relay that ends with the test.
func join(t *testing.T, url, name string) *peer {
	t.Helper()
	p := &peer{t: t, log: new(log)}
	p.epoch.Store("e1")
	p.run(Config{
		URL: url, Replica: name, Epoch: func() string { return p.epoch.Load().(string) },
		Position: func() event.Position { return 41 },
		Publish:  p.publish, Preview: p.preview, Heard: p.hear, Working: p.tell,
	})
	return p
}

// joinHub is join for a hub.
func joinHub(t *testing.T, url, name string, h *hub.Hub) *peer {
	t.Helper()
	p := &peer{t: t, log: new(log)}
	p.run(Config{
		URL: url, Replica: name, Epoch: h.Epoch, Position: h.Position,
		Publish: h.Publish, Preview: h.Preview, Heard: h.Heard, Working: h.RelayWorking,
	})
	return p
}

// run runs the relay until the test ends.
func (p *peer) run(c Config) {
	t, name := p.t, c.Replica
	t.Helper()
	c.Logger, c.Metrics = slog.New(slog.NewTextHandler(p.log, nil)), prometheus.NewPedanticRegistry()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	p.Relay = r
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		begun := time.Now()
		cancel()
		joined.Wait()
		if d := time.Since(begun); d > 2*flushTime {
			t.Errorf("the relay took %v to end", d)
		}
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, p.log)
		}
	})
}

func (p *peer) publish(a event.Appended) {
	time.Sleep(time.Duration(p.slow.Load()))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, a)
}

func (p *peer) preview(events []*event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.previews = append(p.previews, events...)
}

func (p *peer) hear(at event.Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = at
}

func (p *peer) tell(working bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working = append(p.working, working)
}

// told is what p was told of its relay.
func (p *peer) told() []bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.working)
}

// works waits until the relay works, or does not.
func (p *peer) works(want bool, patience time.Duration) {
	p.t.Helper()
	await(p.t, patience, func() error {
		if s := p.Status(); s.Working != want {
			return fmt.Errorf("got %+v, want working %v", s, want)
		}
		return nil
	})
}

// gets waits until all events up to a position have come, from a first one.
func (p *peer) gets(first, last event.Position) {
	p.t.Helper()
	await(p.t, 10*time.Second, func() error {
		if missing := p.missing(first, last); len(missing) > 0 {
			return fmt.Errorf("%d events are missing, the first is %d; %+v", len(missing), missing[0], p.Status())
		}
		return nil
	})
}

func (p *peer) missing(first, last event.Position) (missing []event.Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	have := map[event.Position]bool{}
	for _, a := range p.got {
		for at := a.First; at <= a.Last; at++ {
			have[at] = true
		}
	}
	for at := first; at <= last; at++ {
		if !have[at] {
			missing = append(missing, at)
		}
	}
	return missing
}

// await polls what another process, or goroutine of the code, brings about.
func await(t *testing.T, patience time.Duration, reached func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := reached()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %v", patience, err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// batch is n stored events from a first position.
func batch(first event.Position, n int) event.Appended {
	a := event.Appended{First: first, Last: first + event.Position(n) - 1}
	for i := range n {
		a.Events = append(a.Events, &event.Event{
			Position: first + event.Position(i), EventID: fmt.Sprintf("e-%d", i), EventType: "omninode.agent.v1", TenantID: "acme", Source: "test",
			Payload: json.RawMessage(fmt.Sprintf(`{"n":%d,"text":"%0200d"}`, i, i)), Topic: "acme.omninode.agent.v1", Offset: int64(i),
		})
	}
	return a
}

// log keeps what was logged. Safe for concurrent use.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
