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
)

// wsConn reads a stream with as little work as can be: the load generator
// shares the machine with what it measures. It understands what a server of
// ours sends and nothing else.
type wsConn struct {
	net.Conn
	r   *bufio.Reader
	buf []byte
}

// dial opens a stream; u is its http URL.
func dial(ctx context.Context, u *url.URL) (*wsConn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	key := base64.StdEncoding.EncodeToString([]byte("eventfeed bench!"))
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: eventfeed.v1\r\nSec-WebSocket-Key: %s\r\n\r\n", u.RequestURI(), u.Host, key)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	r := bufio.NewReaderSize(c, 16<<10)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1000)) // as much of the reason as there is
		return nil, errors.Join(fmt.Errorf("handshake: %s: %s", resp.Status, body), c.Close())
	}
	return &wsConn{Conn: c, r: r}, nil
}

// next reads a frame's payload, which is valid until the next call.
func (c *wsConn) next() ([]byte, error) {
	var h [10]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		return nil, err
	}
	n := int(h[1] & 0x7f)
	switch n {
	case 126:
		if _, err := io.ReadFull(c.r, h[2:4]); err != nil {
			return nil, err
		}
		n = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		if _, err := io.ReadFull(c.r, h[2:10]); err != nil {
			return nil, err
		}
		n = int(binary.BigEndian.Uint64(h[2:]))
	}
	if cap(c.buf) < n {
		c.buf = make([]byte, n, n+n/2)
	}
	c.buf = c.buf[:n]
	if _, err := io.ReadFull(c.r, c.buf); err != nil {
		return nil, err
	}
	if h[0]&0x0f == 8 {
		return nil, fmt.Errorf("closed by the server: %q", c.buf)
	}
	return c.buf, nil
}
