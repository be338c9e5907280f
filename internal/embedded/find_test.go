package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFolderThatPostgresMayNotEnterIsNamed(t *testing.T) {
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.MkdirAll(filepath.Join(closed, "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o750); err != nil {
		t.Fatal(err)
	}
	stranger := account{name: "postgres", uid: 4_000_000, gid: 4_000_000, other: true}
	err := stranger.canEnter(filepath.Join(closed, "inner", "postgres"))
	if err == nil || !strings.Contains(err.Error(), "chmod o+x "+closed) || !strings.Contains(err.Error(), "DATA_DIR") {
		t.Errorf("got %v, want an error that says what to do about %s", err, closed)
	}
	info, err := os.Stat(closed)
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := owner(info)
	for who, a := range map[string]account{"owner": {uid: uid, gid: 1}, "group": {uid: uid + 1, gid: gid}} {
		if !a.mayPass(info) {
			t.Errorf("got false for the folder's %s, want true", who)
		}
	}
}

func TestAMachineWithoutPostgresIsToldWhatToInstall(t *testing.T) {
	kept := postgresFolders
	t.Cleanup(func() { postgresFolders = kept })
	postgresFolders = nil
	t.Setenv("PATH", t.TempDir())
	for _, major := range []string{"", "15"} {
		if _, err := findPostgres(t.Context(), major); !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), "apt-get install postgresql") {
			t.Errorf("got %v, want %v", err, ErrNoPostgres)
		}
	}
}

func TestTheBinariesThatMadeTheDataAreChosen(t *testing.T) {
	kept := postgresFolders
	t.Cleanup(func() { postgresFolders = kept })
	root := t.TempDir()
	postgresFolders = []string{root + "/*/bin"}
	t.Setenv("PATH", "/bin:/usr/bin")
	for _, version := range []string{"9", "15", "17"} {
		bin := filepath.Join(root, version, "bin")
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + ".3 (Debian " + version + ".3-1)'\n"
		if err := errors.Join(
			os.MkdirAll(bin, 0o755),
			os.WriteFile(filepath.Join(bin, "postgres"), []byte(script), 0o755),
			os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o755),
		); err != nil {
			t.Fatal(err)
		}
	}
	for major, want := range map[string]string{"": "17", "15": "15", "9": "9"} {
		if got, err := findPostgres(t.Context(), major); err != nil || got != filepath.Join(root, want, "bin") {
			t.Errorf("got %s, %v for data of %q, want those of %s", got, err, major, want)
		}
	}
	if got, err := findPostgres(t.Context(), "16"); err == nil || !strings.Contains(err.Error(), "install PostgreSQL 16") {
		t.Errorf("got %s, %v for data of a version that is not there, want an error", got, err)
	}
}
