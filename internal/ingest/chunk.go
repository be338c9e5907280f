package ingest

import (
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	chunkRecords = 256
	chunkBytes   = 512 << 10
)

// chunk is a run of offsets of one partition, and what became of its records.
// Its runs of offsets follow each other without a hole in the queue.
type chunk struct {
	span  event.Span
	gap   *event.Gap
	items []item // tombstones and what Kafka itself has written are left out
	bytes int
}

// item is a record and what it became: an event, or else a rejection.
type item struct {
	record    event.Record
	event     *event.Event
	rejection *event.Rejection
}

// cut makes chunks of records that were fetched, so that batches can be filled
// well. They cover all offsets from p.next up to next, and p goes on there.
func (d *decoding) cut(p *place, records []*kgo.Record, next int64) []*chunk {
	var chunks []*chunk
	c := &chunk{span: event.Span{Partition: p.Partition, From: p.next, TopicID: p.topicID}}
	for _, r := range records {
		if len(c.items) == chunkRecords || c.bytes > chunkBytes {
			c.span.Next = r.Offset
			chunks = append(chunks, c)
			c = &chunk{span: event.Span{Partition: p.Partition, From: r.Offset, TopicID: p.topicID}}
		}
		if it, ok := d.item(p, r); ok {
			c.items = append(c.items, it)
			c.bytes += len(r.Key) + len(r.Value)
		}
	}
	p.next, p.ahead, c.span.Next = next, next, next
	return append(chunks, c)
}

// preview decodes what is not kept, and moves p ahead.
func (d *decoding) preview(p *place, records []*kgo.Record, next int64) (items []item) {
	for _, r := range records {
		if it, ok := d.item(p, r); ok {
			items = append(items, it)
		}
	}
	p.ahead = next
	return items
}

// decoding turns records into items.
type decoding struct {
	decoder *event.Decoder
	metrics *metrics
}

func (d *decoding) item(p *place, r *kgo.Record) (it item, ok bool) {
	it.record = event.Record{
		Partition: p.Partition, Offset: r.Offset, Incarnation: p.incarnation,
		Time: r.Timestamp, Key: r.Key, Value: r.Value, Headers: headers(r.Headers),
	}
	if r.Timestamp.UnixMilli() == noTimestamp {
		it.record.Time = time.Time{}
	}
	var err error
	it.event, err = d.decoder.Decode(it.record)
	d.metrics.records.Inc()
	switch {
	case err == nil:
	case errors.Is(err, event.ErrTombstone):
		d.metrics.tombstones.Inc()
		return item{}, false
	case errors.As(err, &it.rejection):
		d.metrics.rejected.WithLabelValues(string(it.rejection.Reason)).Inc()
	}
	return it, true
}

// noTimestamp is Kafka's timestamp of a record that has none.
const noTimestamp = -1

func headers(hs []kgo.RecordHeader) []event.Header {
	if len(hs) == 0 {
		return nil
	}
	all := make([]event.Header, len(hs))
	for i, h := range hs {
		all[i] = event.Header{Key: h.Key, Value: h.Value}
	}
	return all
}

// batchOf makes one batch of chunks that follow each other.
func batchOf(chunks []*chunk) event.Batch {
	var b event.Batch
	at := map[event.Partition]int{}
	for _, c := range chunks {
		if i, ok := at[c.span.Partition]; ok {
			b.Spans[i].Next, b.Spans[i].TopicID = c.span.Next, c.span.TopicID
		} else {
			at[c.span.Partition] = len(b.Spans)
			b.Spans = append(b.Spans, c.span)
		}
		if c.gap != nil {
			b.Gaps = append(b.Gaps, *c.gap)
		}
		for _, it := range c.items {
			if it.event != nil {
				b.Events = append(b.Events, it.event)
			} else {
				b.Rejected = append(b.Rejected, it.rejection.Rejected(it.record))
			}
		}
	}
	return b
}

// halve splits what was refused for its data; it is not ok if there is but one
// item left.
func halve(chunks []*chunk) (first, rest []*chunk, ok bool) {
	if n := len(chunks); n > 1 {
		return chunks[:n/2], chunks[n/2:], true
	}
	c := chunks[0]
	n := len(c.items) / 2
	if n == 0 {
		return nil, nil, false
	}
	a, b := *c, *c
	a.items, b.items = c.items[:n], c.items[n:]
	border := b.items[0].record.Offset
	a.span.Next, b.span.From, b.gap = border, border, nil
	return []*chunk{&a}, []*chunk{&b}, true
}
