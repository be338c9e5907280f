package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	// startPatience is how long PostgreSQL may be away when a replica starts.
	// Once it runs, an outage may last for ever.
	startPatience = 2 * time.Minute
	firstPause    = 500 * time.Millisecond
	longestPause  = 5 * time.Second
)

// patiently tries until the store is there, with growing pauses. What time
// does not cure is returned at once.
func patiently(ctx context.Context, logger *slog.Logger, try func() error) error {
	deadline := time.Now().Add(startPatience)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := try()
		if !errors.Is(err, event.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		if time.Until(deadline) < pause {
			return fmt.Errorf("PostgreSQL was away for %s: %w", startPatience, err)
		}
		logger.Warn("waiting for PostgreSQL", "error", oneLine(err), "give_up_at", deadline.UTC().Truncate(time.Second))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// openError says which setting is to blame for a store that cannot be opened.
func openError(err error) error { return errors.New("open the store at DATABASE_URL: " + oneLine(err)) }

// oneLine puts on one line what pgx says of every address and way that it has
// tried, each reason once.
func oneLine(err error) string {
	var said string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); !strings.Contains(said, line) {
			said = strings.TrimSpace(said + " " + line)
		}
	}
	return said
}

// whileStarting says on the front that this replica lives and is not ready,
// until stop.
func whileStarting(f *front, base string) (stop func(), err error) {
	l, err := f.second()
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: startingHandler(base), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // until it is closed
	}()
	return func() {
		_ = s.Close() // nobody has to be waited for
		<-ended
	}, nil
}

func startingHandler(base string) http.HandlerFunc {
	alive := strings.TrimSuffix(base, "/") + "/healthz"
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == alive {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":"ok"}`+"\n") // who asked may have gone
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"starting: PostgreSQL is waited for"}`+"\n")
	}
}
