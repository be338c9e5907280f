package store

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// proxy stands between a store and its server and spoils what it is told to.
type proxy struct {
	server  string
	mu      sync.Mutex
	hold    int           // bytes kept back at the end of each request
	release chan struct{} // closed: what is held goes on
	held    chan struct{} // gets a value when bytes are kept back
	cut     bool          // the next answer is not passed on; the conn ends instead
}

// startProxy gives a proxy, and the URL of the database at url through it.
func startProxy(tb testing.TB, at string) (*proxy, string) {
	tb.Helper()
	config, err := pgconn.ParseConfig(at)
	if err != nil {
		tb.Fatal(err)
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	if network != "tcp" {
		tb.Fatalf("server listens on %s, want tcp", network)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{server: address, release: make(chan struct{}), held: make(chan struct{}, 1)}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { p.serve(client) })
		}
	})
	tb.Cleanup(conns.Wait)
	tb.Cleanup(func() { _ = listener.Close() })
	u, err := url.Parse(at)
	if err != nil {
		tb.Fatal(err)
	}
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return p, u.String()
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close() //nolint:errcheck // both ends see it
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		p.pass(client, server)
		_ = server.Close()
	})
	p.answer(client, server)
	_ = client.Close()
	up.Wait()
}

var syncMessage = []byte{'S', 0, 0, 0, 4}

// pass brings requests to the server, each whole but for what is to be held.
func (p *proxy) pass(client io.Reader, server io.Writer) {
	buffer := make([]byte, 1<<20)
	var request []byte
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		request = append(request, buffer[:n]...)
		p.mu.Lock()
		hold := p.hold
		p.mu.Unlock()
		if hold > 0 && !bytes.HasSuffix(request, syncMessage) {
			continue
		}
		now := max(0, len(request)-hold)
		if _, err := server.Write(request[:now]); err != nil {
			return
		}
		if hold > 0 {
			p.held <- struct{}{}
			<-p.release
			if _, err := server.Write(request[now:]); err != nil {
				return
			}
		}
		request = request[:0]
	}
}

func (p *proxy) answer(client io.Writer, server io.Reader) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		cut := p.cut
		p.cut = false
		p.mu.Unlock()
		if cut {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) cutNextAnswer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
}

func (p *proxy) holdBack(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = bytes
}
