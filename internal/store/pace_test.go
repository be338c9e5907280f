package store

import (
	"testing"
	"time"
)

func TestThePaceIsThatOfTheLastMinute(t *testing.T) {
	var p pace
	if got := p.at(origin); got != (Pace{}) {
		t.Errorf("before the first append: got %+v, want nothing", got)
	}
	at := func(s int) time.Time { return origin.Add(time.Duration(s) * time.Second) }
	p.add(at(0), 2*time.Millisecond, 10)
	p.add(at(0), 4*time.Millisecond, 20)
	p.add(at(59), 9*time.Millisecond, 5)
	for second, want := range map[int]Pace{
		59:  {3, 35, 5 * time.Millisecond, 9 * time.Millisecond, at(59)},
		60:  {1, 5, 9 * time.Millisecond, 9 * time.Millisecond, at(59)},
		119: {Last: at(59)},
	} {
		if got := p.at(at(second)); got != want {
			t.Errorf("after %d s: got %+v, want %+v", second, got, want)
		}
	}
	p.add(at(60), time.Millisecond, 1)
	if got, want := p.at(at(60)), (Pace{2, 6, 5 * time.Millisecond, 9 * time.Millisecond, at(60)}); got != want {
		t.Errorf("with a slot that is used again: got %+v, want %+v", got, want)
	}
}
