package ingest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	callTimeout = 3 * time.Second
	dialTimeout = 3 * time.Second
	maxResponse = 512 << 20 // far above what any request of ours allows, far below what garbage would claim
	anyBroker   = int32(-1)
)

// newest is the highest version of each request that this package speaks. A
// broker's own highest wins if it is lower.
var newest = map[int16]int16{
	int16(kmsg.Fetch):           13, // the first that names topics by id
	int16(kmsg.ListOffsets):     6,
	int16(kmsg.Metadata):        12,
	int16(kmsg.OffsetCommit):    8,
	int16(kmsg.FindCoordinator): 3,
	int16(kmsg.JoinGroup):       9,
	int16(kmsg.SyncGroup):       5,
	int16(kmsg.Heartbeat):       4,
	int16(kmsg.LeaveGroup):      5,
	int16(kmsg.DescribeGroups):  5,
	int16(kmsg.ApiVersions):     0,
}

// wire carries requests to brokers. Connections, TLS, SASL and the brokers'
// addresses are kafka-go's; requests and answers are kmsg's, because kafka-go's
// own know no topic ids, hide a heartbeat's error, and drop what is needed to
// step over the holes of a compacted log. Safe for concurrent use.
type wire struct {
	addr      net.Addr
	transport *kafka.Transport
	client    string
	formatter *kmsg.RequestFormatter

	mu       sync.Mutex
	conns    map[net.Conn]struct{}
	versions map[int32]map[int16]int16 // by broker, by request
	answered time.Time                 // when a broker last answered anything
}

func newWire(c Config) (*wire, error) {
	transport, err := NewTransport(c.TLS, c.SASL)
	if err != nil {
		return nil, err
	}
	w := &wire{
		addr:     kafka.TCP(c.Brokers...),
		client:   c.clientID(),
		conns:    map[net.Conn]struct{}{},
		versions: map[int32]map[int16]int16{},
	}
	w.formatter = kmsg.NewRequestFormatter(kmsg.FormatterClientID(w.client))
	transport.Dial, transport.ClientID = w.dial, w.client
	transport.MetadataTopics = []string{} // the brokers alone: topics are asked for by id, in topics.go
	w.transport = transport
	return w, nil
}

// peer is one broker, or any. It implements kmsg.Requestor.
type peer struct {
	w       *wire
	node    int32
	timeout time.Duration
	limit   int16 // highest version to use; 0: as newest says
}

func (w *wire) broker(node int32) peer { return peer{w: w, node: node, timeout: callTimeout} }

// Request sends one request and waits for its answer, at most for the peer's
// timeout. An error means that there was no answer; what the answer says is
// the caller's to look at.
func (p peer) Request(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	version, err := p.version(ctx, req.Key())
	if err != nil {
		return nil, fmt.Errorf("ask broker for its versions: %w", err)
	}
	req.SetVersion(version)
	return p.send(ctx, req)
}

func (p peer) send(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	m, err := p.w.transport.RoundTrip(ctx, p.w.addr, &exchange{formatter: p.w.formatter, node: p.node, req: req})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kmsg.NameForKey(req.Key()), err)
	}
	p.w.mu.Lock()
	p.w.answered = time.Now()
	p.w.mu.Unlock()
	return m.(*exchange).resp, nil
}

// version is the highest that both sides know. kafka-go negotiates versions
// too, but tells only those up to its own.
func (p peer) version(ctx context.Context, key int16) (int16, error) {
	p.w.mu.Lock()
	known := p.w.versions[p.node]
	p.w.mu.Unlock()
	if known == nil {
		m, err := p.send(ctx, &kmsg.ApiVersionsRequest{})
		if err != nil {
			return 0, err
		}
		known = map[int16]int16{}
		for _, k := range m.(*kmsg.ApiVersionsResponse).ApiKeys {
			known[k.ApiKey] = k.MaxVersion
		}
		p.w.mu.Lock()
		p.w.versions[p.node] = known
		p.w.mu.Unlock()
	}
	highest, ok := known[key]
	if !ok {
		return 0, fmt.Errorf("broker does not know the request %s", kmsg.NameForKey(key))
	}
	highest = min(highest, newest[key])
	if p.limit > 0 {
		highest = min(highest, p.limit)
	}
	return highest, nil
}

// reset forgets the brokers and closes what is idle, so that the next request
// starts from the configured addresses again.
func (w *wire) reset() {
	w.transport.CloseIdleConnections()
	w.mu.Lock()
	clear(w.versions)
	w.mu.Unlock()
}

// close ends every connection. Requests under way fail.
func (w *wire) close() {
	w.transport.CloseIdleConnections()
	w.mu.Lock()
	var open []net.Conn
	for c := range w.conns {
		open = append(open, c)
	}
	w.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

// isConnected says whether a broker has answered of late.
func (w *wire) isConnected() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.answered.IsZero() && time.Since(w.answered) < silence
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	t := &trackedConn{Conn: c, w: w}
	w.mu.Lock()
	w.conns[t] = struct{}{}
	w.mu.Unlock()
	return t, nil
}

type trackedConn struct {
	net.Conn
	w *wire
}

func (t *trackedConn) Close() error {
	t.w.mu.Lock()
	delete(t.w.conns, t)
	t.w.mu.Unlock()
	return t.Conn.Close()
}

// exchange is one request and its answer. As a protocol.RawExchanger it is
// given the connection for itself until the answer is there.
type exchange struct {
	formatter *kmsg.RequestFormatter

	node int32
	req  kmsg.Request
	resp kmsg.Response
}

//lint:ignore ST1003 kafka-go names it
func (x *exchange) ApiKey() protocol.ApiKey { return protocol.ApiKey(x.req.Key()) }

func (x *exchange) Broker(c protocol.Cluster) (protocol.Broker, error) {
	if x.node == anyBroker {
		return protocol.Broker{ID: anyBroker}, nil
	}
	b, ok := c.Brokers[x.node]
	if !ok {
		return b, fmt.Errorf("broker %d is not known", x.node)
	}
	return b, nil
}

func (x *exchange) Required(map[protocol.ApiKey]int16) bool { return true }

func (x *exchange) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if _, err := rw.Write(x.formatter.AppendRequest(nil, x.req, 0)); err != nil {
		return nil, err
	}
	var head [8]byte // size, correlation id
	if _, err := io.ReadFull(rw, head[:]); err != nil {
		return nil, err
	}
	size := int64(binary.BigEndian.Uint32(head[:])) - 4
	if size < 0 || size > maxResponse {
		return nil, fmt.Errorf("answer of %d bytes is not believed", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(rw, body); err != nil {
		return nil, err
	}
	x.resp = x.req.ResponseKind()
	if x.resp.IsFlexible() && x.req.Key() != int16(kmsg.ApiVersions) {
		if len(body) == 0 || body[0] != 0 {
			return nil, errors.New("answer has header tags, which no Kafka sends")
		}
		body = body[1:]
	}
	if err := x.resp.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return x, nil
}
