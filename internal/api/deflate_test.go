package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// TestACompressedConnGetsTheSame: what others have, from history and live, and
// it may compress what it says.
func TestACompressedConnGetsTheSame(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(100, 500)
		time.Sleep(time.Second)
		ws, resp, err := websocket.Dial(context.Background(), "ws://eventfeed/stream", &websocket.DialOptions{
			HTTPClient:      &http.Client{Transport: &http.Transport{DialContext: b.wire.dial}},
			CompressionMode: websocket.CompressionNoContextTakeover, CompressionThreshold: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		ws.SetReadLimit(8 << 20)
		b.dialed = append(b.dialed, ws)
		if got := resp.Header.Get("Sec-WebSocket-Extensions"); !strings.Contains(got, "permessage-deflate") || !strings.Contains(got, "server_no_context_takeover") {
			t.Fatalf("got extensions %q, want permessage-deflate without context takeover", got)
		}
		say(t, ws, `{"type":"subscribe","id":"a","from":{"position":0}}`)
		other := b.dial("position=0")
		until(t, other, "caught_up")
		until(t, ws, "subscribed")
		at := event.Position(0)
		for at < 105 {
			m := next(t, ws)
			if m.Type == "caught_up" {
				b.store(5, 5000)
			}
			for _, e := range m.Events {
				if at++; e.Position != at {
					t.Fatalf("got event %d, want %d", e.Position, at)
				}
			}
		}
		if m := until(t, other, "events"); m.Position != 105 {
			t.Errorf("the other conn got %+v", m)
		}
		say(t, ws, `{"type":"ping"}`)
		until(t, ws, "pong")
	})
}
