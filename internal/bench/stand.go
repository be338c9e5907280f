package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// StandConfig says what a stand is made of.
type StandConfig struct {
	Program string   // eventfeed
	Brokers []string // of a Kafka that runs; none for what needs no Kafka
	Dir     string   // a folder for the data is made here, and removed; that of the system if ""
}

// Stand is a PostgreSQL of its own that syncs every commit, and a place to
// start a server that reads nothing but what is written for it.
type Stand struct {
	config   StandConfig
	name     string // what its topics begin with
	dir      string
	postgres *embedded.Postgres
}

// NewStand starts PostgreSQL. Close ends it and removes all that there is.
func NewStand(ctx context.Context, c StandConfig) (*Stand, error) {
	dir, err := os.MkdirTemp(c.Dir, "eventfeed-bench-")
	if err != nil {
		return nil, err
	}
	s := &Stand{config: c, name: Server{}.unique(), dir: dir}
	err = os.Chmod(dir, 0o755) // PostgreSQL may be run as another user
	if err == nil {
		s.postgres, err = embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(dir, "postgres")})
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// Close ends what runs, and removes data and topics.
func (s *Stand) Close() error {
	return errors.Join(s.removeTopics(), s.postgres.Stop(), os.RemoveAll(s.dir))
}

func (s *Stand) removeTopics() error {
	if len(s.config.Brokers) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := &kafka.Client{Addr: kafka.TCP(s.config.Brokers...)}
	m, err := c.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	var ours []string
	for _, t := range m.Topics {
		if strings.HasPrefix(t.Name, s.name) {
			ours = append(ours, t.Name)
		}
	}
	if len(ours) == 0 {
		return nil
	}
	if _, err := c.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: ours}); err != nil {
		return fmt.Errorf("delete topics: %w", err)
	}
	return nil
}

// Running is a server of a stand.
type Running struct {
	Server
	proc *embedded.Process
}

// startTimeout is more than a server needs.
const startTimeout = time.Minute

// Serve starts a server, and returns when it is ready.
func (s *Stand) Serve(ctx context.Context) (*Running, error) {
	port, err := embedded.FreePort()
	if err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	brokers := s.config.Brokers
	if len(brokers) == 0 {
		brokers = []string{"127.0.0.1:9"} // nobody listens there: a server without its Kafka has history all the same
	}
	cmd := exec.Command(s.config.Program, "serve")
	cmd.Env = []string{
		"KAFKA_BROKERS=" + strings.Join(brokers, ","), "DATABASE_URL=" + s.postgres.URL(), "LISTEN_ADDR=" + addr,
		"KAFKA_GROUP_ID=" + s.name, "KAFKA_TOPIC_PATTERNS=" + s.name + "*.*", "LOG_FORMAT=text",
	}
	proc, err := embedded.StartProcess(cmd, filepath.Join(s.dir, "eventfeed.log"), syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	r := &Running{Server: Server{URL: "http://" + addr, Brokers: s.config.Brokers, Name: s.name, Alone: true}, proc: proc}
	if err := r.ready(ctx); err != nil {
		return nil, errors.Join(err, proc.End(syscall.SIGKILL, startTimeout))
	}
	return r, nil
}

// ready waits until the server is.
func (r *Running) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, errors.New("it was not ready after a minute"))
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close() // nothing of it is read
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-r.proc.Exited():
			return fmt.Errorf("eventfeed ended at once: %s", r.proc.LogTail())
		case <-ctx.Done():
			return fmt.Errorf("start eventfeed: %w: %s", context.Cause(ctx), r.proc.LogTail())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop ends the server in good order.
func (r *Running) Stop() error { return r.proc.End(syscall.SIGTERM, 30*time.Second) }
