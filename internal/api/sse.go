package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

const (
	eventStream  = "text/event-stream"
	lastEventID  = "Last-Event-ID"
	commentEvery = 15 * time.Second
)

// sseSubscription is what an event stream subscribes to: it always does, and
// where a client has been goes before where its URL says that it begins.
func sseSubscription(r *http.Request, sub *urlSubscription) (*urlSubscription, error) {
	if sub == nil {
		sub = &urlSubscription{}
	}
	last := r.Header.Get(lastEventID)
	if last == "" {
		return sub, nil
	}
	epoch, text, _ := strings.Cut(last, ":")
	position, err := strconv.ParseInt(text, 10, 64)
	if err != nil || epoch == "" || position < 0 {
		return nil, &parameterFault{lastEventID, "must be an id that this stream has given, like k3f9:18234"}
	}
	sub.from = hub.From{Start: hub.AtPosition, Position: event.Position(position), Epoch: epoch}
	return sub, nil
}

// sseConn is a conn whose client listens to server-sent events: one message is
// one frame, and its id is what the client has then.
type sseConn struct {
	streams *streams
	outlet  *outlet
	client  *hub.Client
	peer    *peer
	woken   chan struct{} // holds a token when there may be something to write

	// Owned by the writer.
	position event.Position // that the client has
	live     bool           // progress speaks of it
	buf      []byte
}

// serveSSE answers a request that was admitted with the stream. Frames go to
// the conn itself, as those of a WebSocket do, since a ResponseWriter gives up
// for good when its deadline passes in the middle of a slow write.
func (s *streams) serveSSE(w http.ResponseWriter, r *http.Request, who auth.Principal, sub *urlSubscription) {
	var p *peer
	defer func() { s.discharge(who, p) }()
	c := &sseConn{streams: s, woken: make(chan struct{}, 1)}
	h := &hijack{ResponseWriter: w, stall: s.config.Stall, nudge: c.nudge}
	conn, rw, err := h.Hijack()
	if err != nil {
		s.logger.Debug("conn cannot be taken over", "error", err)
		return
	}
	cut := func() { _ = conn.Close() } // it may be closed already
	defer cut()
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	defer cancel(nil)
	c.outlet, c.client = h.outlet, s.connect(ctx, who, sub, c.nudge)
	p = s.newPeer(r, "sse", who, c.client, h.outlet, cut)
	c.peer = p
	c.run(ctx, cancel, rw.Reader, sseHead(w.Header()))
}

func (c *sseConn) nudge() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// sseHead is the beginning of the answer, whose end is the end of the conn.
func sseHead(h http.Header) []byte {
	h.Set("Content-Type", eventStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx passes on what it gets at once
	h.Set("Connection", "close")
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\nDate: " + time.Now().UTC().Format(http.TimeFormat) + "\r\n")
	_ = h.Write(&b) // memory takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

var errSays = errors.New("the client says too much")

// run writes until the conn ends, and joins the reader, who learns that the
// client has gone; there is nothing that it may say.
func (c *sseConn) run(ctx context.Context, cancel context.CancelCauseFunc, in io.Reader, head []byte) {
	read := make(chan error, 1)
	go func() {
		_, err := io.CopyN(io.Discard, in, int64(c.streams.config.MessageBytes))
		if err == nil {
			err = errSays
		}
		cancel(err)
		read <- err
	}()
	err := c.outlet.write(head)
	if err == nil {
		err = c.writeAll(ctx)
	}
	c.peer.cut()
	c.streams.logger.Debug("conn ended", "read", <-read, "write", err)
	c.client.Close()
}

// writeAll writes frames in order, and a comment now and then.
func (c *sseConn) writeAll(ctx context.Context) error {
	tick := time.NewTicker(commentEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := c.peer.over(); err != nil {
			return c.part(err)
		}
		if f, ok := c.client.Next(); ok {
			if err := c.write(f, ""); err != nil {
				return err
			}
			continue
		}
		select {
		case <-tick.C:
			if err := c.outlet.write([]byte(":\n\n")); err != nil {
				return err
			}
		case <-c.woken:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// part says goodbye, if the reason asks for that, and lets a browser come back
// when it should, by itself.
func (c *sseConn) part(reason error) error {
	var end closing
	if errors.As(reason, &end) && end.goodbye != "" {
		if err := c.write(end.farewell(), fmt.Sprintf("retry: %d\n", end.pause.Milliseconds())); err != nil {
			return err
		}
	}
	return reason
}

// maxCopied is the largest frame that is copied to be written at once with the
// lines around it; a conn keeps no more memory than that.
const maxCopied = 16 << 10

func (c *sseConn) write(f hub.Frame, lines string) error {
	text := oneLine(f.JSON())
	b := append(c.buf[:0], lines...)
	if c.moves(f) {
		b = append(append(b, "id: "...), c.client.Epoch()...)
		b = append(strconv.AppendInt(append(b, ':'), int64(c.position), 10), '\n')
	}
	b = append(b, "data: "...)
	if len(text) <= maxCopied {
		b = append(append(b, text...), "\n\n"...)
		c.buf = b
		return c.outlet.write(b)
	}
	for _, part := range [][]byte{b, text, []byte("\n\n")} {
		if err := c.outlet.write(part); err != nil {
			return err
		}
	}
	return nil
}

// oneLine keeps a text that has line feeds between its tokens, as a payload
// may, in one line of the stream.
func oneLine(text []byte) []byte {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, text)
}

// moves notes what the client has with f, and says whether f tells.
func (c *sseConn) moves(f hub.Frame) bool {
	switch f.Type {
	case "events", "subscribed":
	case "caught_up":
		c.live = true
	case "lagging", "reset":
		c.live = false
	case "progress":
		if !c.live || f.Position < c.position {
			return false
		}
	default:
		return false
	}
	c.position = f.Position
	return true
}
