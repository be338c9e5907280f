package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// appendGrace is how long an append may go on when its generation has ended.
const appendGrace = 5 * time.Second

// appendAll stores what is queued until ctx ends.
func (w *work) appendAll(ctx context.Context) error {
	lasting, cancel := withGrace(ctx, appendGrace)
	defer cancel()
	for {
		chunks := w.queue.take(ctx)
		if chunks == nil || ctx.Err() != nil {
			return nil
		}
		if err := w.append(ctx, lasting, chunks); err != nil {
			return err
		}
	}
}

// withGrace gives a context that ends a while after ctx.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		sleep(lasting, grace)
		cancel()
	})
	return lasting, cancel
}

// append stores chunks. What the store refuses for its data is split until the
// culprit is alone, and this is rejected.
func (w *work) append(ctx, lasting context.Context, chunks []*chunk) error {
	err := w.try(ctx, lasting, chunks)
	if !errors.Is(err, event.ErrData) {
		return err
	}
	if first, rest, ok := halve(chunks); ok {
		if err := w.append(ctx, lasting, first); err != nil || ctx.Err() != nil {
			return err
		}
		return w.append(ctx, lasting, rest)
	}
	c := chunks[0]
	if len(c.items) == 0 || c.items[0].event == nil {
		return err // it is not an event that was refused
	}
	it := &c.items[0]
	it.event, it.rejection = nil, &event.Rejection{Reason: event.ReasonRefusedByStore, Detail: err.Error()}
	w.ingest.metrics.rejected.WithLabelValues(string(event.ReasonRefusedByStore)).Inc()
	return w.append(ctx, lasting, chunks)
}

// try appends one batch until its fate is known, or ctx has ended. This is the
// one loop that decides: what time may cure is tried again, what the store has
// taken is published, anything else is an error.
func (w *work) try(ctx, lasting context.Context, chunks []*chunk) error {
	b := batchOf(chunks)
	defer w.previewLater(chunks)()
	for pause := newBackoff(50 * time.Millisecond); ; pause.wait(ctx) {
		appended, err := w.ingest.config.Store.Append(lasting, b)
		if err == nil {
			w.ingest.noteStore(nil)
			w.stored(b, appended)
			return nil
		}
		if !errors.Is(err, event.ErrUnavailable) {
			return fmt.Errorf("store a batch: %w", err)
		}
		if ctx.Err() != nil {
			return nil // whoever reads the partition next finds out
		}
		w.ingest.noteStore(err)
	}
}

func (w *work) stored(b event.Batch, a event.Appended) {
	m := w.ingest.metrics
	m.batch.Observe(float64(len(b.Events)))
	m.events.Add(float64(len(a.Events)))
	m.duplicates.Add(float64(a.Duplicates))
	w.ingest.trackStored(b.Spans)
	if len(a.Events) > 0 {
		w.ingest.config.Publish(a)
	}
}

// noteStore keeps whether the store answers, and says when that changes.
func (i *Ingest) noteStore(err error) {
	i.mu.Lock()
	changed := i.storeAway != (err != nil)
	i.storeAway = err != nil
	i.mu.Unlock()
	switch {
	case !changed:
	case err != nil:
		i.logger.Warn("store does not take events: waiting, Kafka keeps them", "error", err)
	default:
		i.logger.Info("store takes events")
	}
}
