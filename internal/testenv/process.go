package testenv

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// answerTimeout covers a machine that is busy with other tests.
const answerTimeout = time.Minute

// await asks until there is no error, and fails the test if the process ends
// before or the time is over.
func await(tb testing.TB, p *embedded.Process, answers func() error) {
	tb.Helper()
	var err error
	for deadline := time.Now().Add(answerTimeout); time.Now().Before(deadline); {
		if err = answers(); err == nil {
			return
		}
		select {
		case <-p.Exited():
			tb.Fatalf("a service ended at once: %s", p.LogTail())
		case <-time.After(20 * time.Millisecond):
		}
	}
	tb.Fatalf("a service does not answer: %v\n%s", err, p.LogTail())
}

// ports are those given by FreePort.
var ports struct {
	mu    sync.Mutex
	given map[int]bool
}

// FreePort gives a port of 127.0.0.1 that nobody listens on, and that no other
// call in this binary gives.
func FreePort(tb testing.TB) int {
	tb.Helper()
	ports.mu.Lock()
	defer ports.mu.Unlock()
	if ports.given == nil {
		ports.given = map[int]bool{}
	}
	for {
		port, err := embedded.FreePort()
		if err != nil {
			tb.Fatal(err)
		}
		if !ports.given[port] {
			ports.given[port] = true
			return port
		}
	}
}

// openDir gives a folder that ends with the test and that other users may
// enter, which those of testing do not.
func openDir(tb testing.TB) string {
	tb.Helper()
	dir, err := newDir()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}

func newDir() (string, error) {
	dir, err := os.MkdirTemp("", "eventfeed-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}
