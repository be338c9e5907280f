package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestMatchInMemoryAndConditionInSQLSelectTheSame(t *testing.T) {
	h := randomHistory(t, 7, 800)
	odd := rapid.StringOfN(rapid.RuneFrom([]rune(`ab*%_\.é日`)), 1, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t)
		if rapid.Bool().Draw(t, "odd") {
			f = filter.Filter{Topics: rapid.SliceOfN(odd, 0, 3).Draw(t, "topics"), EventTypes: rapid.SliceOfN(odd, 0, 3).Draw(t, "types")}.Canonical()
		}
		condition, args := f.Condition(1)
		got, _, err := wholeEvent.query(t.Context(), h.read, pageBytes, "WHERE "+condition+" ORDER BY id", args...)
		if err != nil {
			t.Fatal(err)
		}
		got = got[countBelow(got, h.floor):]
		if diff := cmp.Diff(positions(h.matching(f)), positions(got)); diff != "" {
			t.Fatalf("%s: (-Match +Condition) %s", f.Key(), diff)
		}
	})
}

func countBelow(events []*event.Event, floor event.Position) int {
	n := 0
	for n < len(events) && events[n].Position <= floor {
		n++
	}
	return n
}
