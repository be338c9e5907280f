package hub

import (
	"slices"
	"sync/atomic"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// View is what an operator wants to know of a client.
type View struct {
	Frames        int64 // given to it so far
	Subscriptions []SubscriptionView
}

// SubscriptionView is one subscription of a client.
type SubscriptionView struct {
	ID       string         `json:"id"`
	Feed     uint64         `json:"feed"`
	Filter   filter.Filter  `json:"filter"`
	State    string         `json:"state"`    // starting, catching_up or live
	Position event.Position `json:"position"` // up to which it has been given everything
	Behind   event.Position `json:"behind"`   // how many positions the hub is ahead of that
}

// shown is what others may know of a subscription while its client's writer,
// whom it belongs to, waits for a slow peer.
type shown struct {
	state    atomic.Int32
	position atomic.Int64
}

// stateNames are the states as operators know them, beside the one before a
// subscription has started.
var stateNames = map[state]string{reading: "catching_up", ahead: "starting", catching: "catching_up", live: "live"}

// View may be called from anywhere, and waits for nobody.
func (c *Client) View() View {
	v := View{Frames: c.frames.Load(), Subscriptions: []SubscriptionView{}}
	subs := c.shown.Load()
	if subs == nil {
		return v
	}
	at := c.hub.Position()
	for _, s := range *subs {
		one := SubscriptionView{ID: s.id, Feed: s.feed.id, Filter: s.feed.filter, State: "starting"}
		if p := event.Position(s.shown.position.Load()); p >= 0 {
			one.State, one.Position, one.Behind = stateNames[state(s.shown.state.Load())], p, max(0, at-p)
		}
		v.Subscriptions = append(v.Subscriptions, one)
	}
	return v
}

// showSubs lets others see which subscriptions there are.
func (c *Client) showSubs() {
	c.show()
	subs := slices.Clone(c.subs)
	c.shown.Store(&subs)
}

// show lets others see where the subscriptions are. Storing costs more than
// looking whether there is anything to store.
func (c *Client) show() {
	for _, s := range c.subs {
		p := int64(s.position)
		if !s.started {
			p = -1
		}
		if s.shown.position.Load() != p {
			s.shown.position.Store(p)
		}
		if st := int32(s.state); s.shown.state.Load() != st {
			s.shown.state.Store(st)
		}
	}
}
