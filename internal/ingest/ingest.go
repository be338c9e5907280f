// Package ingest reads every record of the topics that match, and has each
// stored once.
//
// Guarantees: a record is stored as an event, or kept as rejected with its
// bytes and the reason, or was a tombstone, or is named in a source gap because
// Kafka no longer had it; whatever is killed, at any moment. What cannot be
// read or stored holds up nothing behind it. While the store is away nothing is
// lost or skipped: Kafka keeps what does not fit into the queue, and what is read
// meanwhile for previews is read again. Memory is bounded.
//
// Where a partition goes on is decided by the store, which moves its offset in
// the transaction that stores its events; Kafka is told the offsets, too, but
// for lag tools alone. So a replica that has lost a partition without knowing
// is refused by the store, not by luck.
//
// Goroutines: Run owns all. One watches the topics, one keeps the membership of
// the group; in a generation, one finds where partitions go on, one for each
// broker fetches, one appends, and one tells Kafka. Partitions are handed from one to the other,
// so that each has one owner at a time; records go through one queue, in the
// order in which each partition has them.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Ingest is one replica's part in reading. Run it once; Status is safe for
// concurrent use.
type Ingest struct {
	config  Config
	logger  *slog.Logger
	metrics *metrics
	wire    *wire
	topics  *topics

	// Owned by the goroutine that works for a generation.
	startKnown, firstStart bool

	mu          sync.Mutex
	member      string
	partitions  map[event.Partition]tracked
	storeAway   bool
	lastError   error
	lastErrorAt time.Time
}

// New checks the configuration; it does not connect.
func New(c Config) (*Ingest, error) {
	compiled, err := compileAll(c.Patterns)
	if err != nil {
		return nil, err
	}
	w, err := newWire(c)
	if err != nil {
		return nil, err
	}
	i := &Ingest{config: c, logger: c.Logger, wire: w, partitions: map[event.Partition]tracked{}}
	i.metrics = newMetrics(c.Metrics, i)
	i.topics = newTopics(w, compiled)
	return i, nil
}

// Run reads until ctx ends, or until something fails that time does not cure.
// When it returns, the append under way has ended and the group has been left.
func (i *Ingest) Run(ctx context.Context) error {
	defer i.wire.close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		i.watchTopics(ctx)
		return nil
	})
	g.Go(func() error { return i.takePart(ctx) })
	return g.Wait()
}

// watchTopics keeps the list of topics fresh, and says so when it changes.
func (i *Ingest) watchTopics(ctx context.Context) {
	for loud := newLoud(); ; {
		err := i.topics.refresh(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			i.wire.reset()
			i.note(fmt.Errorf("list topics: %w", err))
		} else if said := i.topics.look(); loud.changed(said) {
			i.sayTopics(said)
		}
		sleep(ctx, topicsEvery)
	}
}

func (i *Ingest) sayTopics(t topicList) {
	if len(t.matched) == 0 {
		i.logger.Warn("no topic matches", "patterns", i.config.Patterns, "topics_seen", t.seen, "unmatched", t.unmatched)
		return
	}
	i.logger.Info("topics", "matched", len(t.matched), "seen", t.seen)
}

// loud says each list of topics once.
type loud struct{ last string }

func newLoud() *loud { return &loud{last: "none yet"} }

func (l *loud) changed(t topicList) bool {
	said := fmt.Sprintf("%s %d", t.signature, t.seen)
	if len(t.matched) > 0 {
		said = t.signature
	}
	changed := said != l.last
	l.last = said
	return changed
}

// takePart is a member of the group, again and again, until ctx ends.
func (i *Ingest) takePart(ctx context.Context) error {
	m := &member{wire: i.wire, client: i.wire.client, group: i.config.GroupID}
	defer func() { m.leave(context.WithoutCancel(ctx)) }()
	for pause := newBackoff(300 * time.Millisecond); ; {
		list, ok := i.topics.wait(ctx)
		if !ok {
			return nil
		}
		gen, err := m.join(ctx, list)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			i.note(fmt.Errorf("join group %s: %w", i.config.GroupID, err))
			pause.wait(ctx)
			continue
		}
		pause.reset()
		if err := i.serve(ctx, m, gen); err != nil {
			return err
		}
	}
}

// serve works for one generation of the group.
func (i *Ingest) serve(ctx context.Context, m *member, gen generation) error {
	i.metrics.generations.Inc()
	i.logger.Info("assigned", "member", gen.member, "generation", gen.id, "partitions", len(gen.assigned))
	i.setMember(gen.member)
	defer i.setMember("")
	working, end := context.WithCancel(ctx)
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- i.work(working, gen) }()
	reason := i.hold(ctx, m, gen, ended)
	end()
	err := <-ended
	if err != nil {
		return err
	}
	if ctx.Err() == nil {
		i.logger.Info("rebalancing", "reason", reason)
	}
	return nil
}

// hold heartbeats until the generation is over, and says why it is. An end of
// the work is put back into ended.
func (i *Ingest) hold(ctx context.Context, m *member, gen generation, ended chan error) string {
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "shutting down"
		case err := <-ended:
			ended <- err
			return "work has ended"
		case <-i.topics.changed:
			if i.topics.look().signature != gen.signature {
				return "topics have changed"
			}
		case <-tick.C:
			over, err := m.heartbeat(ctx, gen)
			if err != nil && ctx.Err() == nil {
				i.note(fmt.Errorf("heartbeat: %w", err))
			}
			if over {
				return "the group has changed"
			}
		}
	}
}

// work reads and stores what is assigned until ctx ends. A fenced batch means
// that what we believe about offsets is wrong: it starts again from what is
// stored.
func (i *Ingest) work(ctx context.Context, gen generation) error {
	if len(gen.assigned) == 0 {
		<-ctx.Done()
		return nil
	}
	for pause := newBackoff(200 * time.Millisecond); ; {
		err := newWork(i, gen).run(ctx)
		if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
			return nil
		}
		if !errors.Is(err, event.ErrFenced) {
			return err
		}
		i.metrics.fenced.Inc()
		i.note(err)
		pause.wait(ctx)
	}
}

// note keeps an error for status and says it in the log, once while it stays
// the same.
func (i *Ingest) note(err error) {
	i.mu.Lock()
	same := i.lastError != nil && i.lastError.Error() == err.Error() && time.Since(i.lastErrorAt) < time.Minute
	if !same {
		i.lastErrorAt = time.Now()
	}
	i.lastError = err
	i.mu.Unlock()
	if !same {
		i.logger.Warn("ingest goes on after an error", "error", err)
	}
}

func (i *Ingest) setMember(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.member = name
	clear(i.partitions)
}
