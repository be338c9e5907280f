package api

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

const (
	// warnBefore is how long before its token expires a client is told.
	warnBefore = time.Minute
	// warnAgain is the least time from one token to the warning of its end.
	warnAgain = 5 * time.Second
	// lastWords is how long the frame that is being written when the token
	// ends may take, and then the farewell.
	lastWords = 5 * time.Second
	// renewTime bounds how long a conn waits for a token to be verified.
	renewTime = 5 * time.Second

	tokenExpired = "the token has expired"
)

// expiry watches over the token of one conn. The conn lives as long as the
// token would open another one: until auth.Skew after it expires. Ends of
// tokens do not wait for a slow writer: what has not been written lastWords
// after that is cut off. Where nobody is asked for a token there is nothing to
// watch.
type expiry struct {
	over  atomic.Bool    // the token is no longer taken
	warn  func(in int64) // milliseconds until it expires
	nudge func()         // tells who writes that it is over
	cut   func()         // ends the conn at once

	mu      sync.Mutex
	expires time.Time
	ended   bool // over, or stopped
	warning *time.Timer
	end     *time.Timer
}

// newExpiry begins to watch over a principal's token; the caller calls stop.
func newExpiry(who auth.Principal, warn func(in int64), nudge, cut func()) *expiry {
	e := &expiry{warn: warn, nudge: nudge, cut: cut}
	if who.Expires.IsZero() {
		return e
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expires = who.Expires
	e.warning = time.AfterFunc(time.Until(who.Expires)-warnBefore, e.tell)
	e.end = time.AfterFunc(time.Until(who.Ends()), e.finish)
	return e
}

func (e *expiry) tell() {
	e.mu.Lock()
	in, ended := time.Until(e.expires), e.ended
	e.mu.Unlock()
	if !ended {
		e.warn(max(0, in.Milliseconds()))
	}
}

func (e *expiry) finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || time.Now().Before(e.expires.Add(auth.Skew)) { // renewed in the last moment
		return
	}
	e.ended = true
	e.over.Store(true)
	e.nudge()
	e.end = time.AfterFunc(lastWords, e.cut)
}

// renew goes on with a token of the same principal that expires at another
// time, unless it is too late. Of a short one the client is warned when half of
// its time is over: if that came at once, a client whose tokens are all shorter
// than warnBefore would fetch one after the other without a pause.
func (e *expiry) renew(who auth.Principal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || e.end == nil {
		return
	}
	e.expires = who.Expires
	left := time.Until(who.Expires)
	e.warning.Reset(max(left-warnBefore, left/2, warnAgain))
	e.end.Reset(time.Until(who.Ends()))
}

// stop ends the watch with the conn.
func (e *expiry) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	if e.end != nil {
		e.warning.Stop()
		e.end.Stop()
	}
}

// renew takes a new token of the same principal. One that is not valid leaves
// the conn with the token that it has. One of another subject ends it: whoever
// sends it is not who was let in. One of the same subject who may see other
// tenants ends it, too, with the code that makes clients come again with a
// fresh token: what the subscriptions are restricted to is what hello and
// subscribed have said, for as long as the conn lives.
func (c *conn) renew(ctx context.Context, token string) error {
	if token == "" {
		return c.fault("", "bad_message", "token must be a text that is not empty")
	}
	ctx, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	who, err := c.streams.auth.Verify(ctx, token)
	var invalid *auth.InvalidError
	switch {
	case errors.As(err, &invalid):
		return c.fault("", "bad_token", err.Error())
	case errors.Is(err, auth.ErrIssuerAway):
		c.client.Reply(hub.Error("", "unavailable", err.Error()))
		return nil
	case err != nil:
		return err
	case who.Subject != c.who.Subject:
		return closing{code: closeForbidden, reason: "the token is of another subject"}
	case !c.who.SeesTheSameAs(who):
		return closing{code: closeTokenExpired, reason: "the token is for other tenants: connect with it"}
	}
	c.faults = 0
	c.peer.expiry.renew(who)
	return nil
}
