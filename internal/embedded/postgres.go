// Package embedded runs what eventfeed needs on a developer's machine:
// PostgreSQL as a child process, from the machine's own binaries, and a Kafka
// broker in process.
//
// Guarantees: what it starts ends with this process, even if that is killed
// with SIGKILL (on Linux); a data folder has one owner at a time; data of a
// folder survives restarts and kills. It is for development and tests: no
// passwords, loopback only.
package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
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
	user   *account
	lock   *os.File
	port   int
	cmd    *exec.Cmd
	exited chan error
}

// StartPostgres makes the data folder if it has to, and returns when the
// server answers.
func StartPostgres(ctx context.Context, c PostgresConfig) (*Postgres, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	c.Dir = dir
	p := &Postgres{config: c}
	if p.bin, err = findPostgres(); err != nil {
		return nil, err
	}
	if p.user, err = unprivileged(); err != nil {
		return nil, err
	}
	if err := p.prepareFolder(); err != nil {
		return nil, err
	}
	if p.port, err = freePort(); err == nil {
		if err = p.initialise(ctx); err == nil {
			err = p.Start(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(err, p.lock.Close())
	}
	return p, nil
}

// prepareFolder makes the folder, gives it to the server's user and locks it.
func (p *Postgres) prepareFolder() error {
	dir := p.config.Dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := p.user.own(dir); err != nil {
		return err
	}
	if err := p.user.canEnter(dir); err != nil {
		return err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return err
	}
	p.lock = lock
	return nil
}

func (p *Postgres) data() string { return filepath.Join(p.config.Dir, "data") }

// initialise makes the data folder under another name first, so that a killed
// initdb leaves none behind, or checks the version of the one that is there.
func (p *Postgres) initialise(ctx context.Context) error {
	if made, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION")); err == nil {
		return p.checkVersion(ctx, strings.TrimSpace(string(made)))
	}
	fresh := p.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", "eventfeed", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"}
	if p.config.Unsafe {
		args = append(args, "--no-sync")
	}
	if out, err := p.command(ctx, "initdb", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("make a database in %s: %w: %s", p.config.Dir, err, bytes.TrimSpace(out))
	}
	return os.Rename(fresh, p.data())
}

func (p *Postgres) checkVersion(ctx context.Context, made string) error {
	out, err := p.command(ctx, "postgres", "--version").Output()
	if err != nil {
		return fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	if v := versionIn(strings.SplitN(string(out), ".", 2)[0]); strconv.Itoa(v) != made {
		return fmt.Errorf("%s was made by PostgreSQL %s, and %s is installed here: install PostgreSQL %s, or remove the folder to start anew",
			p.data(), made, strings.TrimSpace(string(out)), made)
	}
	return nil
}

func (p *Postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = p.user.attributes()
	return cmd
}

// URL is the address of the database.
func (p *Postgres) URL() string { return p.url("eventfeed") }

func (p *Postgres) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User("eventfeed"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)),
		Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Start starts the server again after Stop or Kill, on the same port and data.
func (p *Postgres) Start(ctx context.Context) error {
	if err := stopOrphan(ctx, p.data()); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(p.config.Dir, "postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	p.cmd = p.command(context.WithoutCancel(ctx), "postgres", p.arguments()...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	started := make(chan error, 1)
	p.exited = make(chan error, 1)
	go func() {
		// The signal that ends the child is sent when the thread that forked it
		// ends, so that thread is kept for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer log.Close() //nolint:errcheck // the child has it, too
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.exited <- p.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	return p.awaitAnswer(ctx, log.Name())
}

func (p *Postgres) arguments() []string {
	settings := map[string]string{
		"listen_addresses": "127.0.0.1", "port": strconv.Itoa(p.port), "unix_socket_directories": "",
		"max_connections": "100", "shared_buffers": "128MB", "max_wal_size": "1GB", "jit": "off",
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

// startTimeout covers the recovery after a kill.
const startTimeout = time.Minute

// awaitAnswer returns when the server answers and its database is there.
func (p *Postgres) awaitAnswer(ctx context.Context, log string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := p.makeDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case died := <-p.exited:
			p.exited <- died
			return fmt.Errorf("PostgreSQL ended at once (%v): %s", died, lastLines(log))
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("PostgreSQL does not answer: %w", err), p.Kill())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *Postgres) makeDatabase(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'eventfeed')`).Scan(&there); err != nil || there {
		return err
	}
	_, err = c.Exec(ctx, `CREATE DATABASE eventfeed`)
	return err
}

func lastLines(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b[max(0, len(b)-800):]))
}

// Signal sends a signal to the server and its children: SIGSTOP makes it hang
// as a whole, SIGCONT lets it go on.
func (p *Postgres) Signal(s syscall.Signal) error {
	for _, pid := range append([]int{p.cmd.Process.Pid}, childrenOf(p.cmd.Process.Pid)...) {
		if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal PostgreSQL: %w", err)
		}
	}
	return nil
}

// Pid is the server's process.
func (p *Postgres) Pid() int { return p.cmd.Process.Pid }

// Kill ends the server with SIGKILL, as a crash would; Start brings it back.
func (p *Postgres) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	p.exited <- <-p.exited
	return nil
}

// Halt stops the server, rolling back what is under way; Start brings it back.
func (p *Postgres) Halt() error {
	for _, step := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{{syscall.SIGINT, 20 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if err := p.cmd.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
		select {
		case err := <-p.exited:
			p.exited <- err
			return nil
		case <-time.After(step.patience):
		}
	}
	return errors.New("stop PostgreSQL: it does not end")
}

// Stop halts the server and gives the folder back.
func (p *Postgres) Stop() error {
	return errors.Join(p.Halt(), p.lock.Close())
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // it was only asked for its number
	return l.Addr().(*net.TCPAddr).Port, nil
}
