package embedded

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNoPostgres says how to get what is missing.
var ErrNoPostgres = errors.New("no PostgreSQL server is installed on this machine; install one: " +
	"`apt-get install postgresql` (Debian, Ubuntu), `dnf install postgresql-server` (Fedora), `brew install postgresql@17` (macOS)")

// postgresFolders are where systems keep server binaries outside PATH.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/lib/postgresql/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/opt/homebrew/opt/postgresql/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin", "/opt/local/lib/postgresql*/bin",
}

// findPostgres returns the folder with the newest postgres and initdb, or, for
// data that are there already, the one of the major version that made them.
func findPostgres(ctx context.Context, major string) (string, error) {
	var others []string
	for _, dir := range postgresCandidates() {
		if !isExecutable(filepath.Join(dir, "postgres")) || !isExecutable(filepath.Join(dir, "initdb")) {
			continue
		}
		if major == "" {
			return dir, nil
		}
		version, err := postgresVersion(ctx, dir)
		if err != nil {
			return "", err
		}
		if version == major {
			return dir, nil
		}
		others = append(others, fmt.Sprintf("%s in %s", version, dir))
	}
	if len(others) == 0 {
		return "", ErrNoPostgres
	}
	return "", fmt.Errorf("the data were made by PostgreSQL %s, and this machine has %s: install PostgreSQL %s, or remove the folder to start anew",
		major, strings.Join(others, ", "), major)
}

// postgresCandidates lists folders, the newest version first, what is in PATH
// before all.
func postgresCandidates() []string {
	var found []string
	for _, pattern := range postgresFolders {
		m, _ := filepath.Glob(pattern) // the patterns are well-formed
		found = append(found, m...)
	}
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(versionIn(b), versionIn(a)) })
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			found = slices.Insert(found, 0, filepath.Dir(p))
		}
	}
	return found
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// postgresVersion asks the binary: "postgres (PostgreSQL) 17.2 (Debian …)".
func postgresVersion(ctx context.Context, dir string) (major string, err error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	_, version, _ := bytes.Cut(out, []byte(") "))
	end := bytes.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if end <= 0 {
		return "", fmt.Errorf("ask PostgreSQL for its version: got %q", out)
	}
	return string(version[:end]), nil
}

// PostgresVersion is that of the binaries that fresh data are made with, like
// "15.14".
func PostgresVersion(ctx context.Context) (string, error) {
	bin, err := findPostgres(ctx, "")
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	fields := strings.Fields(string(out))
	if len(fields) < 3 {
		return "", fmt.Errorf("ask PostgreSQL for its version: got %q", out)
	}
	return fields[2], nil
}

// versionIn gives the largest number below 100 in a path; 0 if there is none.
func versionIn(path string) int {
	newest := 0
	for _, digits := range strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(digits); err == nil && n < 100 {
			newest = max(newest, n)
		}
	}
	return newest
}
