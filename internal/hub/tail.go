package hub

import (
	"sync"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// entry is a stored event whose JSON is made once, by whoever needs it first.
// Safe for concurrent use.
type entry struct {
	*event.Event
	once sync.Once
	json []byte
}

// JSON is shared: never change it.
func (e *entry) JSON() []byte {
	e.once.Do(func() { e.json = e.AppendJSON(make([]byte, 0, len(e.Payload)+560)) })
	return e.json
}

// weight is about what an entry takes in memory.
func (e *entry) weight() int { return 2*len(e.Payload) + 1200 }

// tail is the recent events, dense and in order, bounded in bytes. The owner
// locks; slices that it hands out stay as they are for ever, since entries are
// only appended behind them or copied away.
type tail struct {
	limit   int
	bytes   int
	entries []*entry
	dropped int // entries evicted from the array before entries[0]
	last    event.Position
}

// append takes entries that follow last directly.
func (t *tail) append(entries []*entry) {
	t.entries = append(t.entries, entries...)
	for _, e := range entries {
		t.bytes += e.weight()
	}
	t.last = entries[len(entries)-1].Position
	for t.bytes > t.limit && len(t.entries) > 0 {
		t.bytes -= t.entries[0].weight()
		t.entries = t.entries[1:]
		t.dropped++
	}
	if t.dropped > len(t.entries)/4+64 {
		t.entries = append(make([]*entry, 0, len(t.entries)+len(t.entries)/4+64), t.entries...)
		t.dropped = 0
	}
}

// start is the border above which the tail has everything.
func (t *tail) start() event.Position { return t.last - event.Position(len(t.entries)) }

// after gives the entries above p, which is at most last; ok is false if some of them are no longer
// here.
func (t *tail) after(p event.Position) (entries []*entry, ok bool) {
	if p < t.start() {
		return nil, false
	}
	return t.entries[p-t.start():], true
}
