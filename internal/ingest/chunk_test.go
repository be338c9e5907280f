package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// records makes records of random offsets, values and kinds.
func randomRecords(t *rapid.T, from int64) (records []*kgo.Record, next int64) {
	values := [][]byte{[]byte(`{"event_id":"x"}`), []byte(`{`), nil}
	for range rapid.IntRange(0, 600).Draw(t, "records") {
		from += int64(rapid.IntRange(0, 2).Draw(t, "hole"))
		records = append(records, &kgo.Record{Offset: from, Value: rapid.SampledFrom(values).Draw(t, "value")})
		from++
	}
	return records, from + int64(rapid.IntRange(0, 3).Draw(t, "end"))
}

func TestBatchesCoverEveryOffsetOnce(t *testing.T) {
	d := decoding{event.NewDecoder(event.Config{}), newMetrics(nil, nil)}
	rapid.Check(t, func(t *rapid.T) {
		p := &place{Partition: p0, known: true, next: rapid.Int64Range(0, 9).Draw(t, "first")}
		first := p.next
		var chunks []*chunk
		want := 0
		for range rapid.IntRange(1, 3).Draw(t, "answers") {
			records, next := randomRecords(t, p.next)
			for _, r := range records {
				if r.Value != nil {
					want++
				}
			}
			chunks = append(chunks, d.cut(p, records, next)...)
		}
		// However a batch is split, its parts follow each other.
		parts := [][]*chunk{chunks}
		for range rapid.IntRange(0, 20).Draw(t, "splits") {
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
			if a, b, ok := halve(parts[i]); ok {
				parts = append(parts[:i], append([][]*chunk{a, b}, parts[i+1:]...)...)
			}
		}
		at, got := first, 0
		for _, part := range parts {
			b := batchOf(part)
			if len(b.Spans) != 1 || b.Spans[0].From != at {
				t.Fatalf("got spans %+v, want one from %d", b.Spans, at)
			}
			at = b.Spans[0].Next
			got += len(b.Events) + len(b.Rejected)
			for _, e := range b.Events {
				if e.Offset < b.Spans[0].From || e.Offset >= at {
					t.Fatalf("event of offset %d in span %+v", e.Offset, b.Spans[0])
				}
			}
		}
		if at != p.next || got != want {
			t.Fatalf("got %d records up to offset %d, want %d up to %d", got, at, want, p.next)
		}
	})
}

func TestABatchHasOneSpanForEachPartition(t *testing.T) {
	p1 := event.Partition{Topic: "t", ID: 1}
	b := batchOf([]*chunk{
		{span: event.Span{Partition: p0, From: 1, Next: 3}},
		{span: event.Span{Partition: p1, From: 5, Next: 6}},
		{span: event.Span{Partition: p0, From: 3, Next: 0, TopicID: idB}, gap: &event.Gap{Partition: p0, From: 3}},
		{span: event.Span{Partition: p0, From: 0, Next: 4, TopicID: idB}},
	})
	want := []event.Span{{Partition: p0, From: 1, Next: 4, TopicID: idB}, {Partition: p1, From: 5, Next: 6}}
	if diff := cmp.Diff(want, b.Spans); diff != "" || len(b.Gaps) != 1 {
		t.Errorf("spans (-want +got):\n%s\n%d gaps, want 1", diff, len(b.Gaps))
	}
}
