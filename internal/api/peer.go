package api

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// peer is what a conn is to others, whichever way it is spoken with.
type peer struct {
	id        string
	transport string         // websocket or sse
	who       auth.Principal // but for Expires, which expiry knows
	expiry    *expiry
	remote    string
	agent     string
	since     time.Time
	client    *hub.Client
	outlet    *outlet
	cut       func()        // ends the conn without a word
	gone      chan struct{} // closed when it has ended

	draining *atomic.Bool // the replica's
	leaving  atomic.Bool  // an admin wants it closed
}

// over is why the conn has to end: a closing, or nil if it has not to.
func (p *peer) over() error {
	switch {
	case p.expiry.over.Load():
		return closing{code: closeTokenExpired, reason: tokenExpired}
	case p.leaving.Load():
		return closing{closeDismissed, "closed by an admin", "dismissed", dismissPause}
	case p.client.Ended():
		return closing{code: closeDraining, reason: "start anew"}
	case p.draining.Load():
		return closing{closeDraining, "draining", "draining", drainPause()}
	}
	return nil
}

// maxAgent bounds what is kept of a user agent.
const maxAgent = 256

// newPeer makes a conn known to the others.
func (s *streams) newPeer(r *http.Request, transport string, who auth.Principal, c *hub.Client, o *outlet, cut func()) *peer {
	agent := r.UserAgent()
	p := &peer{
		id: uuid.NewString(), transport: transport, who: who, remote: noted(r).client, agent: strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], ""),
		since: time.Now(), client: c, outlet: o, cut: cut, gone: make(chan struct{}), draining: &s.draining,
	}
	p.expiry = newExpiry(who, func(in int64) { c.Reply(hub.TokenExpires(in)) }, o.nudge, cut)
	s.mu.Lock()
	s.conns[p] = struct{}{}
	s.mu.Unlock()
	return p
}

// peers are the conns of this moment.
func (s *streams) peers() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*peer, 0, len(s.conns))
	for p := range s.conns {
		all = append(all, p)
	}
	return all
}

func (s *streams) find(id string) *peer {
	for _, p := range s.peers() {
		if p.id == id {
			return p
		}
	}
	return nil
}

const (
	// dismissTime is how long a conn that an admin closes has to take its
	// farewell.
	dismissTime = time.Second
	// dismissPause is when its client may come again.
	dismissPause = 30 * time.Second
)

var (
	errNoClient = &statusError{http.StatusNotFound, "no conn of this replica has this id"}
	errLeaving  = &statusError{http.StatusConflict, "this conn is being closed already"}
)

// dismiss closes a conn and waits until it has gone.
func (s *streams) dismiss(ctx context.Context, id string) error {
	p := s.find(id)
	if p == nil {
		return errNoClient
	}
	if !p.leaving.CompareAndSwap(false, true) {
		return errLeaving
	}
	p.outlet.nudge()
	late := time.AfterFunc(dismissTime, p.cut)
	select {
	case <-p.gone:
		late.Stop()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
