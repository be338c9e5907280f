package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// listener is a client of server-sent events, as a browser is one.
type listener struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Reader
	id    string // of the last message that had one
	retry string
}

// listen opens an event stream that goes on behind an id; "" is none.
func (b *streamBench) listen(query, lastID string) *listener {
	b.t.Helper()
	l := b.listenWith(query, http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {lastID}})
	l.id = lastID
	return l
}

func (b *streamBench) listenWith(query string, header http.Header) *listener {
	b.t.Helper()
	resp := b.request(query, header)
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("got %s, want 200", resp.Status)
	}
	return &listener{t: b.t, resp: resp, lines: bufio.NewReaderSize(resp.Body, 64)}
}

func (b *streamBench) request(query string, header http.Header) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), "GET", "http://eventfeed/stream?"+query, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = header
	transport := &http.Transport{DialContext: b.wire.dial, DisableKeepAlives: true, ReadBufferSize: 64}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.closers = append(b.closers, resp.Body)
	return resp
}

// next gives the next message; a comment is one without data. The error is
// that the stream has ended.
func (l *listener) next() (data string, err error) {
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "":
			return data, nil
		case "id":
			l.id = value
		case "retry":
			l.retry = value
		case "data":
			data = value
		case ":":
		default:
			l.t.Fatalf("got the line %q", line)
		}
	}
}

// until gives the next frame of a type.
func (l *listener) until(typ string) (m said) {
	l.t.Helper()
	for m.Type != typ {
		data, err := l.next()
		if err != nil {
			l.t.Fatalf("no %s: %v", typ, err)
		}
		m = said{}
		if data == "" {
			continue
		}
		checkFrame(l.t, []byte(data))
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			l.t.Fatalf("message %q: %v", data, err)
		}
	}
	return m
}

func TestAnEventStreamSaysTheFramesOfAWebSocketAndAnIDToGoOnFrom(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(5, 10)
		time.Sleep(2 * time.Second)
		l := b.listen("position=2&event_types=*.x.v1", "")
		for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
			if got := l.resp.Header.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if l.resp.Header.Get("X-Request-Id") == "" {
			t.Error("got no request id")
		}
		l.until("hello")
		for _, want := range []struct{ typ, id string }{{"subscribed", "e1:2"}, {"events", "e1:5"}, {"caught_up", "e1:5"}} {
			if l.until(want.typ); l.id != want.id {
				t.Errorf("%s: got id %q, want %q", want.typ, l.id, want.id)
			}
		}
		b.store(1, 10)
		if m := l.until("events"); m.Prev != 5 || m.Events[0].Position != 6 || l.id != "e1:6" {
			t.Errorf("live: got %+v with id %q, want event 6", m, l.id)
		}
		b.publish(&event.Event{EventType: "omninode.agent.y.v1", TenantID: "acme"})
		if l.until("progress"); l.id != "e1:7" {
			t.Errorf("progress: got id %q, want e1:7", l.id)
		}
	})
}

func TestAnEventStreamAndAWebSocketShareAFeed(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws, l := b.dial("tenant_ids=acme"), b.listen("tenant_ids=acme", "")
		until(t, ws, "caught_up")
		l.until("caught_up")
		if n := b.hub.Status().Feeds; n != 1 {
			t.Errorf("got %d feeds, want 1", n)
		}
		b.store(3, 100)
		_, want, err := ws.Read(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.next(); err != nil || got != string(want) {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	})
}

func TestAnEventStreamIsAlwaysSubscribed(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		l := b.listen("", "")
		l.until("caught_up")
		b.store(1, 10)
		if m := l.until("events"); m.Events[0].Position != 1 {
			t.Errorf("got %+v, want event 1", m)
		}
	})
}

// Each conn is cut off after a few messages, and the next one goes on from the
// last id, though its URL names another start.
func TestLastEventIDWinsSoThatNothingIsLostOrRepeated(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(300, 500) // more than the tail holds
		var got []event.Position
		for id, conns := "e1:0", 0; len(got) < 400; conns++ {
			l := b.listen("last=7", id)
			for range 3 + conns%4 {
				data, err := l.next()
				if err != nil {
					t.Fatal(err)
				}
				var m said
				if err := json.Unmarshal([]byte("{"+strings.TrimPrefix(data, "{")), &m); err != nil && data != "" {
					t.Fatal(err)
				}
				for _, e := range m.Events {
					got = append(got, e.Position)
				}
			}
			id = l.id
			_ = l.resp.Body.Close()
			if conns < 100 {
				b.store(1, 500)
			}
		}
		for i, p := range got {
			if p != event.Position(i+1) {
				t.Fatalf("got %d as number %d: %v", p, i+1, got)
			}
		}
	})
}

