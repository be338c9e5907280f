package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/omninode-ai/eventfeed/internal/hub"
)

// maxControl is how many control frames may wait for the writer; a peer that
// pings faster than it reads gets no more pongs than that.
const maxControl = 16

var errStalled = errors.New("peer took no byte and sent none in time")

// outlet is the conn below a WebSocket. The library reads through it and
// answers pings; whole data frames are written past the library, so that one
// frame's bytes serve every conn.
//
// What the library writes are control frames. They are queued and Write
// returns at once: if the library had to wait behind data for a slow peer it
// would give the conn up after 5 s. The writer takes them with nextControl
// between frames; after passThrough the library's writes go straight to the
// peer.
type outlet struct {
	net.Conn
	stall    time.Duration
	nudge    func()       // wakes the writer, never waits
	deflate  bool         // the peer takes compressed messages
	lastRead atomic.Int64 // unix nanoseconds
	written  atomic.Int64 // bytes

	// Owned by the writer.
	deadline time.Time
	socket   syscall.RawConn // nil: not a socket of our own, as with TLS
	attempt  attempt

	mu      sync.Mutex
	control [][]byte
	direct  bool
}

// attempt is one write that does not wait.
type attempt struct {
	bytes []byte
	n     int
	err   error
	run   func(fd uintptr) (done bool) // made once
}

func newOutlet(c net.Conn, stall time.Duration, nudge func()) *outlet {
	o := &outlet{Conn: c, stall: stall, nudge: nudge}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			o.socket, o.attempt.run = raw, o.attempt.write
		}
	}
	return o
}

func (o *outlet) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	if n > 0 {
		o.lastRead.Store(time.Now().UnixNano())
	}
	return n, err
}

// Write takes a control frame from the library.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	direct := o.direct
	if !direct && len(o.control) < maxControl {
		o.control = append(o.control, bytes.Clone(p))
	}
	o.mu.Unlock()
	if direct {
		return o.Conn.Write(p)
	}
	o.nudge()
	return len(p), nil
}

// passThrough ends the writer's time: what was queued is written, and what the
// library writes from now on goes to the peer within the given time.
func (o *outlet) passThrough(within time.Duration) {
	// A deadline that cannot be set belongs to a conn that is closed.
	_ = o.SetWriteDeadline(time.Now().Add(within))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.direct = true
	for _, p := range o.control {
		if _, err := o.Conn.Write(p); err != nil {
			break // the library will meet the same error
		}
	}
	o.control = nil
}

// nextControl gives the oldest queued control frame, nil if there is none.
func (o *outlet) nextControl() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.control) == 0 {
		return nil
	}
	p := o.control[0]
	o.control = o.control[1:]
	return p
}

// bytesOf is a frame as the peer takes it.
func (o *outlet) bytesOf(f hub.Frame) []byte {
	if o.deflate {
		return f.Deflated()
	}
	return f.WebSocket()
}

// try writes as much of p as the peer takes at once, and says how much that
// was.
func (o *outlet) try(p []byte) (int, error) {
	if o.socket == nil {
		return 0, nil
	}
	o.attempt.bytes = p
	err := o.socket.Write(o.attempt.run)
	if errors.Is(err, os.ErrDeadlineExceeded) { // that of a write before
		o.deadline = time.Time{}
		if err = o.SetWriteDeadline(o.deadline); err == nil {
			err = o.socket.Write(o.attempt.run)
		}
	}
	o.attempt.bytes = nil
	if err != nil {
		return 0, err
	}
	o.written.Add(int64(o.attempt.n))
	return o.attempt.n, o.attempt.err
}

func (a *attempt) write(fd uintptr) bool {
	n, err := syscall.Write(int(fd), a.bytes)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		n, err = 0, nil
	}
	a.n, a.err = max(0, n), err
	return true
}

// write writes p whole, however slowly the peer reads, unless it takes no byte
// and sends none for as long as stall.
func (o *outlet) write(p []byte) error {
	for {
		if now := time.Now(); o.deadline.Sub(now) < o.stall {
			o.deadline = now.Add(o.stall + o.stall/4) // set seldom: it is not free
			if err := o.SetWriteDeadline(o.deadline); err != nil {
				return err
			}
		}
		begun := time.Now()
		n, err := o.Conn.Write(p)
		o.written.Add(int64(n))
		if err == nil {
			return nil
		}
		heard := time.Unix(0, o.lastRead.Load()).After(begun)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if n == 0 && !heard {
			return errStalled
		}
		p = p[n:]
	}
}

// hijack gives an outlet instead of the bare conn, with buffers that fit what
// clients say.
type hijack struct {
	http.ResponseWriter
	stall  time.Duration
	nudge  func()
	outlet *outlet
}

// Hijack is called once.
func (h *hijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(rw.Flush(), c.SetDeadline(time.Time{})); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	h.outlet = newOutlet(c, h.stall, h.nudge)
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	in := io.Reader(h.outlet)
	if len(early) > 0 {
		in = io.MultiReader(bytes.NewReader(bytes.Clone(early)), h.outlet)
	}
	// The library resets the reader to what is buffered in it and then to the
	// conn, so what came early has to be in the buffer.
	r := bufio.NewReaderSize(in, max(512, len(early)))
	if _, err := r.Peek(len(early)); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return h.outlet, bufio.NewReadWriter(r, bufio.NewWriterSize(h.outlet, 256)), nil
}
