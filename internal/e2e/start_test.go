package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// TestAServerThatStartsBeforePostgresWaitsForIt: whatever starts all services
// at once need not start one again because another was slower.
func TestAServerThatStartsBeforePostgresWaitsForIt(t *testing.T) {
	postgres := testenv.Postgres(t)
	if err := postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	nowhere := fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(t))
	s := newServer(t, nowhere, postgres.URL())
	var joined sync.WaitGroup
	joined.Go(func() {
		eventually(t, 30*time.Second, func() error {
			if !strings.Contains(s.tail(), "waiting for PostgreSQL") {
				return fmt.Errorf("it does not wait:\n%s", s.tail())
			}
			return s.get("/healthz", nil)
		})
		if err := s.get("/readyz", nil); err == nil || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "starting") {
			t.Errorf("readyz: got %v, want 503 because it starts", err)
		}
		if err := postgres.Start(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.start() // until it is ready
	joined.Wait()
	var st status
	if err := s.get("/api/event-bus/status", &st); err != nil || st.Status != "degraded" || st.Connected {
		t.Errorf("got %+v, %v, want degraded: there is no Kafka", st, err)
	}
	s.signal(syscall.SIGTERM)
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("got exit code %d, want 0\n%s", code, s.tail())
	}
}
