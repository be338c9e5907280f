package ingest

import "github.com/omninode-ai/eventfeed/internal/event"

// tracked is what is known of a partition that we read.
type tracked struct {
	next      int64 // all below is stored
	end       int64 // of what Kafka has; -1 if not known yet
	committed int64 // what Kafka was told; -1 if nothing
}

func (i *Ingest) track(places []*place) {
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.partitions)
	for _, p := range places {
		i.partitions[p.Partition] = tracked{next: p.next, end: -1, committed: -1}
	}
}

func (i *Ingest) trackEnd(p event.Partition, end int64) {
	i.change(p, func(t *tracked) { t.end = end })
}

func (i *Ingest) trackStored(spans []event.Span) {
	for _, s := range spans {
		i.change(s.Partition, func(t *tracked) { t.next = s.Next })
	}
}

func (i *Ingest) committed(p event.Partition, offset int64) {
	i.change(p, func(t *tracked) { t.committed = offset })
}

// change changes what is known of a partition, if it is still ours.
func (i *Ingest) change(p event.Partition, f func(*tracked)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if t, ok := i.partitions[p]; ok {
		f(&t)
		i.partitions[p] = t
	}
}

// uncommitted gives the offsets that Kafka has not been told.
func (i *Ingest) uncommitted() map[event.Partition]int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	moved := map[event.Partition]int64{}
	for p, t := range i.partitions {
		if t.next > 0 && t.next != t.committed {
			moved[p] = t.next
		}
	}
	return moved
}

// lag counts what Kafka has and we have not stored.
func (t tracked) lag() int64 { return max(0, t.end-t.next) }

func (i *Ingest) lag() (total int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, t := range i.partitions {
		total += t.lag()
	}
	return total
}
