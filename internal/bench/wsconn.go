package bench

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

const (
	// headBytes hold what a frame of events says before its events.
	headBytes = 160
	// readBytes is what a conn reads at once, unless it looks into a frame.
	readBytes = 2048
)

// wsConn reads a stream with as little work as can be: the load generator
// shares the machine with what it measures. It understands what a server of
// ours sends and nothing else.
type wsConn struct {
	*net.TCPConn
	raw  syscall.RawConn
	r    *bufio.Reader
	buf  []byte // of the frame at hand
	left int    // what next has not read of it
}

// dial opens a stream; u is its http URL. It leaves no port behind when it is
// closed: the peer gets a reset.
func dial(ctx context.Context, u *url.URL) (*wsConn, error) {
	var d net.Dialer
	plain, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	c := &wsConn{TCPConn: plain.(*net.TCPConn), r: bufio.NewReaderSize(plain, readBytes)}
	if err := errors.Join(c.SetLinger(0), c.handshake(u)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if c.raw, err = c.SyscallConn(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *wsConn) handshake(u *url.URL) error {
	key := base64.StdEncoding.EncodeToString([]byte("eventfeed bench!"))
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: eventfeed.v1\r\nSec-WebSocket-Key: %s\r\n\r\n", u.RequestURI(), u.Host, key)
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1000)) // as much of the reason as there is
		return fmt.Errorf("handshake: %s: %s", resp.Status, body)
	}
	return nil
}

// next gives the first bytes of the next frame's text, and the text's size.
// Then comes rest, or skip, or neither if there is no more. What they return
// is valid until the next call.
func (c *wsConn) next() (head []byte, size int, err error) {
	var h [10]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		return nil, 0, err
	}
	size = int(h[1] & 0x7f)
	switch size {
	case 126:
		if _, err := io.ReadFull(c.r, h[2:4]); err != nil {
			return nil, 0, err
		}
		size = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		if _, err := io.ReadFull(c.r, h[2:10]); err != nil {
			return nil, 0, err
		}
		size = int(binary.BigEndian.Uint64(h[2:]))
	}
	n := min(size, headBytes)
	if cap(c.buf) < n {
		c.buf = make([]byte, headBytes)
	}
	c.buf, c.left = c.buf[:n], size-n
	if _, err := io.ReadFull(c.r, c.buf); err != nil {
		return nil, 0, err
	}
	if h[0]&0x0f == 8 {
		return nil, 0, fmt.Errorf("closed by the server: %q", c.buf)
	}
	return c.buf, size, nil
}

// rest gives the whole text.
func (c *wsConn) rest() ([]byte, error) {
	head := len(c.buf)
	size := head + c.left
	if cap(c.buf) < size {
		whole := make([]byte, size, size+size/2)
		copy(whole, c.buf)
		c.buf = whole
	}
	c.buf, c.left = c.buf[:size], 0
	_, err := io.ReadFull(c.r, c.buf[head:])
	return c.buf, err
}

// skip throws away what is left of the text.
func (c *wsConn) skip() error {
	n := min(c.left, c.r.Buffered())
	if _, err := c.r.Discard(n); err != nil {
		return err
	}
	n, c.left = c.left-n, 0
	return c.discard(n)
}
