package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Process is a child process that does not outlive us: on Linux the kernel ends
// it when we are gone, however we went. Its methods may be called concurrently.
type Process struct {
	cmd    *exec.Cmd
	name   string
	log    string
	from   int64 // where in the log its own lines start
	exited chan struct{}
	state  error // how it ended; read it once exited is closed
}

// StartProcess runs a command in a process group of its own. What it prints is
// appended to the log file; last is the signal that it gets if we end first.
func StartProcess(cmd *exec.Cmd, log string, last syscall.Signal) (*Process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	from, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	endWithUs(cmd.SysProcAttr, last)
	p := &Process{cmd: cmd, name: filepath.Base(cmd.Path), log: log, from: from, exited: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started, out)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	return p, nil
}

// run holds its thread for as long as the child lives: the kernel sends the
// last signal when the thread that forked the child ends, not the process.
func (p *Process) run(started chan<- error, out *os.File) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.exited)
	defer out.Close() //nolint:errcheck // the child has written, not we
	err := p.cmd.Start()
	started <- err
	if err == nil {
		p.state = p.cmd.Wait()
	}
}

// Pid is the child's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Exited is closed when the child has ended and left no zombie.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Signal sends a signal to the child; one that has ended is no error.
func (p *Process) Signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// End sends a signal and waits until the child has ended. One that takes longer
// than patience is killed, and that is an error.
func (p *Process) End(s syscall.Signal, patience time.Duration) error {
	if err := p.Signal(s); err != nil {
		return err
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(patience):
	}
	err := p.Signal(syscall.SIGKILL)
	<-p.exited
	return errors.Join(err, fmt.Errorf("%s did not end within %s of %q", p.name, patience, s))
}

// LogTail is the end of what the child has printed, for an error message.
func (p *Process) LogTail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	b = b[min(p.from, int64(len(b))):]
	return string(bytes.TrimSpace(b[max(0, len(b)-2000):]))
}

// procStat is what /proc says about a process.
type procStat struct {
	state  byte // Z is a zombie
	parent int
}

// readStat fails where there is no such process, or no /proc.
func readStat(pid int) (procStat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return procStat{}, err
	}
	// The name stands in parentheses and may hold spaces and parentheses.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 2 {
		return procStat{}, fmt.Errorf("read /proc/%d/stat: got %q", pid, b)
	}
	parent, err := strconv.Atoi(string(fields[1]))
	return procStat{fields[0][0], parent}, err
}

// childrenOf lists a process's children; none where there is no /proc.
func childrenOf(pid int) []int {
	all, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well-formed
	var children []int
	for _, path := range all {
		child, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			continue
		}
		if s, err := readStat(child); err == nil && s.parent == pid {
			children = append(children, child)
		}
	}
	return children
}
