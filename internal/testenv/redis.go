package testenv

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

var redisServer struct {
	once sync.Once
	url  string
}

// Redis gives the URL of a server that the test binary shares.
func Redis(tb testing.TB) string {
	tb.Helper()
	redisServer.once.Do(func() {
		dir, err := sharedDir("redis")
		if err != nil {
			tb.Fatal(err)
		}
		port := FreePort(tb)
		p := &process{
			args: []string{"redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir},
			log:  filepath.Join(dir, "log"),
		}
		if err := p.start(); err != nil {
			tb.Fatalf("start redis-server: %v; `make deps` installs it", err)
		}
		onExit(func() error { return p.end(syscall.SIGTERM) })
		url := fmt.Sprintf("redis://127.0.0.1:%d", port)
		c := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
		defer c.Close() //nolint:errcheck // nothing is lost
		p.await(tb, func() error { return c.Ping(context.Background()).Err() })
		redisServer.url = url
	})
	if redisServer.url == "" {
		tb.Fatal("redis-server could not be started, see the first test that asked for it")
	}
	return redisServer.url
}
