// Package testenv gives tests the real services: PostgreSQL, Apache Kafka and
// Redis, each started once a test binary and when first asked for.
//
// Guarantees: nothing outlives the test binary, even if it is killed; a service
// that cannot be started fails the test, with what to do, and skips nothing.
package testenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// running is what has to be stopped when the binary ends.
var running struct {
	mu     sync.Mutex
	inMain bool
	dir    string
	stops  []func() error
}

// Main runs the tests and stops what they started:
//
//	func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }
func Main(m *testing.M) int {
	running.inMain = true
	code := m.Run()
	if err := stopAll(); err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
		return max(code, 1)
	}
	return code
}

func stopAll() error {
	running.mu.Lock()
	defer running.mu.Unlock()
	var errs []error
	for i := len(running.stops) - 1; i >= 0; i-- {
		errs = append(errs, running.stops[i]())
	}
	if running.dir != "" {
		errs = append(errs, os.RemoveAll(running.dir))
	}
	return errors.Join(errs...)
}

// onExit lets Main call stop.
func onExit(stop func() error) {
	running.mu.Lock()
	defer running.mu.Unlock()
	running.stops = append(running.stops, stop)
}

// sharedDir gives a folder that lives as long as the binary, and that other
// users may enter.
func sharedDir(name string) (string, error) {
	running.mu.Lock()
	defer running.mu.Unlock()
	if !running.inMain {
		return "", errors.New("this package's TestMain has to call testenv.Main, which stops what tests share")
	}
	if running.dir == "" {
		dir, err := newDir()
		if err != nil {
			return "", err
		}
		running.dir = dir
	}
	dir := filepath.Join(running.dir, name)
	return dir, os.MkdirAll(dir, 0o755)
}

// ModuleRoot is the folder of go.mod.
func ModuleRoot(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.mod in or above the working folder")
		}
		dir = filepath.Dir(dir)
	}
}
