package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// An event is the lengths of its texts and of its payload, its numbers, its
// times in microseconds, and then texts and payload themselves. Position is
// not in it. Reading it takes three allocations: the event, all of its texts,
// its payload.

const (
	texts = 9
	// leastEvent is what an event takes at least.
	leastEvent = texts + 6
)

func textsOf(e *event.Event) [texts]*string {
	return [texts]*string{
		&e.EventID, &e.EventType, &e.TenantID, &e.Namespace, &e.Source,
		&e.CorrelationID, &e.CausationID, &e.SchemaRef, &e.Topic,
	}
}

// sizeOf is what an event takes at most.
func sizeOf(e *event.Event) int {
	n := texts*4 + 4 + 5 + 4*binary.MaxVarintLen64 + len(e.Payload)
	for _, s := range textsOf(e) {
		n += len(*s)
	}
	return n
}

func appendEvent(dst []byte, e *event.Event) []byte {
	all := textsOf(e)
	for _, s := range all {
		dst = binary.AppendUvarint(dst, uint64(len(*s)))
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.Payload)))
	dst = binary.AppendVarint(dst, int64(e.Partition))
	dst = binary.AppendVarint(dst, e.Offset)
	dst = binary.AppendVarint(dst, e.Timestamp.UnixMicro())
	dst = binary.AppendVarint(dst, e.ProcessedAt.UnixMicro())
	dst = binary.AppendVarint(dst, e.StoredAt.UnixMicro())
	for _, s := range all {
		dst = append(dst, *s...)
	}
	return append(dst, e.Payload...)
}

// fields reads from rest; once something is bad, everything is.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) event() *event.Event {
	var lengths [texts]int
	sum := 0
	for i := range lengths {
		lengths[i] = f.length()
		sum += lengths[i]
	}
	payload, partition, offset := f.length(), f.varint(), f.varint()
	e := &event.Event{
		Partition: int32(partition), Offset: offset,
		Timestamp: f.time(), ProcessedAt: f.time(), StoredAt: f.time(),
	}
	text := string(f.take(sum))
	if f.bad || partition != int64(e.Partition) {
		f.bad = true
		return nil
	}
	for i, s := range textsOf(e) {
		*s, text = text[:lengths[i]], text[lengths[i]:]
	}
	if payload > 0 {
		e.Payload = bytes.Clone(f.take(payload))
	}
	return e
}

// time gives UTC; of the zero time microseconds are as good as of any other.
func (f *fields) time() time.Time { return time.UnixMicro(f.varint()).UTC() }

// length is a uvarint that can be the length of something in a run.
func (f *fields) length() int {
	n := f.uvarint()
	if n > math.MaxInt32 || n > uint64(len(f.rest)) {
		f.bad = true
		return 0
	}
	return int(n)
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		f.bad, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fields) varint() int64 {
	v, n := binary.Varint(f.rest)
	if n <= 0 {
		f.bad, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fields) take(n int) []byte {
	if f.bad || n > len(f.rest) {
		f.bad, f.rest = true, nil
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}
