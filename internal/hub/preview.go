package hub

import "github.com/omninode-ai/eventfeed/internal/event"

// Preview shows events that could not be stored yet to the conns that get them
// live when they are. It takes no part in what is promised: who reads slowly or
// catches up does not see them, they have no position, and none is shown later.
func (h *Hub) Preview(events []*event.Event) {
	matched := map[*feed][]*entry{}
	h.mu.Lock()
	for _, e := range events {
		en := &entry{Event: e}
		h.index.matching(e, func(f *feed) { matched[f] = append(matched[f], en) })
	}
	h.mu.Unlock()
	for f, entries := range matched {
		f.preview(entries)
	}
	h.frames.evict()
}

// preview makes frames of entries that have no position.
func (f *feed) preview(entries []*entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flush()
	for len(entries) > 0 && len(f.live) > 0 {
		var b eventsFrame
		n := 0
		for n < len(entries) && b.add(entries[n]) {
			n++
		}
		f.append(b.preview(f.id), f.last)
		entries = entries[n:]
	}
	f.wakeLive()
}
