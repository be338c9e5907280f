package ingest

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	retryFirst = 100 * time.Millisecond
	retryMost  = 2 * time.Second
)

// seek finds where each partition goes on, and hands it to the fetcher of the
// broker that leads it. Partitions come back when fetching them fails.
func (w *work) seek(ctx context.Context, g *errgroup.Group) {
	var waiting []*place
	for {
		if len(waiting) == 0 {
			select {
			case <-ctx.Done():
				return
			case <-w.seeks.ready:
			}
		}
		waiting = append(waiting, w.seeks.take()...)
		if pause := retryPause(waiting); pause > 0 {
			sleep(ctx, pause)
			if err := w.ingest.topics.refresh(ctx); err != nil && ctx.Err() == nil {
				w.ingest.note(fmt.Errorf("list topics: %w", err))
			}
		}
		if ctx.Err() != nil {
			return
		}
		waiting = w.settle(ctx, g, waiting)
	}
}

// retryPause keeps a partition that fails again and again from keeping us
// busy.
func retryPause(places []*place) time.Duration {
	tries := 0
	for _, p := range places {
		tries = max(tries, p.tries)
	}
	if tries == 0 {
		return 0
	}
	return min(retryFirst<<min(tries-1, 10), retryMost)
}

// settle hands on what it can and returns the rest, whose tries it counts.
func (w *work) settle(ctx context.Context, g *errgroup.Group, places []*place) (rest []*place) {
	list := w.ingest.topics.look()
	byLeader := map[int32][]*place{}
	for _, p := range places {
		t, ok := list.matched[p.Topic]
		if !ok || int(p.ID) >= len(t.leaders) || t.leaders[p.ID] < 0 {
			p.tries++
			rest = append(rest, p)
			continue
		}
		leader := t.leaders[p.ID]
		byLeader[leader] = append(byLeader[leader], p)
	}
	for leader, led := range byLeader {
		bounds, err := w.bounds(ctx, leader, unsure(led, list))
		if err != nil && ctx.Err() == nil {
			w.ingest.note(fmt.Errorf("list offsets: %w", err))
		}
		for _, p := range led {
			if !w.settleOne(p, list.matched[p.Topic], bounds) {
				p.tries++
				rest = append(rest, p)
				continue
			}
			w.fetcher(ctx, g, leader).inbox.put(p)
		}
	}
	return rest
}

// unsure are the places of which the broker has to say where they go on.
func unsure(places []*place, l topicList) (some []*place) {
	for _, p := range places {
		if p.isUnsure(l.matched[p.Topic]) {
			some = append(some, p)
		}
	}
	return some
}

func (p *place) isUnsure(t topic) bool { return !p.known || p.outOfRange || p.wasRecreated(t) }

func (p *place) wasRecreated(t topic) bool {
	return p.topicID != [16]byte{} && t.id != [16]byte{} && p.topicID != t.id
}

// settleOne decides where p goes on; it fails if that is not known.
func (w *work) settleOne(p *place, t topic, known map[event.Partition]bounds) bool {
	if !p.isUnsure(t) {
		p.topicID = t.id
		return true
	}
	b, ok := known[p.Partition]
	if !ok {
		return false
	}
	latest := w.ingest.firstStart && w.ingest.topics.wasThere(p.Topic)
	c := p.resume(t, b, latest)
	p.ahead = p.next
	if c != nil {
		if c.gap != nil {
			w.ingest.sayGap(*c.gap)
		}
		w.queue.put(c)
	}
	return true
}

// resume moves p to where it goes on, and gives what has to be stored about
// that; nil if nothing.
func (p *place) resume(t topic, b bounds, latest bool) *chunk {
	gap := event.Gap{Partition: p.Partition, From: p.next, To: b.first, NoticedAt: time.Now().UTC()}
	switch {
	case !p.known && latest:
		p.known, p.next, p.topicID = true, b.end, t.id
		return &chunk{span: event.Span{Partition: p.Partition, From: b.end, Next: b.end, TopicID: t.id}}
	case !p.known:
		p.known, p.next, p.topicID = true, b.first, t.id
		return nil
	case p.wasRecreated(t), p.next > b.end && p.topicID == [16]byte{}:
		gap.Reason = event.GapRecreated
		p.incarnation++
	case p.next > b.end:
		// The same topic has lost its end, and has perhaps been given another
		// one, with other records at offsets that we know.
		gap.Reason = event.GapTruncated
		p.incarnation++
	case p.next < b.first:
		gap.Reason = event.GapRetention
	default:
		p.outOfRange = false
		return nil
	}
	p.next, p.topicID, p.outOfRange = b.first, t.id, false
	return &chunk{span: event.Span{Partition: p.Partition, From: gap.From, Next: p.next, TopicID: t.id}, gap: &gap}
}

func (i *Ingest) sayGap(g event.Gap) {
	i.metrics.gaps.WithLabelValues(string(g.Reason)).Inc()
	i.logger.Error("source gap: Kafka no longer has records that were not read",
		"topic", g.Topic, "partition", g.ID, "from", g.From, "to", g.To, "reason", g.Reason)
}

// fetcher gives the fetcher of a broker, which runs in g.
func (w *work) fetcher(ctx context.Context, g *errgroup.Group, node int32) *fetcher {
	f := w.fetchers[node]
	if f == nil {
		f = newFetcher(w, node)
		w.fetchers[node] = f
		g.Go(func() error {
			f.run(ctx)
			return nil
		})
	}
	return f
}
