// Package embedded runs what eventfeed needs on a developer's machine:
// PostgreSQL as a child process, from the machine's own binaries, and a Kafka
// broker in process.
//
// Guarantees: what it starts ends with this process, on Linux even if that is
// killed with SIGKILL; a data folder has one owner at a time; what a folder
// holds survives restarts and kills. It is for development and tests: loopback
// only, no passwords.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// PostgresConfig says how a server is run.
type PostgresConfig struct {
	Dir string // holds the data and the log; made if it is not there
	// Unsafe gives up what a crash of the machine needs, for the speed of
	// tests. A crash of the server alone loses nothing.
	Unsafe   bool
	Settings map[string]string // over ours, as in postgresql.conf
}

// Postgres is a server of our own. Its methods are not for concurrent use.
type Postgres struct {
	config PostgresConfig
	bin    string
	user   account
	port   int

	lock *os.File // nil while the server is down
	proc *Process
}

// StartPostgres makes the data folder if it has to, and returns when the
// server answers. The context is for the start alone.
func StartPostgres(ctx context.Context, c PostgresConfig) (*Postgres, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	c.Dir = dir
	p := &Postgres{config: c}
	if p.user, err = accountFor(p.data()); err != nil {
		return nil, err
	}
	if p.port, err = FreePort(); err != nil {
		return nil, err
	}
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Postgres) data() string { return filepath.Join(p.config.Dir, "data") }

// URL is the address of a database of our own. It stays the same when the
// server is started again.
func (p *Postgres) URL() string {
	u := url.URL{
		Scheme: "postgres", User: url.User("eventfeed"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)),
		Path: "/eventfeed", RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Start starts the server again after Stop or Kill, on the same port and data,
// and returns when it answers.
func (p *Postgres) Start(ctx context.Context) error {
	lock, err := p.takeFolder()
	if err != nil {
		return err
	}
	if err = p.prepareData(ctx); err == nil {
		err = p.launch(ctx)
	}
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	p.lock = lock
	return nil
}

// takeFolder makes the folder, gives it to the server's user and locks it.
func (p *Postgres) takeFolder() (*os.File, error) {
	dir := p.config.Dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := p.user.canEnter(dir); err != nil {
		return nil, err
	}
	if err := p.user.own(dir); err != nil {
		return nil, err
	}
	return lockFolder(dir)
}

// startTimeout covers the recovery after a kill.
const startTimeout = time.Minute

// launch starts the server and waits until it accepts connections. The
// backends of one that was killed may hold its memory for another moment.
func (p *Postgres) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		proc, err := StartProcess(p.command(context.WithoutCancel(ctx), "postgres", p.arguments()...), p.log(), syscall.SIGINT)
		if err != nil {
			return err
		}
		p.proc = proc
		ready := within(ctx, startTimeout, func() bool { return p.hasEnded() || p.isReady() })
		switch {
		case ready && !p.hasEnded():
			return nil
		case !ready:
			return errors.Join(fmt.Errorf("PostgreSQL does not answer: %w: %s", context.Cause(ctx), proc.LogTail()), p.Kill())
		case !strings.Contains(proc.LogTail(), "is still in use"):
			return fmt.Errorf("PostgreSQL ended at once: %w: %s", proc.state, proc.LogTail())
		}
	}
}

func (p *Postgres) log() string { return filepath.Join(p.config.Dir, "postgres.log") }

func (p *Postgres) hasEnded() bool {
	select {
	case <-p.proc.Exited():
		return true
	default:
		return false
	}
}

// isReady reads what pg_ctl reads: the eighth line of postmaster.pid.
func (p *Postgres) isReady() bool {
	b, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	lines := strings.Split(string(b), "\n")
	return err == nil && len(lines) >= 8 && lines[0] == strconv.Itoa(p.Pid()) && strings.TrimSpace(lines[7]) == "ready"
}

func (p *Postgres) arguments() []string {
	settings := map[string]string{
		"listen_addresses": "127.0.0.1", "port": strconv.Itoa(p.port), "unix_socket_directories": "",
		"max_connections": "200", "shared_buffers": "128MB", "max_wal_size": "1GB", "jit": "off",
		"logging_collector": "off", "log_timezone": "UTC", "timezone": "UTC",
	}
	if p.config.Unsafe {
		settings["fsync"], settings["full_page_writes"] = "off", "off"
	}
	for k, v := range p.config.Settings {
		settings[k] = v
	}
	args := []string{"-D", p.data()}
	for k, v := range settings {
		args = append(args, "-c", k+"="+v)
	}
	return args
}

// Pid is the server's process.
func (p *Postgres) Pid() int { return p.proc.Pid() }

// Exited is closed when the server that runs now has ended, for whatever
// reason.
func (p *Postgres) Exited() <-chan struct{} { return p.proc.Exited() }

// Signal sends a signal to the server and, on Linux, its children: SIGSTOP
// makes all of it hang, SIGCONT lets it go on.
func (p *Postgres) Signal(s syscall.Signal) error {
	if err := p.proc.Signal(s); err != nil {
		return err
	}
	for _, child := range childrenOf(p.Pid()) {
		if err := syscall.Kill(child, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal a child of PostgreSQL: %w", err)
		}
	}
	return nil
}

// Kill ends the server and its children with SIGKILL, as a crash of the
// machine would; Start brings it back.
func (p *Postgres) Kill() error {
	// A server that is stopped starts no child that we would not see.
	if err := p.proc.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := p.Signal(syscall.SIGKILL)
	<-p.proc.Exited()
	return errors.Join(err, p.release())
}

// Stop stops the server, rolling back what is under way, and gives the folder
// back; Start brings it back.
func (p *Postgres) Stop() error {
	err := p.proc.End(syscall.SIGINT, 20*time.Second)
	return errors.Join(err, p.release())
}

func (p *Postgres) release() error {
	if p.lock == nil {
		return nil
	}
	lock := p.lock
	p.lock = nil
	return lock.Close()
}
