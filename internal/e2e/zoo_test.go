package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/bench"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// zoo are clients as no server wishes them. Each runs until ctx ends; what
// happens to it is its own affair.
var zoo = map[string]func(ctx context.Context, addr string){
	"never reads": func(ctx context.Context, addr string) {
		hold(ctx, addr, "last=1000")
	},
	"reads a byte a second": func(ctx context.Context, addr string) {
		c := upgrade(ctx, addr, "last=1000")
		if c == nil {
			return
		}
		defer c.Close() //nolint:errcheck // it ends either way
		for b := make([]byte, 1); every(ctx, time.Second); {
			if _, err := c.Read(b); err != nil {
				return
			}
		}
	},
	"sends garbage": func(ctx context.Context, addr string) {
		for every(ctx, 100*time.Millisecond) {
			if c := upgrade(ctx, addr, ""); c != nil {
				garbage := make([]byte, 4096)
				_, _ = rand.Read(garbage)
				_, _ = c.Write(garbage)
				_, _ = io.Copy(io.Discard, io.LimitReader(c, 1<<20))
				_ = c.Close()
			}
		}
	},
	"sends 10,000 messages": func(ctx context.Context, addr string) {
		for every(ctx, time.Second) {
			ws, _, err := websocket.Dial(ctx, "ws://"+addr+"/ws", nil)
			if err != nil {
				continue
			}
			for range 10_000 { // at a pace that leaves the machine to the server
				if ws.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","id":"a","filter":{"event_types":["*"]}}`)) != nil ||
					!every(ctx, time.Millisecond) {
					break
				}
			}
			_ = ws.CloseNow()
		}
	},
	"opens and leaves": func(ctx context.Context, addr string) {
		for every(ctx, 100*time.Millisecond) {
			if c := upgrade(ctx, addr, "last=100"); c != nil {
				_ = c.Close()
			}
		}
	},
	"closes half": func(ctx context.Context, addr string) {
		c := upgrade(ctx, addr, "last=1000")
		if c == nil {
			return
		}
		defer c.Close() //nolint:errcheck // it ends either way
		_ = c.(*net.TCPConn).CloseWrite()
		<-ctx.Done()
	},
	"never finishes its handshake": func(ctx context.Context, addr string) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer c.Close() //nolint:errcheck // it ends either way
		_, _ = c.Write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\n"))
		<-ctx.Done()
	},
}

// animals is how many there are of each kind: so few that what they do to the
// server shows, and not what they themselves take of two cores.
const animals = 3

// hold opens a stream and takes nothing.
func hold(ctx context.Context, addr, query string) {
	c := upgrade(ctx, addr, query)
	if c == nil {
		return
	}
	defer c.Close() //nolint:errcheck // it ends either way
	<-ctx.Done()
}

// upgrade opens a stream with a receive buffer as small as can be, and reads
// nothing of it; nil if it is refused.
func upgrade(ctx context.Context, addr, query string) net.Conn {
	c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil
	}
	err = c.(*net.TCPConn).SetReadBuffer(2048)
	_, written := fmt.Fprintf(c, "GET /ws?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", query, addr)
	if errors.Join(err, written) != nil {
		_ = c.Close()
		return nil
	}
	return c
}

func every(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// release lets n of each kind in, and gives what waits for all to have left.
func release(addr string, n int) (away func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	for _, animal := range zoo {
		for range n {
			joined.Go(func() { animal(ctx, addr) })
		}
	}
	return func() {
		cancel()
		joined.Wait()
	}
}

// resident is the memory of a process in bytes.
func resident(tb testing.TB, pid int) int {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		tb.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		tb.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestBadClientsAreNotNoticedByOthers measures good clients with and without
// bad ones, in turn. Figures of a shared machine are noisy: the best of three
// pairs counts.
func TestBadClientsAreNotNoticedByOthers(t *testing.T) {
	kafka, postgres := testenv.NewKafka(t), testenv.Postgres(t)
	s := newServer(t, kafka.Addr, postgres.URL())
	s.start()
	s.stopAtEnd()
	addr := strings.TrimPrefix(s.url, "http://")
	measure := func() bench.FanOutResult {
		t.Helper()
		r, err := bench.FanOut{
			Server: bench.Server{URL: s.url, Brokers: []string{kafka.Addr}}, Conns: 100, Rate: 200, Duration: 4 * time.Second,
		}.Measure(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	measure() // warm
	best := 100.0
	for range 3 {
		alone, before := measure(), resident(t, s.cmd.Process.Pid)
		away := release(addr, animals)
		<-time.After(time.Second)
		among, after := measure(), resident(t, s.cmd.Process.Pid)
		away()
		ratio := float64(among.P99) / float64(alone.P99)
		best = min(best, ratio)
		t.Logf("p50 %v and p99 %v alone, %v and %v among %d bad clients; %d MB resident, %d MB with them",
			alone.P50, alone.P99, among.P50, among.P99, animals*len(zoo), before>>20, after>>20)
		if after > before+300<<20 {
			t.Errorf("the bad clients cost %d MB", (after-before)>>20)
		}
	}
	if best >= 1.2 {
		t.Errorf("p99 grows by %.0f %% at best, want less than 20 %%", 100*(best-1))
	}
}
