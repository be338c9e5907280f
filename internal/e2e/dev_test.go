package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

const devHistory = 3000

// newDev describes an eventfeed with services of its own in a folder.
func newDev(tb testing.TB, dir string) *server {
	addr := fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(tb))
	return &server{
		tb: tb, url: "http://" + addr, args: []string{"dev"},
		env: []string{
			"DATA_DIR=" + dir, "LISTEN_ADDR=" + addr, fmt.Sprintf("KAFKA_LISTEN=127.0.0.1:%d", testenv.FreePort(tb)),
			fmt.Sprintf("DEMO_HISTORY_EVENTS=%d", devHistory), "DEMO_RATE=50", "LOG_FORMAT=text",
			"KAFKA_BROKERS=nowhere.invalid:9092", "DATABASE_URL=postgres://nowhere.invalid/d",
		},
		log: filepath.Join(dir, "eventfeed.log"),
	}
}

// devDir is a folder that PostgreSQL's user may enter.
func devDir(tb testing.TB) string {
	dir, err := os.MkdirTemp("", "eventfeed-dev-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}

// liveFrame is what a browser gets of a subscription, as far as it matters
// here.
type liveFrame struct {
	Type   string `json:"type"`
	Feed   int    `json:"feed"`
	Reason string `json:"reason"`
	Events []struct {
		Position  int64     `json:"position"`
		Timestamp time.Time `json:"timestamp"`
	} `json:"events"`
}

// watch opens a stream from now.
func (s *server) watch(ctx context.Context) *websocket.Conn {
	s.tb.Helper()
	ws, _, err := websocket.Dial(ctx, strings.Replace(s.url, "http", "ws", 1)+"/ws?from=now", nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	ws.SetReadLimit(4 << 20)
	s.tb.Cleanup(func() { _ = ws.CloseNow() }) // the server has closed it, or it does not matter
	return ws
}

// await reads frames until one of a type comes.
func await(tb testing.TB, ctx context.Context, ws *websocket.Conn, kind string) liveFrame { //nolint:revive // tb first, as everywhere
	tb.Helper()
	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			tb.Fatalf("wait for a frame %s: %v", kind, err)
		}
		var f liveFrame
		if err := json.Unmarshal(data, &f); err != nil {
			tb.Fatalf("%v in %s", err, data)
		}
		if f.Type == kind {
			return f
		}
	}
}

func TestDevShowsLiveEventsAndGoesOnWhereItWasKilled(t *testing.T) {
	dir := devDir(t)
	s := newDev(t, dir)
	begun := time.Now()
	s.start()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	live := await(t, ctx, s.watch(ctx), "events")
	t.Logf("the first live event came after %.1f s", time.Since(begun).Seconds())
	if len(live.Events) == 0 || live.Feed == 0 {
		t.Errorf("got %+v, want live events", live)
	}
	head := s.historyIsStored()

	s.signal(syscall.SIGKILL)
	s.start()
	ws := s.watch(ctx)
	again := await(t, ctx, ws, "events").Events[0]
	if again.Timestamp.Before(begun) || again.Position <= head {
		t.Errorf("got %+v after a kill, want a new event above position %d", again, head)
	}
	var page struct {
		Total int `json:"total_events"`
	}
	if err := s.get(fmt.Sprintf("/api/event-bus/statistics?start=%s", begun.Add(-80*time.Hour).UTC().Format(time.RFC3339)), &page); err != nil {
		t.Fatal(err)
	}
	if page.Total > devHistory*3/2 {
		t.Errorf("got %d events, want history once, which is %d", page.Total, devHistory)
	}
	s.revivesPostgres(dir)
	s.endsInOrder(ctx, ws, dir)
}

// revivesPostgres kills it and waits until events are stored again.
func (s *server) revivesPostgres(dir string) {
	s.tb.Helper()
	head := s.historyIsStored()
	b, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		s.tb.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		s.tb.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.tb.Fatal(err)
	}
	eventually(s.tb, 30*time.Second, func() error {
		var st status
		err := s.get("/api/event-bus/status", &st)
		if err == nil && (!strings.Contains(s.tail(), "PostgreSQL is back") || st.Status != "running" || st.Head <= head) {
			err = fmt.Errorf("got %+v, want it running and above %d\n%s", st, head, s.tail())
		}
		return err
	})
}

// historyIsStored waits until most of it is, and gives the head.
func (s *server) historyIsStored() int64 {
	s.tb.Helper()
	var st status
	eventually(s.tb, 30*time.Second, func() error {
		if err := s.get("/api/event-bus/status", &st); err != nil {
			return err
		}
		if st.Head < devHistory*9/10 {
			return fmt.Errorf("the head is at %d", st.Head)
		}
		return nil
	})
	return st.Head
}

// endsInOrder sends SIGTERM: clients are told, the exit is clean, and nothing
// is left.
func (s *server) endsInOrder(ctx context.Context, ws *websocket.Conn, dir string) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.tb.Fatal(err)
	}
	if bye := await(s.tb, ctx, ws, "goodbye"); bye.Reason != "draining" {
		s.tb.Errorf("got %+v, want a goodbye because of draining", bye)
	}
	select {
	case err := <-s.done:
		if err != nil {
			s.tb.Errorf("got %v, want a clean exit\n%s", err, s.tail())
		}
	case <-ctx.Done():
		s.tb.Fatalf("eventfeed does not end\n%s", s.tail())
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); !os.IsNotExist(err) {
		s.tb.Errorf("PostgreSQL is left behind: %v", err)
	}
	for _, want := range []string{"name=KAFKA_BROKERS", "name=DATABASE_URL", "eventfeed dev is up", s.url} {
		if !strings.Contains(s.tail(), want) {
			s.tb.Errorf("the log does not say %s:\n%s", want, s.tail())
		}
	}
}
