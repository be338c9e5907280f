package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// What go-redis logs are errors that it also returns, and we log those.
func init() { redis.SetLogger(silent{}) }

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// connect makes a client whose connections end with a context.
type connect func(alive context.Context) *redis.Client

// CheckURL says what is wrong with the URL of Redis, before it is used. These
// are taken:
//
//	redis://USER:PASSWORD@HOST:6379          one server, or a name that always leads to the right one
//	rediss://…                               with TLS
//	unix://USER:PASSWORD@/PATH/TO/SOCKET
//	redis://HOST:26379?master_name=NAME&addr=HOST:26379&password=PASSWORD
//	                                         Sentinels, which say where the server is
//
// with the parameters that go-redis knows, but for its timeouts and retries,
// which are ours. The error does not hold the password.
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

func parseURL(text string) (connect, error) {
	u, err := url.Parse(text)
	if err != nil {
		if whole := (*url.Error)(nil); errors.As(err, &whole) {
			err = whole.Err // without the URL, and its password
		}
		return nil, fmt.Errorf("it is not redis://USER:PASSWORD@HOST:6379: %w", err)
	}
	if u.Query().Has("master_name") {
		return parseFailover(text)
	}
	o, err := redis.ParseURL(text)
	if err != nil {
		return nil, fmt.Errorf("it is not redis://USER:PASSWORD@HOST:6379: %w", err)
	}
	return func(alive context.Context) *redis.Client {
		c := *o
		c.Dialer = dialer(alive, c.TLSConfig)
		c.MaxRetries, c.DialerRetries, c.PoolSize = -1, 1, 2
		c.DialTimeout, c.ReadTimeout, c.WriteTimeout, c.PoolTimeout = patience, patience, patience, patience
		c.ContextTimeoutEnabled, c.DisableIdentity = true, true
		c.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return redis.NewClient(&c)
	}, nil
}

func parseFailover(text string) (connect, error) {
	o, err := redis.ParseFailoverURL(text)
	if err != nil {
		return nil, fmt.Errorf("it is not redis://HOST:26379?master_name=NAME: %w", err)
	}
	if o.RouteByLatency || o.RouteRandomly || o.ReplicaOnly {
		return nil, errors.New("only the master is asked: leave out route_by_latency, route_randomly and replica_only")
	}
	return func(alive context.Context) *redis.Client {
		c := *o
		c.Dialer = dialer(alive, c.TLSConfig)
		c.MaxRetries, c.DialerRetries, c.PoolSize = -1, 1, 2
		c.DialTimeout, c.ReadTimeout, c.WriteTimeout, c.PoolTimeout = patience, patience, patience, patience
		c.ContextTimeoutEnabled, c.DisableIdentity = true, true
		return redis.NewFailoverClient(&c)
	}, nil
}

// dialer gives connections that are closed when alive ends, whatever they are
// waiting for.
func dialer(alive context.Context, config *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		plain := &net.Dialer{Timeout: patience}
		dial := plain.DialContext
		if config != nil {
			dial = (&tls.Dialer{NetDialer: plain, Config: config}).DialContext
		}
		conn, err := dial(ctx, network, addr)
		if err == nil {
			context.AfterFunc(alive, func() { _ = conn.Close() }) // whoever uses it sees that
		}
		return conn, err
	}
}
