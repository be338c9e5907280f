package ingest

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// work is what a replica does with the partitions of one generation, from the
// offsets that are stored until it ends or is fenced.
type work struct {
	ingest *Ingest
	gen    generation
	queue  *queue
	seeks  *inbox

	fetchers map[int32]*fetcher // by broker; owned by seek
}

func newWork(i *Ingest, gen generation) *work {
	return &work{ingest: i, gen: gen, queue: newQueue(), seeks: newInbox(), fetchers: map[int32]*fetcher{}}
}

func (w *work) run(ctx context.Context) error {
	places, ok := w.load(ctx)
	if !ok {
		return nil
	}
	w.seeks.put(places...)
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error {
		w.seek(running, g)
		return nil
	})
	g.Go(func() error {
		w.commitEvery(running)
		return nil
	})
	g.Go(func() error { return w.appendAll(running) })
	err := g.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	w.commit(last)
	return err
}

// load asks the store where the partitions go on, until it answers; it is not
// ok when ctx ends.
func (w *work) load(ctx context.Context) (places []*place, ok bool) {
	for pause := newBackoff(100 * time.Millisecond); ctx.Err() == nil; pause.wait(ctx) {
		stored, err := w.ingest.offsets(ctx, w.gen.assigned)
		if ctx.Err() == nil {
			w.ingest.noteStore(err)
		}
		if err != nil {
			continue
		}
		for _, p := range w.gen.assigned {
			o, known := stored[p]
			places = append(places, &place{Partition: p, known: known, next: o.Next, ahead: o.Next, incarnation: o.Incarnation, topicID: o.TopicID})
		}
		w.ingest.track(places)
		return places, true
	}
	return nil, false
}

// offsets reads stored offsets. The first time it also finds out whether this
// is the very first start: nothing is stored of any topic that is there.
func (i *Ingest) offsets(ctx context.Context, ps []event.Partition) (map[event.Partition]event.StoredOffset, error) {
	if i.config.StartLatest && !i.startKnown {
		all, err := i.config.Store.Offsets(ctx, partitionsOf(i.topics.look()))
		if err != nil {
			return nil, err
		}
		i.startKnown, i.firstStart = true, len(all) == 0
	}
	return i.config.Store.Offsets(ctx, ps)
}
