package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// shelf is a history with a little latency.
type shelf struct {
	mu     sync.Mutex
	events []*event.Event
	floor  event.Position
}

func (s *shelf) read(f func()) error {
	time.Sleep(3 * time.Millisecond) // of the bubble's clock
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	return nil
}

func (s *shelf) Head(context.Context) (h event.Head, err error) {
	return h, s.read(func() { h = event.Head{Last: event.Position(len(s.events)), Floor: s.floor, Epoch: "e1"} })
}

func (s *shelf) Window(_ context.Context, f filter.Filter, after, through event.Position) (w hub.Window, err error) {
	err = s.read(func() {
		for w.Through = after; w.Through < through && len(w.Events) < 50; w.Through++ {
			if e := s.events[w.Through]; f.Match(e) {
				w.Events = append(w.Events, e)
			}
		}
	})
	return w, err
}

func (s *shelf) Latest(_ context.Context, f filter.Filter, n int, through event.Position) (found []*event.Event, err error) {
	err = s.read(func() {
		for p := through; p > 0 && len(found) < n; p-- {
			if e := s.events[p-1]; f.Match(e) {
				found = append(found, e)
			}
		}
		slices.Reverse(found)
	})
	return found, err
}

func (s *shelf) PositionAt(context.Context, time.Time) (event.Position, error) { return 0, nil }

// pipes is a listener whose conns are pipes, so that a server runs in a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func newPipes() *pipes {
	closed := make(chan struct{})
	return &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wire is a listener and the way to it.
type wire interface {
	net.Listener
	dial(ctx context.Context, network, address string) (net.Conn, error)
}

// sockets are real conns, whose clients have small buffers.
type sockets struct{ net.Listener }

func (s sockets) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", s.Addr().String())
	if err != nil {
		return nil, err
	}
	return c, c.(*net.TCPConn).SetReadBuffer(128 << 10)
}

// streamBench is a stream with its hub, and a way in.
type streamBench struct {
	t       *testing.T
	history *shelf
	hub     *hub.Hub
	auth    auth.Authenticator // of every conn
	streams *streams
	wire    wire
	dialed  []*websocket.Conn
	closers []io.Closer
	who     auth.Principal // of every conn
}

// inBubble runs f with a stream that serves; everything is joined at the end.
func inBubble(t *testing.T, c StreamConfig, f func(*streamBench)) {
	t.Helper()
	inBubbleOf(t, nil, c, f)
}

// inBubbleOf does so with conns that authenticate; nil makes everybody whom the
// bench says.
func inBubbleOf(t *testing.T, a auth.Authenticator, c StreamConfig, f func(*streamBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { serveStream(t, newPipes(), a, c, f) })
}

// overSockets does so with real conns, and a real clock.
func overSockets(t *testing.T, c StreamConfig, f func(*streamBench)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveStream(t, sockets{l}, nil, c, f)
}