func TestAnEventStreamIsToldOfAResetWithAnIDThatIsGoodAgain(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(5, 10)
		time.Sleep(2 * time.Second)
		l := b.listen("", "other:3")
		if m := l.until("reset"); m.Reason != "epoch" || m.Position != 5 || l.id != "e1:5" {
			t.Errorf("got %+v with id %q, want a reset to 5", m, l.id)
		}
	})
}

func TestAnIDThatIsNotOursIsABadRequest(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		for _, id := range []string{"7", "e1:", ":7", "e1:-1", "e1:x", "e1:7:8"} {
			resp := b.request("", http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {id}})
			var p problem
			if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.Status != http.StatusBadRequest || p.Parameter != "Last-Event-ID" {
				t.Errorf("%s: got %+v, %v, want a 400 for Last-Event-ID", id, p, err)
			}
		}
	})
}

func TestAQuietEventStreamHasACommentEvery15Seconds(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		l := b.listen("", "")
		begun := time.Now()
		for comments := 0; comments < 4; {
			data, err := l.next()
			if err != nil {
				t.Fatal(err)
			}
			if data == "" {
				comments++
				if got, want := time.Since(begun), time.Duration(comments)*15*time.Second; got != want {
					t.Errorf("comment %d after %s, want %s", comments, got, want)
				}
			}
		}
	})
}

func TestDrainSaysGoodbyeToAnEventStreamAndWhenToComeBack(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		l := b.listen("", "")
		l.until("caught_up")
		go func() { _ = b.streams.shutdown(context.Background()) }()
		if m := l.until("goodbye"); m.Reason != "draining" || m.After < 1 || m.After > 5000 || l.retry != fmt.Sprint(m.After) {
			t.Errorf("got %+v and retry %s, want draining within 5 s, and the same", m, l.retry)
		}
		if _, err := l.next(); err != io.EOF {
			t.Errorf("got %v, want the end", err)
		}
	})
}

// A peer that takes a byte now and then is slow; one that takes none is stalled.
func TestASlowEventStreamIsKeptAndAStalledOneIsClosed(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		slow, stalled := b.listen("", ""), b.listen("", "")
		slow.until("caught_up")
		stalled.until("caught_up")
		b.store(50, 2000)
		for range 10 {
			time.Sleep(50 * time.Second)
			if _, err := io.ReadFull(slow.lines, make([]byte, 100)); err != nil {
				t.Fatal("slow:", err)
			}
		}
		synctest.Wait()
		if n := b.hub.Status().Conns; n != 1 {
			t.Errorf("got %d conns, want the slow one alone", n)
		}
		if _, err := slow.lines.ReadString('\n'); err != nil { // the rest of a line
			t.Fatal(err)
		}
		slow.id = ""
		b.store(1, 10)
		var got []event.Position
		for len(got) == 0 || got[len(got)-1] != 51 {
			for _, e := range slow.until("events").Events {
				got = append(got, e.Position)
			}
		}
		if !slices.IsSorted(got) || len(slices.Compact(got)) != len(got) {
			t.Errorf("got %v, want each once and in order", got)
		}
	})
}

func TestAnEventStreamEndsWhenItsClientLeaves(t *testing.T) {
	inBubble(t, StreamConfig{Conns: 1}, func(b *streamBench) {
		l := b.listen("", "")
		l.until("caught_up")
		if resp := b.request("", http.Header{"Accept": {"text/event-stream"}}); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("a conn too many: got %s, want 503 with Retry-After", resp.Status)
		}
		_ = l.resp.Body.Close()
		synctest.Wait()
		if n := b.hub.Status().Conns; n != 0 {
			t.Errorf("got %d conns, want 0", n)
		}
		b.listen("", "").until("caught_up")
	})
}

func TestAPayloadOfSeveralLinesStaysInOneMessage(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		l := b.listen("", "")
		l.until("caught_up")
		for _, size := range []int{1, 20_000} {
			text := strings.Repeat("é", size)
			b.publish(&event.Event{EventType: "a", TenantID: "acme", Payload: json.RawMessage("{\r\n\"a\":\n[\"" + text + "\"]}")})
			data, err := l.next()
			for err == nil && !strings.Contains(data, `"events"`) {
				data, err = l.next()
			}
			var m struct {
				Events []struct{ Payload struct{ A []string } }
			}
			if err != nil || json.Unmarshal([]byte(data), &m) != nil || len(m.Events) != 1 || m.Events[0].Payload.A[0] != text {
				t.Errorf("got %.200s, %v", data, err)
			}
		}
	})
}
