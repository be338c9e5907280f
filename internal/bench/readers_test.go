package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// liar is a server that tells one frame after the other, whatever they are.
func liar(t *testing.T, frames ...string) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"))
			go func() {
				for _, f := range frames {
					_, _ = c.Write(wire(f)) // a client that has seen enough is gone
				}
				_, _ = io.Copy(io.Discard, c) // until the client closes
				_ = c.Close()
			}()
		}
	}()
	return Server{URL: "http://" + l.Addr().String(), Alone: true}
}

// wire is a frame as it is sent.
func wire(text string) []byte {
	switch n := len(text); {
	case n < 126:
		return append([]byte{0x81, byte(n)}, text...)
	case n < 1<<16:
		return append(binary.BigEndian.AppendUint16([]byte{0x81, 126}, uint16(n)), text...)
	default:
		return append(binary.BigEndian.AppendUint64([]byte{0x81, 127}, uint64(n)), text...)
	}
}

const live = `{"type":"caught_up","id":"default","position":10}`

// frameOf covers (prev, through] and has the events that are given.
func frameOf(prev, through int64, positions ...int64) string {
	var events []string
	for _, p := range positions {
		events = append(events, fmt.Sprintf(`{"position":%d,"payload":{"sent_ns":%d,"filler":"%s"}}`, p, time.Now().UnixNano(), strings.Repeat("x", 30_000)))
	}
	return fmt.Sprintf(`{"type":"events","feed":1,"prev":%d,"position":%d,"events":[%s]}`, prev, through, strings.Join(events, ","))
}

// outcome is what a run of two conns of one filter, of which one looks into
// the frames, says to three events.
func outcome(t *testing.T, frames ...string) error {
	t.Helper()
	s := liar(t, append([]string{live}, frames...)...)
	rs := &readers{}
	defer rs.close()
	for i := range 2 {
		u, err := url.Parse(s.URL + "/api/event-bus/stream")
		if err != nil {
			t.Fatal(err)
		}
		if err := rs.add(t.Context(), u, &reader{whole: i == 0, timed: i == 0, live: make(chan struct{})}); err != nil {
			return err
		}
	}
	if err := rs.start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := rs.allLive(ctx); err != nil {
		return err
	}
	if err := rs.wait(ctx, 200*time.Millisecond, func(int) int64 { return 3 }); err != nil {
		return err
	}
	if got := len(rs.samples()); got != 3 {
		return fmt.Errorf("got %d samples, want 3", got)
	}
	return nil
}

func TestARunInWhichEverythingCameOnceIsAFigure(t *testing.T) {
	for name, frames := range map[string][]string{
		"one frame":           {frameOf(10, 13, 11, 12, 13)},
		"three frames":        {frameOf(10, 11, 11), frameOf(11, 12, 12), frameOf(12, 13, 13)},
		"progress in between": {frameOf(10, 12, 11, 12), `{"type":"progress","position":12}`, frameOf(12, 13, 13)},
		"caught up again":     {`{"type":"lagging","id":"default","position":10,"head":13}`, frameOf(10, 13, 11, 12, 13), live},
	} {
		if err := outcome(t, frames...); err != nil {
			t.Errorf("%s: got %v, want no error", name, err)
		}
	}
}

