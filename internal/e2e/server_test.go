package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) {
	code := testenv.Main(m)
	if err := os.RemoveAll(binaryDir); err != nil {
		fmt.Fprintln(os.Stderr, "remove the program that was built:", err)
	}
	os.Exit(code)
}

var binaryDir string // "" as long as nothing was built

// binary builds the program once a test binary.
var binary = sync.OnceValues(func() (_ string, err error) {
	if binaryDir, err = os.MkdirTemp("", "eventfeed-e2e-"); err != nil {
		return "", err
	}
	path := filepath.Join(binaryDir, "eventfeed")
	out, err := exec.Command("go", "build", "-o", path, "github.com/omninode-ai/eventfeed/cmd/eventfeed").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// server is eventfeed as a process.
type server struct {
	tb   testing.TB
	url  string
	args []string
	env  []string
	log  string
	cmd  *exec.Cmd
	done chan error
}

// newServer describes a replica that serves on a free port; start starts it.
func newServer(tb testing.TB, kafka, database string, env ...string) *server {
	tb.Helper()
	addr := fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(tb))
	return &server{
		tb: tb, url: "http://" + addr, args: []string{"serve"},
		env: append([]string{
			"KAFKA_BROKERS=" + kafka, "DATABASE_URL=" + database, "LISTEN_ADDR=" + addr, "LOG_FORMAT=text",
		}, env...),
		log: filepath.Join(tb.TempDir(), "eventfeed.log"),
	}
}

// start starts the process and waits until it is ready.
func (s *server) start() {
	s.tb.Helper()
	path, err := binary()
	if err != nil {
		s.tb.Fatal(err)
	}
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.cmd = exec.Command(path, s.args...)
	s.cmd.Env = append(os.Environ(), s.env...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	cmd, done := s.cmd, make(chan error, 1)
	if err := cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	s.done = done
	go func() {
		done <- cmd.Wait()
		_ = log.Close() // the child had it, too
	}()
	eventually(s.tb, 30*time.Second, func() error {
		select {
		case err := <-done:
			done <- err
			s.tb.Fatalf("eventfeed ended: %v\n%s", err, s.tail())
		default:
		}
		return s.get("/readyz", nil)
	})
}

func (s *server) tail() string {
	b, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

// signal sends a signal and, unless it lets the process live, waits for its
// end.
func (s *server) signal(sig syscall.Signal) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.tb.Fatalf("signal eventfeed: %v\n%s", err, s.tail())
	}
	if sig == syscall.SIGSTOP || sig == syscall.SIGCONT {
		return
	}
	select {
	case <-s.done:
	case <-time.After(30 * time.Second):
		s.tb.Fatalf("eventfeed does not end after %v\n%s", sig, s.tail())
	}
}

// stopAtEnd ends the process with the test and shows its log if that failed.
func (s *server) stopAtEnd() {
	s.tb.Cleanup(func() {
		s.signal(syscall.SIGTERM)
		if s.tb.Failed() {
			s.tb.Logf("log of eventfeed:\n%s", s.tail())
		}
	})
}

// get reads JSON into v; anything but 200 is an error.
func (s *server) get(path string, v any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %s", path, resp.Status, bytes.TrimSpace(body))
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(body, v)
}

// eventually calls f until it returns nil, and fails the test if that takes
// longer than patience.
func eventually(tb testing.TB, patience time.Duration, f func() error) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("not within %s: %v", patience, err)
		}
		<-time.After(50 * time.Millisecond)
	}
}
