package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

func startPostgres(t *testing.T, dir string) *embedded.Postgres {
	t.Helper()
	p, err := embedded.StartPostgres(t.Context(), embedded.PostgresConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // its server may be gone
	return c
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func wantRows(t *testing.T, url string, want int) {
	t.Helper()
	var got int
	if err := connect(t, url).QueryRow(t.Context(), `SELECT count(*) FROM kept`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got %d rows, want %d", got, want)
	}
}

func wantStartError(t *testing.T, dir, want string) {
	t.Helper()
	if _, err := embedded.StartPostgres(t.Context(), embedded.PostgresConfig{Dir: dir}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
}

func TestPostgresKeepsWhatWasCommittedThroughStopAndKill(t *testing.T) {
	p := startPostgres(t, openDir(t))
	url := p.URL()
	execute(t, url, `CREATE TABLE kept (n int)`)
	for i, end := range []func() error{p.Stop, p.Kill, p.Kill} {
		execute(t, url, `INSERT INTO kept VALUES (1)`)
		connect(t, url) // and stays open
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantRows(t, p.URL(), i+1)
	}
	if p.URL() != url {
		t.Errorf("got %s after a restart, want %s", p.URL(), url)
	}
}

func TestPostgresHangsAsAWhole(t *testing.T) {
	p := startPostgres(t, openDir(t))
	c := connect(t, p.URL())
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.Exec(ctx, `SELECT 1`); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v on a conn that was open, want %v", err, context.DeadlineExceeded)
	}
	if err := p.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	execute(t, p.URL(), `SELECT 1`)
}

func TestPostgresEndsWithAParentThatIsKilled(t *testing.T) {
	dir := openDir(t)
	told, kill := parent(t, "postgres", dir, 2)
	execute(t, told[0], `CREATE TABLE kept (n int)`)
	execute(t, told[0], `INSERT INTO kept VALUES (1)`)
	kill()
	wantRows(t, startPostgres(t, dir).URL(), 1)
	pid, err := strconv.Atoi(told[1])
	if err != nil {
		t.Fatal(err)
	}
	if args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(args), dir) {
		t.Errorf("got PostgreSQL %d still running, want it ended with its parent", pid)
	}
}

func TestPostgresIsGoneSoonAfterItsParent(t *testing.T) {
	told, kill := parent(t, "postgres", openDir(t), 2)
	kill()
	cmdline := "/proc/" + told[1] + "/cmdline"
	deadline := time.After(10 * time.Second)
	for args, err := os.ReadFile(cmdline); err == nil && len(args) > 0; args, err = os.ReadFile(cmdline) {
		select {
		case <-deadline:
			t.Fatalf("got PostgreSQL %s alive 10 s after its parent was killed", told[1])
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestADatabaseFolderHasOneOwner(t *testing.T) {
	dir := openDir(t)
	startPostgres(t, dir)
	wantStartError(t, dir, "is used by another eventfeed")
}

// TestPostgresStartsOverWhatACrashLeft: a pid file whose number now belongs to
// somebody else, and a database that was only half made.
func TestPostgresStartsOverWhatACrashLeft(t *testing.T) {
	dir := openDir(t)
	half := filepath.Join(dir, "data.new")
	if err := errors.Join(os.Mkdir(half, 0o700), os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("1\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	p := startPostgres(t, dir)
	execute(t, p.URL(), `CREATE TABLE kept (n int)`)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf("%d\n%s\n", os.Getpid(), filepath.Join(dir, "data"))
	if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRows(t, p.URL(), 0)
}

func TestDataOfAnotherVersionAreRefusedAndKept(t *testing.T) {
	dir := openDir(t)
	version := filepath.Join(dir, "data", "PG_VERSION")
	if err := errors.Join(os.Mkdir(filepath.Dir(version), 0o755), os.WriteFile(version, []byte("9\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	wantStartError(t, dir, "made by PostgreSQL 9, and this machine has")
	if _, err := os.Stat(version); err != nil {
		t.Errorf("got %v, want the data as they were", err)
	}
}
