package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"slices"
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
// nothing of it; nil if it is refused. The end of ctx closes it.
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
	context.AfterFunc(ctx, func() { _ = c.Close() })
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
	fields := strings.Fields(string(b))
	if err != nil || len(fields) < 2 {
		tb.Errorf("read the memory of process %d: %q, %v", pid, b, err)
		return 0
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		tb.Error(err)
	}
	return pages * os.Getpagesize()
}

// visits are the times at which bad clients were there.
type visits struct {
	begun, ended []time.Time
	most         int // bytes that the server took while they were there
}

// Bad clients come for stay, and stay away as long. What was written within
// settle of their coming and going counts for neither side.
const (
	stay   = 3 * time.Second
	settle = 500 * time.Millisecond
)

// receive lets bad clients come and go until ctx ends.
func receive(ctx context.Context, tb testing.TB, addr string, pid int) (v visits) {
	tb.Helper()
	for every(ctx, stay) {
		away := release(addr, animals)
		v.begun = append(v.begun, time.Now())
		every(ctx, stay)
		v.ended = append(v.ended, time.Now())
		v.most = max(v.most, resident(tb, pid))
		away()
	}
	return v
}

// split says which events were written while bad clients were there, and which
// while good ones were alone.
func (v visits) split(samples []bench.Sample) (among, alone []bench.Sample) {
	for _, s := range samples {
		i, _ := slices.BinarySearchFunc(v.begun, s.Written, time.Time.Compare)
		switch i--; {
		case i < 0 || s.Written.After(v.ended[i].Add(settle)):
			alone = append(alone, s)
		case s.Written.After(v.begun[i].Add(settle)) && s.Written.Before(v.ended[i]):
			among = append(among, s)
		}
	}
	return among, alone
}

// TestBadClientsAreNotNoticedByOthers measures good clients while bad ones come
// and go, so that what the machine does meanwhile falls on both sides. Figures
// of a shared machine are noisy: the best of three counts.
func TestBadClientsAreNotNoticedByOthers(t *testing.T) {
	kafka, postgres := testenv.NewKafka(t), testenv.Postgres(t)
	s := newServer(t, kafka.Addr, postgres.URL())
	s.start()
	s.stopAtEnd()
	addr, pid := strings.TrimPrefix(s.url, "http://"), s.cmd.Process.Pid
	measure := func(d time.Duration) ([]bench.Sample, error) {
		r, err := bench.FanOut{
			Server: bench.Server{URL: s.url, Brokers: []string{kafka.Addr}}, Conns: 100, Rate: 200, Duration: d,
		}.Measure(context.Background())
		return r.Samples, err
	}
	if _, err := measure(stay); err != nil { // to warm up
		t.Fatal(err)
	}
	best := math.Inf(1)
	for attempt := 0; attempt < 3 && best >= 1.2; attempt++ {
		before := resident(t, pid)
		ctx, cancel := context.WithCancel(t.Context())
		seen := make(chan visits)
		go func() { seen <- receive(ctx, t, addr, pid) }()
		samples, err := measure(16 * stay)
		cancel()
		v := <-seen
		if err != nil {
			t.Fatal(err)
		}
		among, alone := v.split(samples)
		if least := len(samples) / 4; len(among) < least || len(alone) < least {
			t.Fatalf("of %d samples, %d are of events among bad clients and %d of others", len(samples), len(among), len(alone))
		}
		p50, p99 := quantiles(among)
		p50Alone, p99Alone := quantiles(alone)
		best = min(best, float64(p99)/float64(p99Alone))
		t.Logf("p50 %v and p99 %v alone, %v and %v among %d bad clients; %d MB resident, %d MB with them",
			p50Alone, p99Alone, p50, p99, animals*len(zoo), before>>20, v.most>>20)
		if v.most > before+300<<20 {
			t.Errorf("the bad clients cost %d MB", (v.most-before)>>20)
		}
	}
	if best >= 1.2 {
		t.Errorf("p99 grows by %.0f %% at best, want less than 20 %%", 100*(best-1))
	}
}

func quantiles(samples []bench.Sample) (p50, p99 time.Duration) {
	ages := bench.Ages(samples)
	return bench.Quantile(ages, 0.5), bench.Quantile(ages, 0.99)
}
