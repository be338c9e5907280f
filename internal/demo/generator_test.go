package demo

import (
	"iter"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"
)

var (
	until = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	since = until.Add(-72 * time.Hour)
)

func history(seed uint64, n int) []Record {
	return slices.Collect(NewGenerator(seed, since).History(until, n))
}

// threeDays is the history that dev starts with.
var threeDays = sync.OnceValue(func() []Record { return history(1, 20_000) })

// readable are the records that hold an event, each event once.
func readable(records []Record) []Record {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
		if r.Event == nil || seen[r.Event.EventID] {
			return true
		}
		seen[r.Event.EventID] = r.Event.EventID != ""
		return false
	})
}

func take(n int, records iter.Seq[Record]) []Record {
	var taken []Record
	for r := range records {
		if taken = append(taken, r); len(taken) == n {
			break
		}
	}
	return taken
}

func TestSameSeedAndStartGiveTheSameRecords(t *testing.T) {
	play := func(seed uint64) []Record {
		g := NewGenerator(seed, since)
		return append(slices.Collect(g.History(until, 2000)), take(1000, g.Live(until, 20))...)
	}
	a, b := play(7), play(7)
	for i := range a {
		if !reflect.DeepEqual(a[i], b[i]) {
			t.Fatalf("record %d: got %+v, want %+v", i, b[i], a[i])
		}
	}
	if reflect.DeepEqual(a, play(8)) {
		t.Error("got the same records with another seed")
	}
}

func TestHistoryHasAsManyRecordsAsAskedForInTheOrderOfTime(t *testing.T) {
	for _, n := range []int{0, 1, 50, 3000, 20_000} {
		records := history(1, n)
		if got := len(records); got < n-n/500 || got > n+20 {
			t.Errorf("got %d records, want %d", got, n)
		}
		for i, r := range records {
			if r.Time.Before(since) || !r.Time.Before(until) {
				t.Fatalf("record %d of %d: got time %v, want it in [%v, %v)", i, n, r.Time, since, until)
			}
			if i > 0 && r.Time.Before(records[i-1].Time) {
				t.Fatalf("record %d of %d is earlier than the one before it", i, n)
			}
		}
	}
}

func TestHistoryHasNoMoreThanAskedForWhereverAnIncidentFalls(t *testing.T) {
	for i := range 300 {
		end := until.Add(time.Duration(i) * 7 * time.Minute)
		records := slices.Collect(NewGenerator(1, end.Add(-72*time.Hour)).History(end, 1000))
		if got := len(records); got < 990 || got > 1020 {
			t.Errorf("got %d records until %v, want 1000", got, end)
		}
	}
}

func TestCausesAreWrittenFirstAlsoWhereHistoryGoesOverIntoLive(t *testing.T) {
	g := NewGenerator(1, since)
	records := append(slices.Collect(g.History(until, 5000)), take(2000, g.Live(until, 20))...)
	written := map[string]bool{}
	for _, r := range readable(records) {
		if c := r.Event.CausationID; c != "" && !written[c] {
			t.Fatalf("%s at %v is caused by %s, which was not written before it", r.Event.EventType, r.Time, c)
		}
		written[r.Event.EventID] = true
	}
}

func TestLiveKeepsItsRateOverADayAndFollowsTheHour(t *testing.T) {
	g := NewGenerator(1, until)
	var perHour [24]int
	total := 0
	for r := range g.Live(until, 1) {
		hour := int(r.Time.Sub(until) / time.Hour)
		if hour >= 24 {
			break
		}
		perHour[(hour+until.Hour())%24]++
		total++
	}
	if got := float64(total) / 86400; math.Abs(got-1) > 0.05 {
		t.Errorf("got %.2f records a second over a day, want 1", got)
	}
	if busy, calm := perHour[14], perHour[2]; float64(busy) < 2*float64(calm) {
		t.Errorf("got %d records in the busiest hour and %d in the calmest, want about three times as many", busy, calm)
	}
}

func TestLiveBeginsAtOnceAndShowsAnIncidentWithinAMinute(t *testing.T) {
	g := NewGenerator(3, until)
	records := take(2000, g.Live(until, 20))
	if wait := records[0].Time.Sub(until); wait > time.Second {
		t.Errorf("got the first record after %v, want it within a second", wait)
	}
	lost := slices.IndexFunc(records, func(r Record) bool {
		return r.Event != nil && r.Event.EventType == "omninode.database.connection.lost.v1"
	})
	if lost < 0 || records[lost].Time.Sub(until) > time.Minute+time.Second {
		t.Errorf("got no incident within a minute (record %d)", lost)
	}
}

func TestProducersMisbehaveAsOftenAsPromised(t *testing.T) {
	records := threeDays()
	seen := map[string]bool{}
	var duplicates, late float64
	spoiled := map[string]int{}
	for _, r := range records {
		switch {
		case r.Event == nil:
			spoiled[r.Spoiled]++
			continue
		case r.Event.EventID != "" && seen[r.Event.EventID]:
			duplicates++
		case r.Time.Sub(r.Event.Timestamp) >= 30*time.Second:
			late++
		}
		seen[r.Event.EventID] = true
	}
	var bad float64
	for _, n := range spoiled {
		bad += float64(n)
	}
	total := float64(len(records))
	for _, c := range []struct {
		what      string
		got, want float64
	}{{"duplicates", duplicates / total, duplicateShare}, {"late", late / total, lateShare}, {"spoiled", bad / total, spoiledShare}} {
		if c.got < c.want/2 || c.got > c.want*2 {
			t.Errorf("%s: got a share of %.4f, want %.4f", c.what, c.got, c.want)
		}
	}
	if len(spoiled) != len(spoils) {
		t.Errorf("got %d kinds of spoiled records, want all %d: %v", len(spoiled), len(spoils), spoiled)
	}
}

func TestIDsAreUUIDsOfVersion7MadeFromTheTimestamp(t *testing.T) {
	for _, r := range readable(history(2, 2000)) {
		if r.Event.EventID == "" {
			continue
		}
		if got := uuidTime(t, r.Event.EventID); got != r.Event.Timestamp.UnixMilli() {
			t.Fatalf("%s: got %d, want %d", r.Event.EventID, got, r.Event.Timestamp.UnixMilli())
		}
	}
}