func serveStream(t *testing.T, w wire, a auth.Authenticator, c StreamConfig, f func(*streamBench)) {
	b := &streamBench{t: t, history: &shelf{}, wire: w, who: auth.Everybody}
	if b.auth = a; a == nil {
		b.auth = b
	}
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	if b.hub, err = hub.New(ctx, hub.Config{History: b.history, TailBytes: 50_000, FrameBytes: 50_000, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	b.streams = newStreams(c, b.auth, b.hub, "r1", "test", slog.New(slog.DiscardHandler))
	server := &http.Server{Handler: b.handler()}
	var joined sync.WaitGroup
	joined.Go(func() { _ = b.hub.Run(ctx) })
	joined.Go(func() { _ = b.hub.Follow(ctx) })
	joined.Go(func() { _ = server.Serve(w) })
	f(b)
	for _, ws := range b.dialed {
		_ = ws.CloseNow()
	}
	for _, c := range b.closers {
		_ = c.Close()
	}
	stopping, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := b.streams.shutdown(stopping); err != nil {
		t.Error("conns did not end:", err)
	}
	cancel()
	_ = server.Close()
	joined.Wait()
}

// Authenticate makes everybody whom b says.
func (b *streamBench) Authenticate(*http.Request) (auth.Principal, error) { return b.who, nil }

// Verify does, too, unless a token says that it is bad, or cannot be checked.
func (b *streamBench) Verify(_ context.Context, token string) (auth.Principal, error) {
	switch token {
	case "bad":
		return auth.Principal{}, &auth.InvalidError{Reason: "the token has expired"}
	case "unknown":
		return auth.Principal{}, auth.ErrIssuerAway
	}
	return b.who, nil
}

// handler is all that the server does with a request for the stream.
func (b *streamBench) handler() http.Handler {
	s := &Server{
		config: Config{RealTime: true, Auth: b.auth}, streams: b.streams,
		logger: slog.New(slog.DiscardHandler), metrics: newHTTPMetrics(prometheus.NewRegistry()),
	}
	return s.around(s.open(s.identified(s.stream)))
}

// store stores and publishes n events of about size bytes.
func (b *streamBench) store(n, size int) {
	events := make([]*event.Event, n)
	for i := range events {
		events[i] = &event.Event{EventType: "omninode.agent.x.v1", TenantID: "acme", Payload: json.RawMessage(`"` + strings.Repeat("x", size) + `"`)}
	}
	b.publish(events...)
}

// publish stores and publishes events.
func (b *streamBench) publish(events ...*event.Event) {
	b.history.mu.Lock()
	first := event.Position(len(b.history.events) + 1)
	for i, e := range events {
		e.Position = first + event.Position(i)
	}
	b.history.events = append(b.history.events, events...)
	b.history.mu.Unlock()
	b.hub.Publish(event.Appended{First: first, Last: first + event.Position(len(events)) - 1, Events: events})
}

func (b *streamBench) dial(query string) *websocket.Conn {
	b.t.Helper()
	return b.dialWith(query, nil)
}

// dialAs connects with a token for a principal.
func (b *streamBench) dialAs(query string, p auth.Principal) *websocket.Conn {
	b.t.Helper()
	return b.dialWith(query, http.Header{"Authorization": {"Bearer " + tokenFor(b.t, p)}})
}

func (b *streamBench) dialWith(query string, header http.Header) *websocket.Conn {
	b.t.Helper()
	ws, _, err := websocket.Dial(context.Background(), "ws://eventfeed/stream?"+query, &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: b.wire.dial}},
		HTTPHeader:   header,
		Subprotocols: []string{"eventfeed.v1"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	ws.SetReadLimit(8 << 20)
	b.dialed = append(b.dialed, ws)
	return ws
}

// said is what tests understand of a frame.
type said struct {
	Type, ID, Code, Message, Reason string
	Prev, Position                  event.Position
	Events                          []struct{ Position event.Position }
	After                           int64 `json:"reconnect_after_ms"`
	In                              int64 `json:"in_ms"`
}

func next(t *testing.T, ws *websocket.Conn) said {
	t.Helper()
	_, data, err := ws.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkFrame(t, data)
	var m said
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatalf("frame %s: %v", data, err)
	}
	return m
}

// until reads frames until one of the type comes.
func until(t *testing.T, ws *websocket.Conn, typ string) said {
	t.Helper()
	for {
		if m := next(t, ws); m.Type == typ {
			return m
		}
	}
}

func say(t *testing.T, ws *websocket.Conn, format string, args ...any) {
	t.Helper()
	if err := ws.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		t.Fatal(err)
	}
}

func TestStreamGivesHistoryThenLiveInOrder(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(200, 500) // more than the tail holds
		time.Sleep(time.Second)
		ws := b.dial("position=10&tenant_ids=acme")
		if m := next(t, ws); m.Type != "hello" {
			t.Fatalf("got %s first, want hello", m.Type)
		}
		if m := next(t, ws); m.Type != "subscribed" || m.ID != "default" || m.Position != 10 {
			t.Fatalf("got %+v, want subscribed at 10", m)
		}
		b.store(5, 10)
		for p := event.Position(10); p < 205; {
			m := next(t, ws)
			if m.Type == "events" && m.Prev > p {
				t.Fatalf("got a frame behind %d, have %d", m.Prev, p)
			}
			for _, e := range m.Events {
				if p++; e.Position != p {
					t.Fatalf("got event %d, want %d", e.Position, p)
				}
			}
		}
	})
}

func TestSlowReaderIsNeitherCutOffNorRobbed(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws := b.dial("from=now")
		until(t, ws, "caught_up")
		// The peer pings and does not read: a pong that waited behind data
		// would let the library close the conn after 5 s.
		for range 20 {
			b.store(100, 1000)
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			_ = ws.Ping(ctx) // nobody reads the pong
			cancel()
			time.Sleep(time.Second)
		}
		for p := event.Position(0); p < 2000; {
			m := next(t, ws)
			for _, e := range m.Events {
				if p++; e.Position != p {
					t.Fatalf("got event %d, want %d", e.Position, p)
				}
			}
		}
	})
}

func TestStalledPeerIsClosed(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws := b.dial("from=now")
		until(t, ws, "caught_up")
		b.store(10, 1000)
		time.Sleep(100 * time.Second)
		if n := b.hub.Status().Conns; n != 0 {
			t.Errorf("got %d conns after 100 s without a byte, want 0", n)
		}
	})
}

