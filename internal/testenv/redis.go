package testenv

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// Redis gives the URL of a server of the test's own: one starts in
// milliseconds.
func Redis(tb testing.TB) string {
	tb.Helper()
	dir, port := openDir(tb), FreePort(tb)
	p, err := embedded.StartProcess(
		exec.Command("redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir),
		filepath.Join(dir, "log"), syscall.SIGKILL)
	if err != nil {
		tb.Fatalf("%v; `make deps` installs it", err)
	}
	tb.Cleanup(func() {
		if err := p.End(syscall.SIGTERM, 10*time.Second); err != nil {
			tb.Error(err)
		}
	})
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer c.Close() //nolint:errcheck // nothing is lost
	await(tb, p, func() error { return c.Ping(context.Background()).Err() })
	return "redis://" + addr
}
