package hub

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// readTimeout bounds one read of history.
const readTimeout = 5 * time.Second

// reads reads history for clients: few at a time, and equal ones once.
type reads struct {
	history History
	slots   chan struct{}
	group   singleflight.Group
}

func newReads(h History, n int) *reads {
	return &reads{history: h, slots: make(chan struct{}, n)}
}

// window is a piece of history as entries, which are shared.
type window struct {
	entries []*entry
	through event.Position
	floor   event.Position
}

// window reads the matching events of a range that begins behind after.
func (r *reads) window(ctx context.Context, f filter.Filter, after, hub event.Position) (window, error) {
	key := fmt.Sprintf("%d %s", after, f.Key())
	v, err, _ := r.group.Do(key, func() (any, error) {
		var w Window
		err := r.slot(ctx, func(ctx context.Context) (err error) {
			w, err = r.history.Window(ctx, f, after, min(after+windowSize, hub))
			return err
		})
		return window{newEntries(w.Events), w.Through, w.Floor}, err
	})
	if err != nil {
		return window{}, err
	}
	return v.(window), nil
}

func (r *reads) head(ctx context.Context) (head event.Head, err error) {
	err = r.slot(ctx, func(ctx context.Context) (err error) {
		head, err = r.history.Head(ctx)
		return err
	})
	return head, err
}

func (r *reads) latest(ctx context.Context, f filter.Filter, n int, through event.Position) (entries []*entry, err error) {
	err = r.slot(ctx, func(ctx context.Context) error {
		events, err := r.history.Latest(ctx, f, n, through)
		entries = newEntries(events)
		return err
	})
	return entries, err
}

func (r *reads) positionAt(ctx context.Context, t time.Time) (p event.Position, err error) {
	err = r.slot(ctx, func(ctx context.Context) (err error) {
		p, err = r.history.PositionAt(ctx, t)
		return err
	})
	return p, err
}

// slot runs read when few others run, for a bounded time.
func (r *reads) slot(ctx context.Context, read func(context.Context) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case r.slots <- struct{}{}:
	}
	defer func() { <-r.slots }()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return read(ctx)
}

func newEntries(events []*event.Event) []*entry {
	entries := make([]*entry, len(events))
	for i, e := range events {
		entries[i] = &entry{Event: e}
	}
	return entries
}