func TestBadMessagesGetErrorsAndThenTheEnd(t *testing.T) {
	inBubble(t, StreamConfig{Faults: 3}, func(b *streamBench) {
		ws := b.dial("")
		until(t, ws, "hello")
		for _, bad := range []struct{ message, code string }{
			{`{"type":"subscribe","id":"a","filter":{"tenant":["x"]}}`, "bad_filter"},
			{`not json`, "bad_message"},
			{`{"type":"dance"}`, "bad_message"},
			{`{"type":"subscribe","id":"a","from":{"last":0}}`, "bad_message"},
		} {
			say(t, ws, "%s", bad.message)
			if bad.message == `not json` {
				say(t, ws, `{"type":"ping"}`) // a good one starts the count anew
			}
			if m := until(t, ws, "error"); m.Code != bad.code || m.Message == "" {
				t.Errorf("%s: got error %+v, want %s", bad.message, m, bad.code)
			}
		}
		say(t, ws, `{}`)
		say(t, ws, `{}`)
		for {
			if _, _, err := ws.Read(context.Background()); err != nil {
				if got := websocket.CloseStatus(err); got != closeBadMessage {
					t.Errorf("got close %d (%v), want %d", got, err, closeBadMessage)
				}
				return
			}
		}
	})
}

func TestFloodOfMessagesEndsTheConn(t *testing.T) {
	inBubble(t, StreamConfig{Messages: 5}, func(b *streamBench) {
		ws := b.dial("")
		for range 6 {
			say(t, ws, `{"type":"ping"}`)
		}
		for {
			if _, _, err := ws.Read(context.Background()); err != nil {
				if got := websocket.CloseStatus(err); got != closeProtocol {
					t.Errorf("got close %d (%v), want %d", got, err, closeProtocol)
				}
				return
			}
		}
	})
}

// A peer that goes on after the close frame is heard for a second, not for the
// five that the library would wait for its answer.
func TestWhoGoesOnFloodingIsCutOff(t *testing.T) {
	inBubble(t, StreamConfig{Messages: 5}, func(b *streamBench) {
		c, err := b.wire.dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		b.closers = append(b.closers, c)
		go func() { _, _ = io.Copy(io.Discard, c) }() // never answers
		_, err = io.WriteString(c, "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		begun := time.Now()
		for err == nil {
			time.Sleep(10 * time.Millisecond) // of the bubble's clock
			_, err = io.WriteString(c, "\x81\x8f\x00\x00\x00\x00"+`{"type":"ping"}`)
		}
		if took := time.Since(begun); took < faultTime || took > faultTime+time.Second {
			t.Errorf("cut off after %v (%v), want %v", took, err, faultTime)
		}
	})
}

func TestDrainSaysGoodbyeAndCloses(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws := b.dial("from=now")
		until(t, ws, "caught_up")
		go func() { _ = b.streams.shutdown(context.Background()) }()
		if m := until(t, ws, "goodbye"); m.Reason != "draining" || m.After < 0 || m.After > 5000 {
			t.Errorf("got %+v, want draining within 5 s", m)
		}
		_, _, err := ws.Read(context.Background())
		if got := websocket.CloseStatus(err); got != closeDraining {
			t.Errorf("got close %d (%v), want %d", got, err, closeDraining)
		}
	})
}

func TestManySubscriptionsOnOneConn(t *testing.T) {
	inBubble(t, StreamConfig{Subscriptions: 2}, func(b *streamBench) {
		b.store(3, 10)
		ws := b.dial("")
		say(t, ws, `{"type":"subscribe","id":"a","filter":{"tenant_ids":["acme"]},"from":{"last":2}}`)
		if m := until(t, ws, "caught_up"); m.ID != "a" || m.Position != 3 {
			t.Errorf("got %+v, want a caught up at 3", m)
		}
		say(t, ws, `{"type":"subscribe","id":"b","filter":{"tenant_ids":["acme","acme"]}}`)
		if m := until(t, ws, "error"); m.Code != "duplicate" || m.ID != "b" {
			t.Errorf("got %+v, want duplicate for b", m)
		}
		say(t, ws, `{"type":"subscribe","id":"b","filter":{"tenant_ids":["beta"]}}`)
		until(t, ws, "caught_up")
		say(t, ws, `{"type":"subscribe","id":"c"}`)
		if m := until(t, ws, "error"); m.Code != "too_many_subscriptions" {
			t.Errorf("got %+v, want too_many_subscriptions", m)
		}
		b.store(1, 10)
		if m := until(t, ws, "events"); m.Prev > 3 || len(m.Events) != 1 {
			t.Errorf("got %+v, want event 4", m)
		}
		if m := until(t, ws, "progress"); m.Position != 4 {
			t.Errorf("got progress %d, want 4: b has heard nothing", m.Position)
		}
		say(t, ws, `{"type":"unsubscribe","id":"a"}`)
		until(t, ws, "unsubscribed")
		say(t, ws, `{"type":"subscribe","id":"b","filter":{}}`)
		b.store(1, 10)
		if m := until(t, ws, "subscribed"); m.ID != "b" || m.Position < 4 {
			t.Errorf("got %+v, want b to go on from its position", m)
		}
		if m := until(t, ws, "events"); m.Events[0].Position != 5 {
			t.Errorf("got event %d, want 5", m.Events[0].Position)
		}
	})
}
