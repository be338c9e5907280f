package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// Tests that kill their parent process run this binary again as that parent.
const (
	runVariable = "EMBEDDED_TEST_RUN"
	dirVariable = "EMBEDDED_TEST_DIR"
)

func TestMain(m *testing.M) {
	switch os.Getenv(runVariable) {
	case "":
		os.Exit(m.Run())
	case "kafka":
		k, err := embedded.StartKafka(context.Background(), embedded.KafkaConfig{Dir: os.Getenv(dirVariable), Addr: "127.0.0.1:0"})
		serve(err, func() { fmt.Println(k.Addr()) })
	case "postgres":
		p, err := embedded.StartPostgres(context.Background(), embedded.PostgresConfig{Dir: os.Getenv(dirVariable)})
		serve(err, func() { fmt.Println(p.URL()); fmt.Println(p.Pid()) })
	}
}

func serve(err error, tell func()) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	tell()
	select {}
}

// parent runs a service in a process of its own and returns the lines that it
// tells, and how to kill it.
func parent(t *testing.T, run, dir string, lines int) (told []string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), runVariable+"="+run, dirVariable+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
	t.Cleanup(kill)
	scan := bufio.NewScanner(out)
	for len(told) < lines && scan.Scan() {
		told = append(told, scan.Text())
	}
	if len(told) < lines {
		t.Fatalf("got %q from a %s process, want %d lines", told, run, lines)
	}
	return told, kill
}

// openDir is a folder that PostgreSQL's user may enter, too.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