func TestARunInWhichAnythingIsLostOrRepeatedIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		frames []string
		want   string
	}{
		"nothing comes":             {nil, "lost: conn 0 got 0 of 3 events"},
		"the last one is missing":   {[]string{frameOf(10, 12, 11, 12)}, "got 2 of 3 events"},
		"a frame leaves one out":    {[]string{frameOf(10, 13, 11, 13)}, "lost: conn 0 got 2 of 3 events"},
		"a frame is missing":        {[]string{frameOf(10, 11, 11), frameOf(12, 14, 13, 14)}, "got a frame of (12, 14] at position 11"},
		"a frame comes twice":       {[]string{frameOf(10, 12, 11, 12), frameOf(10, 12, 11, 12)}, "got a frame of (10, 12] at position 12"},
		"an event comes twice":      {[]string{frameOf(10, 13, 11, 11, 12)}, "got position 11 after 11"},
		"an event is out of order":  {[]string{frameOf(10, 13, 12, 11, 13)}, "got position 11 after 12"},
		"there is one more":         {[]string{frameOf(10, 14, 11, 12, 13, 14)}, "3 events were for it"},
		"the numbering starts anew": {[]string{`{"type":"reset","id":"default","reason":"epoch","position":0}`}, "reset"},
	} {
		if err := outcome(t, c.frames...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestConnsThatGotOtherBytesThanTheSampledOnesAreFound(t *testing.T) {
	rs := &readers{conns: []*reader{{}, {}, {}}}
	for i, n := range []int64{500, 500, 499} {
		rs.conns[i].bytes.Store(n)
	}
	if _, err := rs.sameBytes(); err == nil {
		t.Error("got no error, want one")
	}
	rs.conns[2].lagged.Store(1) // it got frames of its own
	if lagged, err := rs.sameBytes(); err != nil || lagged != 1 {
		t.Errorf("got %d, %v, want 1 conn that was behind and no error", lagged, err)
	}
}

func TestTheConnsOfFiltersGetWhatTheirFiltersMatch(t *testing.T) {
	f := Filters{Conns: 200}
	p := &producer{name: "n"}
	for _, half := range []half{f.own, f.shared} {
		filter, gets := half(p)
		for _, n := range []int64{0, 1, 19, 20, 21, 199, 200, 450, 1000} {
			for conn := range f.Conns {
				if want := matching(f, p, filter(conn), n); gets(conn, n) != want {
					t.Fatalf("got %d of %d events for conn %d with %v, want %d", gets(conn, n), n, conn, filter(conn), want)
				}
			}
		}
	}
}

func matching(f Filters, p *producer, filter url.Values, n int64) (matches int64) {
	for i := range n {
		e := f.envelope(p.name, i)
		is := map[string]string{"tenant_ids": e.tenant, "event_types": e.eventType, "sources": e.source}
		all := true
		for name, want := range filter {
			all = all && is[name] == want[0]
		}
		if all {
			matches++
		}
	}
	return matches
}

func TestAFigureIsMetOrMissed(t *testing.T) {
	for _, c := range []struct {
		f    Figure
		want string
	}{
		{Figure{Value: 8, Target: Target{AtMost: 8}}, "met"},
		{Figure{Value: 8.1, Target: Target{AtMost: 8}}, "missed"},
		{Figure{Value: 8e6, Target: Target{AtLeast: 8e6}}, "met"},
		{Figure{Value: 7.9e6, Target: Target{AtLeast: 8e6}}, "missed"},
		{Figure{Value: 1}, ""},
	} {
		if got := c.f.Verdict(); got != c.want {
			t.Errorf("got %q for %v of %v, want %q", got, c.f.Value, c.f.Target, c.want)
		}
	}
}

// Frames are the same however they come in pieces.
func TestFramesAreCutWhateverTheirPieces(t *testing.T) {
	texts := []string{"", "a", strings.Repeat("b", 125), strings.Repeat("c", 126), strings.Repeat("d", 160), strings.Repeat("e", 1000), strings.Repeat("f", 70_000), "g"}
	var sent []byte
	for _, text := range texts {
		sent = append(sent, wire(text)...)
	}
	for _, piece := range []int{1, 2, 3, 7, 127, 160, 170, 4096, len(sent)} {
		for _, all := range []bool{false, true} {
			var f frames
			var got []string
			look := func(text []byte, size int) (bool, error) {
				if all && len(text) < size {
					return true, nil
				}
				got = append(got, fmt.Sprintf("%d %s", size, text))
				return false, nil
			}
			for from := 0; from < len(sent); from += piece {
				if err := f.take(sent[from:min(len(sent), from+piece)], look); err != nil {
					t.Fatal(err)
				}
			}
			for i, text := range texts {
				want := text
				if !all {
					want = text[:min(len(text), headBytes)]
				}
				if want = fmt.Sprintf("%d %s", len(text), want); i >= len(got) || got[i] != want {
					t.Fatalf("pieces of %d, all %v: frame %d is not what was sent", piece, all, i)
				}
			}
			if len(got) != len(texts) {
				t.Errorf("pieces of %d, all %v: got %d frames, want %d", piece, all, len(got), len(texts))
			}
		}
	}
}
