package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// appendForever names the variable that makes the test binary a replica that
// does nothing but append, to the store at the variable's URL.
const appendForever = "EVENTFEED_TEST_APPEND_FOREVER"

var childPartition = event.Partition{Topic: "child"}

const childBatch = 500

// startChild starts such a replica and returns once it has appended. It is
// killed with the test at the latest.
func startChild(tb testing.TB, url string) *os.Process {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), appendForever+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // of the kill
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); !strings.HasPrefix(line, "appended") {
		tb.Fatalf("child said %q: %v", line, err)
	}
	return cmd.Process
}

func runAppendForever(url string) int {
	ctx := context.Background()
	err := func() error {
		s, err := Open(ctx, Config{URL: url})
		if err != nil {
			return err
		}
		stored, err := s.Offsets(ctx, []event.Partition{childPartition})
		if err != nil {
			return err
		}
		for next := stored[childPartition].Next; ; next += childBatch {
			if _, err := s.Append(ctx, newBatch(childPartition, next, next+childBatch)); err != nil {
				return err
			}
			if next == stored[childPartition].Next {
				fmt.Println("appended")
			}
		}
	}()
	fmt.Fprintln(os.Stderr, "child:", err)
	return 1
}
