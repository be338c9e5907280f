package ingest

import (
	"sync"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// place is where a partition goes on. It has one owner at a time, who hands it
// on: the seek loop, an inbox, or a fetcher.
type place struct {
	event.Partition
	known       bool  // false: it was never read, next means nothing yet
	next        int64 // all below has been queued or stored
	ahead       int64 // what is fetched next: above next while it is for previews alone
	incarnation int32
	topicID     [16]byte

	outOfRange bool // Kafka has said so of next
	tries      int  // how often fetching has failed in a row
}

// inbox hands places to a goroutine.
type inbox struct {
	ready chan struct{} // holds a token when there is something

	mu     sync.Mutex
	places []*place
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

func (b *inbox) put(places ...*place) {
	if len(places) == 0 {
		return
	}
	b.mu.Lock()
	b.places = append(b.places, places...)
	b.mu.Unlock()
	signal(b.ready)
}

func (b *inbox) take() []*place {
	b.mu.Lock()
	defer b.mu.Unlock()
	places := b.places
	b.places = nil
	return places
}
