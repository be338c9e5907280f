package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	fetchWait      = 500 * time.Millisecond
	fetchBytes     = 1 << 20
	partitionBytes = 512 << 10
	fetchTimeout   = fetchWait + callTimeout
)

// fetcher reads all partitions that one broker leads for us, by one request at
// a time. Owned by its run, but for the inbox.
type fetcher struct {
	work     *work
	node     int32
	inbox    *inbox
	decoding decoding
	inflate  kgo.Decompressor

	places  map[event.Partition]*place
	session session
}

func newFetcher(w *work, node int32) *fetcher {
	return &fetcher{
		work: w, node: node, inbox: newInbox(),
		decoding: decoding{w.ingest.config.Decoder, w.ingest.metrics},
		inflate:  kgo.DefaultDecompressor(),
		places:   map[event.Partition]*place{},
	}
}

// run fetches until ctx ends.
func (f *fetcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		for _, p := range f.inbox.take() {
			f.places[p.Partition] = p
			f.session.add(p)
		}
		if len(f.places) == 0 {
			select {
			case <-ctx.Done():
			case <-f.inbox.ready:
			}
			continue
		}
		keep, ok := f.work.queue.room(ctx)
		if !ok {
			return
		}
		if keep {
			f.rewind()
		}
		if err := f.fetch(ctx, keep); err != nil && ctx.Err() == nil {
			f.giveUp(err)
		}
	}
}

// rewind goes back from what was fetched for previews alone.
func (f *fetcher) rewind() {
	for _, p := range f.places {
		if p.ahead != p.next {
			p.ahead = p.next
			f.session.moved(p)
		}
	}
}

// fetch makes one request, and queues what it gives or shows it and forgets it.
func (f *fetcher) fetch(ctx context.Context, keep bool) error {
	req, limit := f.session.request(f.places)
	r, err := peer{w: f.work.ingest.wire, node: f.node, timeout: fetchTimeout, limit: limit}.Request(ctx, req)
	if err != nil {
		return err
	}
	resp := r.(*kmsg.FetchResponse)
	f.work.ingest.metrics.fetches.Inc()
	switch err := kerr.ErrorForCode(resp.ErrorCode); {
	case errors.Is(err, kerr.FetchSessionIDNotFound), errors.Is(err, kerr.InvalidFetchSessionEpoch):
		f.session.reset()
		return nil
	case err != nil:
		return err
	}
	f.session.answered(resp)
	names := f.names()
	for i := range resp.Topics {
		t := &resp.Topics[i]
		if resp.Version >= 13 {
			t.Topic = names[t.TopicID]
		}
		for j := range t.Partitions {
			if p := f.places[event.Partition{Topic: t.Topic, ID: t.Partitions[j].Partition}]; p != nil {
				f.takePartition(p, &t.Partitions[j], keep)
			}
		}
	}
	return nil
}

func (f *fetcher) names() map[[16]byte]string {
	names := make(map[[16]byte]string, len(f.places))
	for _, p := range f.places {
		names[p.topicID] = p.Topic
	}
	return names
}

// takePartition takes the records of one partition, up to where they can be
// read.
func (f *fetcher) takePartition(p *place, rp *kmsg.FetchResponseTopicPartition, keep bool) {
	if err := kerr.ErrorForCode(rp.ErrorCode); err != nil {
		p.outOfRange = errors.Is(err, kerr.OffsetOutOfRange) && p.ahead == p.next
		p.ahead = p.next
		f.giveBack(p, err)
		return
	}
	f.work.ingest.trackEnd(p.Partition, rp.HighWatermark)
	if len(rp.RecordBatches) == 0 {
		return
	}
	// kgo's decoder, not kafka-go's: it knows aborted transactions, gives the
	// offset behind a batch whose last records are gone, and keeps no page of
	// 64 KiB for each batch.
	got, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
		Offset: p.ahead, IsolationLevel: kgo.ReadCommitted(), Topic: p.Topic, Partition: p.ID,
	}, rp, f.inflate, nil)
	if got.Err != nil {
		next = p.ahead
		if n := len(got.Records); n > 0 {
			next = got.Records[n-1].Offset + 1
		}
	}
	if next > p.ahead {
		if keep {
			f.keep(f.decoding.cut(p, got.Records, next))
		} else {
			f.work.preview(f.decoding.preview(p, got.Records, next))
		}
		f.session.moved(p)
		p.tries = 0
	}
	if got.Err != nil {
		f.giveBack(p, got.Err)
	}
}

func (f *fetcher) keep(chunks []*chunk) {
	if f.work.queue.put(chunks...) {
		for _, c := range chunks {
			f.work.preview(c.items)
		}
	}
}

// giveBack lets one partition be sought anew.
func (f *fetcher) giveBack(p *place, err error) {
	f.work.ingest.note(fmt.Errorf("fetch %s partition %d at offset %d: %w", p.Topic, p.ID, p.next, err))
	delete(f.places, p.Partition)
	f.session.forget(p)
	p.tries++
	f.work.seeks.put(p)
}

// giveUp lets all partitions be sought anew: the broker does not answer, or
// not as it should.
func (f *fetcher) giveUp(err error) {
	f.work.ingest.note(fmt.Errorf("fetch: %w", err))
	all := slices.Collect(maps.Values(f.places))
	for _, p := range all {
		p.tries++
	}
	clear(f.places)
	f.session.reset()
	f.work.seeks.put(all...)
}
