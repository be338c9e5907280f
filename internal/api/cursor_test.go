package api

import (
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/store"
)

func takeBack(cursor, others string) *store.Key {
	p := &parameters{values: url.Values{"cursor": {cursor}}}
	return p.cursor(others)
}

func TestACursorKeepsItsPlace(t *testing.T) {
	for _, k := range []store.Key{
		{Timestamp: day, Position: 1}, {Position: math.MaxInt64}, {},
		{Timestamp: time.UnixMicro(math.MaxInt64).UTC()}, {Timestamp: time.UnixMicro(math.MinInt64).UTC(), Position: -1},
	} {
		if got := takeBack(*cursorOf(&k, "x"), "x"); got == nil || !got.Timestamp.Equal(k.Timestamp) || got.Position != k.Position {
			t.Errorf("got %v, want %v", got, k)
		}
	}
}

func TestACursorThatWasChangedIsRefused(t *testing.T) {
	c := *cursorOf(&store.Key{Timestamp: day, Position: 18234}, "x")
	if takeBack(c, "y") != nil {
		t.Error("a cursor of other parameters is taken")
	}
	for i := range c {
		for _, other := range []byte("A9_-=\n") {
			changed := c[:i] + string(other) + c[i+1:]
			if changed != c && takeBack(changed, "x") != nil {
				t.Errorf("%s is taken for %s", changed, c)
			}
		}
		if takeBack(c[:i], "x") != nil || takeBack(c+c[:i+1], "x") != nil {
			t.Errorf("a cursor of another length is taken")
		}
	}
}
