package testenv

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a service as a child that ends with us.
type process struct {
	args []string
	env  []string
	log  string // a file
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start runs the process; its thread is kept, since the kernel ends the child
// when the thread that forked it ends.
func (p *process) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	p.cmd = exec.Command(p.args[0], p.args[1:]...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd, done, started := p.cmd, make(chan struct{}), make(chan error, 1)
	p.done = done
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		defer log.Close() //nolint:errcheck // the child has it, too
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is told to end in many ways
		}
	}()
	return <-started
}

func (p *process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.args[0], err)
	}
	return nil
}

// end sends a signal and waits until the process has gone.
func (p *process) end(s syscall.Signal) error {
	if err := p.signal(s); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(20 * time.Second):
	}
	err := p.signal(syscall.SIGKILL)
	<-p.done
	return errors.Join(err, fmt.Errorf("%s did not end within 20 s of %s", p.args[0], s))
}

// await calls ready until it is true, and fails the test if the process ends
// before or a minute passes.
func (p *process) await(tb testing.TB, ready func() error) {
	tb.Helper()
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if err = ready(); err == nil {
			return
		}
		select {
		case <-p.done:
			tb.Fatalf("%s ended: %s", p.args[0], lastOf(p.log))
		case <-time.After(20 * time.Millisecond):
		}
	}
	tb.Fatalf("%s does not answer: %v\n%s", p.args[0], err, lastOf(p.log))
}

func lastOf(log string) string {
	b, err := os.ReadFile(log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// ports gives free ports, all different.
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
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil {
			tb.Fatal(err)
		}
		if !ports.given[port] {
			ports.given[port] = true
			return port
		}
	}
}
