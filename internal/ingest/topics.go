package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	topicsEvery  = 2 * time.Second
	unmatchedMax = 50
)

// topic is one that matches.
type topic struct {
	id      [16]byte // zero where the broker gives none
	leaders []int32  // by partition; -1 where there is none now
}

// topicList is what a look at the brokers has shown. It is never changed.
type topicList struct {
	matched   map[string]topic
	seen      int
	unmatched []string // the first ones by name
	signature string   // of names and numbers of partitions: what membership depends on
}

// topics is the list of topics, read again and again. Asking for metadata
// creates no topic.
type topics struct {
	wire     *wire
	patterns patterns
	changed  chan struct{} // holds a token when the signature has changed

	mu    sync.Mutex
	list  topicList
	first map[string]bool // topics of the first list that was read
}

func newTopics(w *wire, p patterns) *topics {
	return &topics{wire: w, patterns: p, changed: make(chan struct{}, 1)}
}

// refresh reads the list.
func (t *topics) refresh(ctx context.Context) error {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = nil // all
	req.AllowAutoTopicCreation = false
	m, err := t.wire.broker(anyBroker).Request(ctx, req)
	if err != nil {
		return err
	}
	resp := m.(*kmsg.MetadataResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return err
	}
	t.set(t.sort(resp))
	return nil
}

// sort finds the topics that match.
func (t *topics) sort(resp *kmsg.MetadataResponse) topicList {
	l := topicList{matched: map[string]topic{}}
	for _, m := range resp.Topics {
		if m.Topic == nil || m.IsInternal || internalTopic(*m.Topic) {
			continue
		}
		l.seen++
		if !t.patterns.match(*m.Topic) {
			l.unmatched = append(l.unmatched, *m.Topic)
			continue
		}
		if len(m.Partitions) > 0 { // else it is being made, or deleted
			l.matched[*m.Topic] = newTopic(m)
		}
	}
	slices.Sort(l.unmatched)
	l.unmatched = l.unmatched[:min(len(l.unmatched), unmatchedMax)]
	l.signature = signature(l.matched)
	return l
}

func newTopic(m kmsg.MetadataResponseTopic) topic {
	t := topic{id: m.TopicID}
	for _, p := range m.Partitions {
		for int(p.Partition) >= len(t.leaders) {
			t.leaders = append(t.leaders, -1)
		}
		t.leaders[p.Partition] = p.Leader
	}
	return t
}

func signature(matched map[string]topic) string {
	names := make([]string, 0, len(matched))
	for name, t := range matched {
		names = append(names, fmt.Sprintf("%s:%d", name, len(t.leaders)))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (t *topics) set(l topicList) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil {
		t.first = map[string]bool{}
		for name := range l.matched {
			t.first[name] = true
		}
	}
	changed := l.signature != t.list.signature
	t.list = l
	if changed {
		signal(t.changed)
	}
}

func (t *topics) look() topicList {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.list
}

// wasThere says whether a topic was in the first list.
func (t *topics) wasThere(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first[name]
}

// wait gives the list once a topic matches; it is not ok when ctx ends.
func (t *topics) wait(ctx context.Context) (l topicList, ok bool) {
	for {
		if l = t.look(); len(l.matched) > 0 {
			return l, ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return l, false
		case <-t.changed:
		}
	}
}

// signal leaves a token for whoever waits.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
