package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var (
	idA = [16]byte{1}
	idB = [16]byte{2}
	p0  = event.Partition{Topic: "t", ID: 0}
)

func TestPartitionsGoOnWhereNothingIsLostOrHidden(t *testing.T) {
	gap := func(from, to int64, reason event.GapReason) *event.Gap {
		return &event.Gap{Partition: p0, From: from, To: to, Reason: reason}
	}
	for name, c := range map[string]struct {
		place  place
		id     [16]byte
		bounds bounds
		latest bool

		next        int64
		incarnation int32
		stored      bool
		gap         *event.Gap
	}{
		"new topic":                      {place{}, idA, bounds{5, 9}, false, 5, 0, false, nil},
		"new topic, only what comes":     {place{}, idA, bounds{5, 9}, true, 9, 0, true, nil},
		"in range after all":             {place{known: true, next: 7, topicID: idA}, idA, bounds{5, 9}, false, 7, 0, false, nil},
		"at the end":                     {place{known: true, next: 9, topicID: idA}, idA, bounds{5, 9}, false, 9, 0, false, nil},
		"retention has passed":           {place{known: true, next: 2, topicID: idA}, idA, bounds{5, 9}, false, 5, 0, true, gap(2, 5, event.GapRetention)},
		"made again, shorter":            {place{known: true, next: 7, topicID: idA}, idB, bounds{0, 3}, false, 0, 1, true, gap(7, 0, event.GapRecreated)},
		"made again, longer":             {place{known: true, next: 7, topicID: idA, incarnation: 3}, idB, bounds{2, 90}, false, 2, 4, true, gap(7, 2, event.GapRecreated)},
		"made again, broker without ids": {place{known: true, next: 7}, [16]byte{}, bounds{0, 3}, false, 0, 1, true, gap(7, 0, event.GapRecreated)},
		"end lost":                       {place{known: true, next: 7, topicID: idA}, idA, bounds{0, 3}, false, 0, 1, true, gap(7, 0, event.GapTruncated)},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.place
			p.Partition, p.outOfRange = p0, p.known
			chunk := p.resume(topic{id: c.id}, c.bounds, c.latest)
			if p.next != c.next || p.incarnation != c.incarnation || p.topicID != c.id && c.gap != nil || !p.known || p.outOfRange {
				t.Errorf("got %+v, want offset %d of incarnation %d", p, c.next, c.incarnation)
			}
			if (chunk != nil) != c.stored {
				t.Fatalf("got chunk %+v, want one: %v", chunk, c.stored)
			}
			if chunk == nil {
				return
			}
			if diff := cmp.Diff(c.gap, chunk.gap, cmpopts.IgnoreFields(event.Gap{}, "NoticedAt")); diff != "" {
				t.Errorf("gap (-want +got):\n%s", diff)
			}
			if chunk.gap != nil && (chunk.span.From != c.place.next || chunk.span.Next != c.next || chunk.span.TopicID != c.id) {
				t.Errorf("got span %+v, want one from %d to %d", chunk.span, c.place.next, c.next)
			}
		})
	}
}
