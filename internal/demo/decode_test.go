package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func TestEveryRecordIsReadAsTheEventThatItWasMadeFrom(t *testing.T) {
	d := event.NewDecoder(event.Config{})
	ignored := cmpopts.IgnoreFields(event.Event{}, "Topic", "Partition", "Offset", "ProcessedAt", "Payload")
	for _, r := range threeDays() {
		if r.Event == nil {
			continue
		}
		got, err := d.Decode(r.Record)
		if err != nil {
			t.Fatalf("%s of %s: %v\n%s", r.Dialect, r.Event.EventType, err, r.Value)
		}
		want := *r.Event
		if want.EventID == "" {
			want.EventID = r.Topic + "-0-0"
		}
		if diff := cmp.Diff(&want, got, ignored); diff != "" {
			t.Fatalf("%s of %s (-want +got):\n%s%s", r.Dialect, r.Event.EventType, diff, r.Value)
		}
		if diff := cmp.Diff(exact(t, want.Payload), exact(t, got.Payload)); diff != "" {
			t.Fatalf("payload of %s of %s (-want +got):\n%s", r.Dialect, r.Event.EventType, diff)
		}
	}
}

// exact keeps the digits of numbers.
func exact(t *testing.T, raw []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("read payload %s: %v", raw, err)
	}
	return v
}

func TestSpoiledRecordsAreRejectedForWhatIsWrongWithThem(t *testing.T) {
	want := map[string]event.Reason{
		"not JSON": event.ReasonNotJSON, "cut off": event.ReasonNotJSON, "not an object": event.ReasonNotObject, "empty": event.ReasonEmpty,
		"bad timestamp": event.ReasonBadTimestamp, "NUL": event.ReasonNUL, "lone surrogate": event.ReasonLoneSurrogate,
		"not UTF-8": event.ReasonInvalidUTF8, "number too large": event.ReasonNumberOutOfRange, "numbers that swell": event.ReasonNumbersTooLong,
		"too long a field": event.ReasonFieldTooLong, "nested too deep": event.ReasonTooDeep,
	}
	d := event.NewDecoder(event.Config{})
	for _, r := range threeDays() {
		if r.Event != nil {
			continue
		}
		got, err := d.Decode(r.Record)
		var rejection *event.Rejection
		if !errors.As(err, &rejection) || rejection.Reason != want[r.Spoiled] {
			t.Errorf("%s: got %v, %v, want reason %q", r.Spoiled, got, err, want[r.Spoiled])
		}
	}
}
