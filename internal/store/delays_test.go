package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// TestDelaysAreThoseOfTheEvents stores events, of which each took a
// millisecond longer than the one before, a second apart.
func TestDelaysAreThoseOfTheEvents(t *testing.T) {
	h := emptyHistory(t, 50)
	for i := range 200 {
		e := newEvent(event.Partition{Topic: "t"}, int64(i))
		e.TenantID = []string{"acme", "beta"}[i%2]
		h.events = append(h.events, e)
	}
	h.insert(t, h.events)
	h.exec(t, `UPDATE event_bus_events SET stored_at = $1::timestamptz + id * interval '1 s', processed_at = $1::timestamptz + id * interval '999 ms',
		timestamp = $1::timestamptz + id * interval '998 ms'`, origin)
	h.exec(t, `UPDATE event_bus_head SET stored_at = $1::timestamptz + last * interval '1 s'`, origin)
	d, err := h.Delays(t.Context(), filter.Filter{}, origin.Add(time.Second), origin.Add(101*time.Second), 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Delays{
		Width: time.Minute,
		All:   Measured{Events: 100, Storing: Percentiles{50, 95, 99}, Total: Percentiles{100, 190, 198}},
		Buckets: []Measured{
			{origin, 59, Percentiles{30, 57, 59}, Percentiles{60, 114, 118}},
			{origin.Add(time.Minute), 41, Percentiles{80, 98, 100}, Percentiles{160, 196, 200}},
		},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error("(-want +got)", diff)
	}
	d, err = h.Delays(t.Context(), filter.Filter{TenantIDs: []string{"beta"}}, origin, origin.Add(time.Hour), 1)
	if err != nil || d.All.Events != 100 || d.All.Storing.P50 != 100 {
		t.Errorf("of one tenant: got %+v, %v, want 100 events that took 100 ms in the middle", d.All, err)
	}
	d, err = h.Delays(t.Context(), filter.Filter{}, origin.Add(-time.Hour), origin, 1)
	if err != nil || d.All.Events != 0 || d.Buckets != nil {
		t.Errorf("of a range without events: got %+v, %v, want nothing", d, err)
	}
	if _, err = h.Delays(t.Context(), filter.Filter{Sources: []string{"x"}}, origin, origin.Add(time.Hour), 1); err == nil {
		t.Error("a filter that counts do not know: got no error, want one")
	}
}
