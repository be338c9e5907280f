package api

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// framesDir has one file for each frame, byte by byte as the server says it.
// The tests of every client read them, too.
const framesDir = "../../docs/testdata/frames"

// frameFiles are the frames of a scenario by the name of their files.
type frameFiles map[string][]byte

// take reads frames until one of the type comes, and keeps it.
func (f frameFiles) take(t *testing.T, ws *websocket.Conn, typ, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // of the bubble's
	defer cancel()
	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if typeOf(data) == typ {
			f[name] = data
			return
		}
	}
}

var typeOfFrame = regexp.MustCompile(`^\{"type":"([a-z_]+)"`)

func typeOf(frame []byte) string {
	if m := typeOfFrame.FindSubmatch(frame); m != nil {
		return string(m[1])
	}
	return ""
}

// atRandom is what a frame says otherwise each time.
var atRandom = regexp.MustCompile(`("reconnect_after_ms":)\d+`)

func goldenFrame(t *testing.T, name string, got []byte) {
	t.Helper()
	got = append(atRandom.ReplaceAll(got, []byte(`${1}2300`)), '\n')
	path := filepath.Join(framesDir, name+".json")
	if *update {
		if err := errors.Join(os.MkdirAll(framesDir, 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// everyFrame drives conns until they have heard each frame that there is.
func everyFrame(t *testing.T, use func(frameFiles)) {
	inBubble(t, StreamConfig{Subscriptions: 2}, func(b *streamBench) {
		f := frameFiles{}
		b.who = auth.Principal{Subject: "s", Tenants: []string{"acme", "beta"}}
		for i := range 3 {
			b.publish(framedEvent(i))
		}
		time.Sleep(2 * time.Second) // the hub has seen the head
		ws := b.dial("")
		f.take(t, ws, "hello", "hello")
		f.subscriptions(t, b, ws)
		f.outage(t, b, ws)
		f.faults(t, ws)
		f.tokens(t, b)
		f.lag(t, b)
		f.resets(t, b)
		go func() { _ = b.streams.shutdown(context.Background()) }()
		f.take(t, ws, "goodbye", "goodbye")
		use(f)
	})
}

func framedEvent(i int) *event.Event {
	e := newEvent(i, nil)
	e.StoredAt = e.ProcessedAt.Add(4 * time.Millisecond)
	e.Offset = 48213 + int64(i)
	return e
}

func (f frameFiles) subscriptions(t *testing.T, b *streamBench, ws *websocket.Conn) {
	say(t, ws, `{"type":"subscribe","id":"a","filter":{"event_types":["*.completed.v1"],"tenant_ids":["acme"]},"from":{"position":1,"epoch":"e1"}}`)
	f.take(t, ws, "subscribed", "subscribed")
	f.take(t, ws, "events", "events_catch_up")
	f.take(t, ws, "caught_up", "caught_up")
	b.publish(framedEvent(3))
	f.take(t, ws, "events", "events_live")
	b.publish(newEvent(4, func(e *event.Event) { e.TenantID = "beta" }))
	f.take(t, ws, "progress", "progress")
	say(t, ws, `{"type":"ping"}`)
	f.take(t, ws, "pong", "pong")
}

// outage has the store away, and an event that comes meanwhile.
func (f frameFiles) outage(t *testing.T, b *streamBench, ws *websocket.Conn) {
	b.hub.Tell(hub.Services{Store: "away", Kafka: "ok", Relay: "ok"})
	f.take(t, ws, "status", "status")
	e := framedEvent(6)
	e.Position, e.StoredAt = 0, time.Time{}
	b.hub.Preview([]*event.Event{e})
	f.take(t, ws, "preview", "preview")
}

func (f frameFiles) faults(t *testing.T, ws *websocket.Conn) {
	for _, fault := range []struct{ message, name string }{
		{`{"type":"dance","id":"d"}`, "error_bad_message"},
		{`{"type":"subscribe","id":"b","filter":{"outcomes":["done"]}}`, "error_bad_filter"},
		{`{"type":"subscribe","id":"b","filter":{"where":"payload.duration_ms > 1000 AND payload.x >"}}`, "error_bad_where"},
		{`{"type":"subscribe","id":"b","filter":{"tenant_ids":["gamma"]}}`, "error_forbidden"},
		{`{"type":"subscribe","id":"b","filter":{"where":"source = a OR tenant_id = gamma"}}`, "error_forbidden"},
		{`{"type":"subscribe","id":"b","filter":{"event_types":["*.completed.v1"],"tenant_ids":["acme"]}}`, "error_duplicate"},
		{`{"type":"unsubscribe","id":"b"}`, "error_unknown_subscription"},
	} {
		say(t, ws, "%s", fault.message)
		f.take(t, ws, "error", fault.name)
	}
	say(t, ws, `{"type":"subscribe","id":"b"}`)
	say(t, ws, `{"type":"subscribe","id":"c","filter":{"tenant_ids":["beta"]}}`)
	f.take(t, ws, "error", "error_too_many_subscriptions")
	say(t, ws, `{"type":"unsubscribe","id":"b"}`)
	f.take(t, ws, "unsubscribed", "unsubscribed")
}

// tokens has a conn whose token expires in a minute.
func (f frameFiles) tokens(t *testing.T, b *streamBench) {
	before := b.who
	b.who.Expires = time.Now().Add(time.Minute)
	ws := b.dial("")
	f.take(t, ws, "token_expires", "token_expires")
	for token, name := range map[string]string{"bad": "error_bad_token", "unknown": "error_unavailable"} {
		say(t, ws, `{"type":"token","token":"%s"}`, token)
		f.take(t, ws, "error", name)
	}
	_ = ws.CloseNow()
	b.who = before
}

// lag has a conn read nothing until its feed has dropped what it was to read.
func (f frameFiles) lag(t *testing.T, b *streamBench) {
	slow := b.dial("from=now")
	until(t, slow, "caught_up")
	b.store(1, 10)
	synctest.Wait() // it is being written
	b.store(100, 1000)
	synctest.Wait()
	f.take(t, slow, "lagging", "lagging")
	_ = slow.CloseNow()
}

func (f frameFiles) resets(t *testing.T, b *streamBench) {
	time.Sleep(500 * time.Millisecond) // between two looks at the head, of which one may be half done
	b.history.mu.Lock()
	b.history.floor = 40
	b.history.mu.Unlock()
	time.Sleep(2 * time.Second)
	for reason, start := range map[string]string{"retention": "position=2&epoch=e1", "epoch": "position=2&epoch=e0"} {
		ws := b.dial(start)
		f.take(t, ws, "reset", "reset_"+reason)
		_ = ws.CloseNow()
	}
}

func TestFramesAreThoseOfTheGoldenFiles(t *testing.T) {
	everyFrame(t, func(f frameFiles) {
		for name, frame := range f {
			goldenFrame(t, name, frame)
		}
		files, err := filepath.Glob(framesDir + "/*.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if name := filepath.Base(file); f[name[:len(name)-len(".json")]] == nil {
				t.Errorf("%s is no frame that the server says", file)
			}
		}
	})
}
