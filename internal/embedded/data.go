package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// prepareData makes the data, or finds the binaries for those that are there.
func (p *Postgres) prepareData(ctx context.Context) error {
	made, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if p.bin, err = findPostgres(ctx, strings.TrimSpace(string(made))); err != nil {
		return fmt.Errorf("run PostgreSQL on %s: %w", p.data(), err)
	}
	if made == nil {
		return p.makeData(ctx)
	}
	return stopOrphan(ctx, p.data())
}

// makeData works under another name, so that being killed leaves no half of it.
func (p *Postgres) makeData(ctx context.Context) error {
	fresh := p.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	initdb := []string{"-D", fresh, "-U", "eventfeed", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"}
	single := []string{"--single", "-j", "-D", fresh, "postgres"}
	if p.config.Unsafe {
		initdb, single = append(initdb, "--no-sync"), append([]string{"--single", "-F"}, single[1:]...)
	}
	if err := p.run(p.command(ctx, "initdb", initdb...)); err != nil {
		return err
	}
	create := p.command(ctx, "postgres", single...)
	create.Stdin = strings.NewReader("CREATE DATABASE eventfeed")
	if err := p.run(create); err != nil {
		return err
	}
	return os.Rename(fresh, p.data())
}

// run runs a command to its end, which comes when we are gone, too.
func (p *Postgres) run(cmd *exec.Cmd) error {
	runtime.LockOSThread() // as in Process.run
	defer runtime.UnlockOSThread()
	endWithUs(cmd.SysProcAttr, syscall.SIGINT)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make a PostgreSQL database in %s: %s: %w: %s", p.config.Dir, filepath.Base(cmd.Path), err, bytes.TrimSpace(out))
	}
	return nil
}

// command makes a command of PostgreSQL's that runs as its user, outside of
// folders that this user may not be in.
func (p *Postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = p.user.attributes()
	return cmd
}
