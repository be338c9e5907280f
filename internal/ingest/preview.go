package ingest

import (
	"sync"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	// previewAfter is how long an append may take until the store counts as
	// away.
	previewAfter = time.Second
	// previewAge is how old a record may be to be shown: a backlog is no news.
	previewAge = time.Minute
)

// previewLater shows what is waiting if the append that begins now takes too
// long, and lets what is fetched from then on be shown, too. The caller calls
// done when the append has ended.
func (w *work) previewLater(chunks []*chunk) (done func()) {
	if w.ingest.config.Preview == nil {
		return func() {}
	}
	ended := make(chan struct{})
	var joined sync.WaitGroup
	joined.Go(func() {
		timer := time.NewTimer(previewAfter)
		defer timer.Stop()
		select {
		case <-ended:
			return
		case <-timer.C:
		}
		for _, c := range append(chunks[:len(chunks):len(chunks)], w.queue.setAway(true)...) {
			w.preview(c.items)
		}
		<-ended
		w.queue.setAway(false)
	})
	return func() {
		close(ended)
		joined.Wait()
	}
}

// preview shows the events among items.
func (w *work) preview(items []item) {
	var events []*event.Event
	for _, it := range items {
		if it.event != nil && time.Since(it.record.Time) < previewAge {
			events = append(events, it.event)
		}
	}
	if len(events) > 0 {
		w.ingest.metrics.previews.Add(float64(len(events)))
		w.ingest.config.Preview(events)
	}
}
