package relay

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy leads to a server; new connections go to another once it is told so.
type proxy struct {
	addr   string
	server atomic.Value // its address
}

func startProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String()}
	p.server.Store(server)
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(conns.Wait) // the relay has ended before
	t.Cleanup(func() { _ = l.Close() })
	return p
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close() //nolint:errcheck // both ends see it
	server, err := net.Dial("tcp", p.server.Load().(string))
	if err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, client) // until one of them ends
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	up.Wait()
}
