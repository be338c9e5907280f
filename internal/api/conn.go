package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// conn is one WebSocket: a reader and a writer, joined in run.
type conn struct {
	streams *streams
	ws      *websocket.Conn
	outlet  *outlet
	who     auth.Principal // but for Expires, which expiry knows
	client  *hub.Client
	peer    *peer

	// Owned by the reader.
	faults int   // since the last good message
	second int64 // that said counts
	said   int
}

// closing is the reason for which we close a conn.
type closing struct {
	code   websocket.StatusCode
	reason string
}

func (c closing) Error() string { return fmt.Sprintf("%d %s", c.code, c.reason) }

// run reads until the conn ends, for whatever reason, and joins the writer.
func (c *conn) run(ctx context.Context, cancel context.CancelCauseFunc) {
	written := make(chan error, 1)
	go func() {
		err := c.writeAll(ctx)
		c.outlet.passThrough(5 * time.Second)
		c.part(err)
		written <- err
	}()
	err := c.readAll(ctx)
	cancel(err)
	c.streams.logger.Debug("conn ended", "read", err, "write", <-written)
	c.client.Close()
}

// part closes the conn, with the code that the reason asks for. A peer that
// takes nothing takes no close frame either.
func (c *conn) part(reason error) {
	var end closing
	if errors.As(reason, &end) && end.code != closeStalled {
		_ = c.ws.Close(end.code, end.reason) // the peer may be gone already
		return
	}
	_ = c.ws.CloseNow()
}

// writeAll writes frames in order, and the library's control frames between
// them.
func (c *conn) writeAll(ctx context.Context) error {
	draining := c.streams.draining
	for ctx.Err() == nil {
		if c.peer.expiry.isOver() {
			return closing{closeTokenExpired, tokenExpired}
		}
		if c.peer.leaving.Load() {
			return c.sayGoodbye("dismissed", dismissPause, closing{closeDismissed, "closed by an admin"})
		}
		if err := c.outlet.writeControl(); err != nil {
			return writeFailed(err)
		}
		if f, ok := c.client.Next(); ok {
			if err := c.outlet.writeFrame(f); err != nil {
				return writeFailed(err)
			}
			continue
		}
		select {
		case <-c.client.Wake():
		case <-c.outlet.wake:
		case <-c.peer.expiry.over:
		case <-ctx.Done():
		case <-c.client.Ended():
			return closing{closeDraining, "start anew"}
		case <-draining:
			return c.sayGoodbye("draining", drainPause(), closing{closeDraining, "draining"})
		}
	}
	return context.Cause(ctx)
}

func writeFailed(err error) error {
	if errors.Is(err, errStalled) {
		return closing{closeStalled, "stalled"}
	}
	return fmt.Errorf("write: %w", err)
}

// drainSpread is how far apart the clients of a draining replica come back.
const drainSpread = 5 * time.Second

func drainPause() time.Duration {
	return time.Duration(1+rand.Int64N(drainSpread.Milliseconds())) * time.Millisecond
}

// sayGoodbye ends the conn with a last frame.
func (c *conn) sayGoodbye(reason string, pause time.Duration, end closing) error {
	if err := c.outlet.writeFrame(hub.Goodbye(reason, pause.Milliseconds())); err != nil {
		return writeFailed(err)
	}
	return end
}

// readAll handles what the client says until the conn ends.
func (c *conn) readAll(ctx context.Context) error {
	for {
		typ, data, err := c.ws.Read(ctx)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if err := c.allow(time.Now()); err != nil {
			return err
		}
		if err := c.handle(ctx, typ, data); err != nil {
			return err
		}
	}
}

// allow counts messages a second.
func (c *conn) allow(now time.Time) error {
	if now.Unix() != c.second {
		c.second, c.said = now.Unix(), 0
	}
	if c.said++; c.said > c.streams.config.Messages {
		return closing{closeProtocol, fmt.Sprintf("more than %d messages a second", c.streams.config.Messages)}
	}
	return nil
}

// handle answers one message; its error ends the conn.
func (c *conn) handle(ctx context.Context, typ websocket.MessageType, data []byte) error {
	var m clientMessage
	if typ != websocket.MessageText {
		return c.fault("", "bad_message", "messages are JSON objects in text frames")
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return c.fault("", "bad_message", "not a JSON object with a type: "+err.Error())
	}
	switch m.Type {
	case "subscribe":
		return c.subscribe(m)
	case "unsubscribe":
		c.faults = 0
		c.client.Unsubscribe(m.ID)
	case "token":
		return c.renew(ctx, m.Token)
	case "ping":
		c.faults = 0
		c.client.Reply(hub.Pong())
	default:
		return c.fault(m.ID, "bad_message", fmt.Sprintf("unknown type %q; the types are subscribe, unsubscribe, token and ping", m.Type))
	}
	return nil
}

func (c *conn) subscribe(m clientMessage) error {
	if m.ID == "" || len(m.ID) > maxIDBytes {
		return c.fault("", "bad_message", fmt.Sprintf("id must be a text of 1 to %d bytes", maxIDBytes))
	}
	f, err := readFilter(c.who, m.Filter)
	if err != nil {
		return c.refuse(m.ID, err)
	}
	from, err := parseFrom(m.From)
	if err != nil {
		return c.fault(m.ID, faultCode(err), err.Error())
	}
	c.faults = 0
	c.client.Subscribe(m.ID, f, from)
	return nil
}

// fault answers a bad message.
func (c *conn) fault(id, code, text string) error { return c.answerFault(hub.Error(id, code, text)) }

// refuse answers a message of which err says what is wrong, and where.
func (c *conn) refuse(id string, err error) error {
	var at *filter.Place
	var bad *filter.Error
	if errors.As(err, &bad) {
		at = bad.At
	}
	return c.answerFault(hub.ErrorAt(id, faultCode(err), err.Error(), at))
}

// answerFault ends the conn of a client that goes on sending bad messages.
func (c *conn) answerFault(f hub.Frame) error {
	if c.faults++; c.faults > c.streams.config.Faults {
		return closing{closeBadMessage, "too many bad messages"}
	}
	c.client.Reply(f)
	return nil
}
