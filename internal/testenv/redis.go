package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// RedisServer is a real Redis, which keeps nothing on disk. Its methods fail
// the test.
type RedisServer struct {
	Addr string // HOST:PORT
	URL  string

	tb   testing.TB
	dir  string
	args []string
	proc *embedded.Process
}

// Redis gives a server of the test's own: one starts in milliseconds. args are
// added to its command line.
func Redis(tb testing.TB, args ...string) *RedisServer {
	tb.Helper()
	port := FreePort(tb)
	r := &RedisServer{
		Addr: fmt.Sprintf("127.0.0.1:%d", port), tb: tb, dir: openDir(tb),
		args: append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", ""}, args...),
	}
	r.URL = "redis://" + r.Addr
	r.startUntilEnd()
	return r
}

func (r *RedisServer) startUntilEnd() {
	r.tb.Helper()
	r.Start()
	r.tb.Cleanup(func() {
		r.Kill()
		if r.tb.Failed() {
			r.tb.Logf("Redis' log ends: %s", r.proc.LogTail())
		}
	})
}

// Start starts the server, again after Kill, and waits until it answers.
func (r *RedisServer) Start() {
	r.tb.Helper()
	cmd := exec.Command("redis-server", append(r.args, "--dir", r.dir)...)
	p, err := embedded.StartProcess(cmd, filepath.Join(r.dir, "log"), syscall.SIGKILL)
	if err != nil {
		r.tb.Fatalf("%v; `make deps` installs it", err)
	}
	r.proc = p
	c := redis.NewClient(&redis.Options{Addr: r.Addr, MaxRetries: -1})
	defer c.Close() //nolint:errcheck // nothing is lost
	await(r.tb, p, func() error { return c.Ping(context.Background()).Err() })
}

// Kill ends the server with SIGKILL.
func (r *RedisServer) Kill() { r.must(r.proc.End(syscall.SIGKILL, stopTimeout)) }

// Signal sends a signal, such as SIGSTOP and SIGCONT.
func (r *RedisServer) Signal(s syscall.Signal) { r.must(r.proc.Signal(s)) }

// Do runs a command and gives its answer.
func (r *RedisServer) Do(command ...any) any {
	r.tb.Helper()
	c := redis.NewClient(&redis.Options{Addr: r.Addr})
	defer c.Close() //nolint:errcheck // nothing is lost
	answer, err := c.Do(context.Background(), command...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		r.tb.Errorf("%v: %v", command, err)
	}
	return answer
}

func (r *RedisServer) must(err error) {
	r.tb.Helper()
	if err != nil {
		r.tb.Error(err)
	}
}

// Sentinel watches a server and its replicas under a name, and makes a replica
// the master a second or two after the master is gone.
func Sentinel(tb testing.TB, name string, master *RedisServer) *RedisServer {
	tb.Helper()
	port := FreePort(tb)
	r := &RedisServer{Addr: fmt.Sprintf("127.0.0.1:%d", port), tb: tb, dir: openDir(tb)}
	config := filepath.Join(r.dir, "sentinel.conf")
	host, masterPort, err := net.SplitHostPort(master.Addr)
	if err == nil {
		err = os.WriteFile(config, fmt.Appendf(nil, "port %d\nbind 127.0.0.1\nsentinel monitor %s %s %s 1\n"+
			"sentinel down-after-milliseconds %s 1000\nsentinel failover-timeout %s 5000\n", port, name, host, masterPort, name, name), 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	r.args = []string{config, "--sentinel"}
	r.URL = "redis://" + r.Addr
	r.startUntilEnd()
	return r
}
