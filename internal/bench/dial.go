package bench

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// dial opens a stream; u is its http URL. early is what of it has been read
// already. The conn leaves no port behind when it is closed: the peer gets a
// reset.
func dial(ctx context.Context, u *url.URL) (c *net.TCPConn, early []byte, err error) {
	var d net.Dialer
	plain, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, nil, err
	}
	c = plain.(*net.TCPConn)
	early, err = handshake(c, u)
	if err := errors.Join(err, c.SetLinger(0)); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return c, early, nil
}

func handshake(c net.Conn, u *url.URL) (early []byte, err error) {
	key := base64.StdEncoding.EncodeToString([]byte("eventfeed bench!"))
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: eventfeed.v1\r\nSec-WebSocket-Key: %s\r\n\r\n", u.RequestURI(), u.Host, key)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1000)) // as much of the reason as there is
		return nil, fmt.Errorf("handshake: %s: %s", resp.Status, body)
	}
	return in.Peek(in.Buffered())
}
