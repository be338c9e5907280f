package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestRejectedEventsAreReadNewestFirst(t *testing.T) {
	h := emptyHistory(t, 50)
	for i := range 40 {
		h.exec(t, `INSERT INTO event_bus_rejected (topic, partition, "offset", reason, detail, record_time, rejected_at, size, key, headers, value)
			VALUES ('topic-' || $1::int % 2, 1, $1, 'reason-' || $1::int % 3, 'why', $2, $2::timestamptz + $1::int * interval '1 s', 4, 'k', '[["h","AAE="]]', $3)`,
			i, origin, slices.Repeat([]byte{0}, i))
	}
	for name, tc := range map[string]struct {
		query RejectedQuery
		want  []int64 // ids are one more than i
		more  bool
	}{
		"a page":      {RejectedQuery{Limit: 3}, []int64{40, 39, 38}, true},
		"the next":    {RejectedQuery{Limit: 3, Before: 38}, []int64{37, 36, 35}, true},
		"the last":    {RejectedQuery{Limit: 3, Before: 4}, []int64{3, 2, 1}, false},
		"by reason":   {RejectedQuery{Limit: 2, Reason: "reason-1"}, []int64{38, 35}, true},
		"by topic":    {RejectedQuery{Limit: 2, Topic: "topic-1"}, []int64{40, 38}, true},
		"by time":     {RejectedQuery{Limit: 9, Start: origin.Add(3 * time.Second), End: origin.Add(5 * time.Second)}, []int64{5, 4}, false},
		"none":        {RejectedQuery{Limit: 9, Reason: "x"}, nil, false},
		"by all":      {RejectedQuery{Limit: 9, Reason: "reason-0", Topic: "topic-0", Before: 20, End: origin.Add(time.Minute)}, []int64{19, 13, 7, 1}, false},
		"a full last": {RejectedQuery{Limit: 4, Before: 5}, []int64{4, 3, 2, 1}, false},
	} {
		found, more, err := h.Rejected(t.Context(), tc.query)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, r := range found {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, tc.want) || more != tc.more {
			t.Errorf("%s: got %v, more %v, want %v, more %v", name, got, more, tc.want, tc.more)
		}
	}
	want := &RejectedEvent{ID: 3, RejectedAt: origin.Add(2 * time.Second), Producer: "unknown", Rejected: event.Rejected{
		Record: event.Record{
			Partition: event.Partition{Topic: "topic-0", ID: 1}, Offset: 2, Time: origin,
			Key: []byte("k"), Value: []byte{0, 0}, Headers: []event.Header{{Key: "h", Value: []byte{0, 1}}},
		},
		Reason: "reason-2", Detail: "why",
	}}
	if diff := cmp.Diff(want, must(h.RejectedByID(t.Context(), 3))(t)); diff != "" {
		t.Error("(-want +got)", diff)
	}
	if got := must(h.RejectedByID(t.Context(), 41))(t); got != nil {
		t.Errorf("an unknown id: got %v, want nil", got)
	}
}

func TestRejectedEventsAreGroupedByReasonTopicAndProducer(t *testing.T) {
	h := emptyHistory(t, 50)
	type row struct{ reason, topic, headers, value string }
	for i, r := range []row{
		{"not_json", "a", `[]`, `{"source":"node-7","cut`},
		{"not_json", "a", `[]`, `{"payload":1, "source" : "node-7"}`},
		{"not_json", "a", `[["X-Source","bm9kZS03"]]`, "\xff\xfe"},
		{"not_json", "b", `[["x-source",""]]`, `{"source":{"host":"h","service_name":"node-7"}}`},
		{"empty", "a", `[]`, ""},
		{"invalid_utf8", "a", `[["ce_source","w6Q="]]`, "\xff\"source\":\"x\""},
	} {
		h.exec(t, `INSERT INTO event_bus_rejected (topic, partition, "offset", reason, detail, record_time, rejected_at, size, headers, value)
			VALUES ($1, 1, $2::int, $3, 'why', $4, $4::timestamptz + $2::int * interval '1 s', 10, $5, $6)`,
			r.topic, i, r.reason, origin, r.headers, []byte(r.value))
	}
	at := func(i int) time.Time { return origin.Add(time.Duration(i) * time.Second) }
	want := []RejectedGroup{
		{"invalid_utf8", "a", `\303\244`, 1, 10, at(5), at(5), 6},
		{"empty", "a", "unknown", 1, 10, at(4), at(4), 5},
		{"not_json", "b", "node-7", 1, 10, at(3), at(3), 4},
		{"not_json", "a", "node-7", 3, 30, at(0), at(2), 3},
	}
	groups, complete, err := h.RejectedGroups(t.Context())
	if diff := cmp.Diff(want, groups); diff != "" || !complete || err != nil {
		t.Error("(-want +got)", diff, complete, err)
	}
	found, more, err := h.Rejected(t.Context(), RejectedQuery{Producer: "node-7", Topic: "a", Limit: 2})
	if err != nil || !more || len(found) != 2 || found[0].ID != 3 || found[0].Producer != "node-7" {
		t.Errorf("of one producer: got %v, more %v, %v, want events 3 and 2 and more", found, more, err)
	}
	h.exec(t, `UPDATE event_bus_rejected SET id = DEFAULT WHERE id = 6`)
	h.exec(t, `SELECT setval('event_bus_rejected_id_seq', 20000)`)
	h.exec(t, `UPDATE event_bus_rejected SET id = DEFAULT WHERE topic = 'b'`)
	groups, complete, err = h.RejectedGroups(t.Context())
	if len(groups) != 1 || complete || err != nil {
		t.Errorf("with older ones: got %v, complete %v, %v, want the newest alone", groups, complete, err)
	}
}

func TestAReadSaysWhetherItMayWorkLater(t *testing.T) {
	h := randomHistory(t, 1, 200)
	unlock := h.lockPartition(t, 190)
	defer unlock()
	canceled, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.Window(canceled, filter.Filter{}, 180, 200); errors.Is(err, event.ErrUnavailable) || !errors.Is(err, canceled.Err()) {
		t.Errorf("a caller that gave up: got %v, want %v alone", err, canceled.Err())
	}
	h.readThrough(t, func(c *pgx.ConnConfig) { c.RuntimeParams["statement_timeout"] = "20" })
	if _, err := h.Window(t.Context(), filter.Filter{}, 180, 200); !errors.Is(err, event.ErrUnavailable) {
		t.Errorf("a statement that took too long: got %v, want ErrUnavailable", err)
	}
	h.read.Close()
	if _, err := h.Window(t.Context(), filter.Filter{}, 180, 200); !errors.Is(err, event.ErrUnavailable) {
		t.Errorf("a store that is away: got %v, want ErrUnavailable", err)
	}
}
