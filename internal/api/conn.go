package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// conn is one WebSocket. One goroutine reads; it is written in turns.
type conn struct {
	streams *streams
	ws      *websocket.Conn
	outlet  *outlet
	who     auth.Principal // but for Expires, which expiry knows
	client  *hub.Client
	peer    *peer
	ctx     context.Context // ends when reading has
	written chan error      // why writing has ended

	place atomic.Int32

	// Owned by the reader.
	faults int   // since the last good message
	second int64 // that said counts
	said   int
}

// closing is the reason for which we close a conn.
type closing struct {
	code    websocket.StatusCode
	reason  string
	goodbye string        // the reason in a last frame before that; none if empty
	pause   time.Duration // that the client is asked to make
}

// fault says whether the peer is to blame, by the ranges of docs/protocol.md.
func (c closing) fault() bool { return c.code/100 == 40 }

// faultTime is how long a peer that is to blame is listened to, until it has
// answered the close frame: it may go on as before, and each of its messages
// costs as much as a good one.
const faultTime = time.Second

func (c closing) Error() string { return fmt.Sprintf("%d %s", c.code, c.reason) }

// run reads until the conn ends, for whatever reason, and joins who writes.
func (c *conn) run(cancel context.CancelCauseFunc) {
	c.again()
	err := c.readAll(c.ctx)
	cancel(err)
	c.nudge()
	c.streams.logger.Debug("conn ended", "read", err, "write", <-c.written)
	c.client.Close()
}

// next gives what is to be written next: frames in order, and the library's
// control frames between them. It is nil if there is nothing now. The error is
// why the conn has to end.
func (c *conn) next() ([]byte, error) {
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	if err := c.peer.over(); err != nil {
		return nil, err
	}
	if p := c.outlet.nextControl(); p != nil {
		return p, nil
	}
	f, ok := c.client.Next()
	if !ok {
		return nil, nil
	}
	return c.outlet.bytesOf(f), nil
}

// end closes the conn, which is busy with its caller for good, with a goodbye
// and the code that the reason asks for.
func (c *conn) end(reason error) {
	var end closing
	if errors.As(reason, &end) && end.goodbye != "" {
		if err := c.outlet.write(c.outlet.bytesOf(end.farewell())); err != nil {
			reason, end = err, closing{}
		}
	}
	c.outlet.passThrough(5 * time.Second)
	if end.code != 0 {
		if end.fault() {
			_ = c.outlet.SetReadDeadline(time.Now().Add(faultTime)) // what fails here fails below
		}
		_ = c.ws.Close(end.code, end.reason) // the peer may be gone already
	} else {
		_ = c.ws.CloseNow()
	}
	c.written <- reason
}

func (c closing) farewell() hub.Frame { return hub.Goodbye(c.goodbye, c.pause.Milliseconds()) }

// drainSpread is how far apart the clients of a draining replica come back.
const drainSpread = 5 * time.Second

func drainPause() time.Duration {
	return time.Duration(1+rand.Int64N(drainSpread.Milliseconds())) * time.Millisecond
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
		return closing{code: closeProtocol, reason: fmt.Sprintf("more than %d messages a second", c.streams.config.Messages)}
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
		return closing{code: closeBadMessage, reason: "too many bad messages"}
	}
	c.client.Reply(f)
	return nil
}
