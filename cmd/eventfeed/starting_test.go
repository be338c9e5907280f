package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/ingest"
)

func TestAPostgresThatIsAwayIsWaitedForButNotForEver(t *testing.T) {
	away := fmt.Errorf("connect: %w", event.ErrUnavailable)
	logger := slog.New(slog.DiscardHandler)
	synctest.Test(t, func(t *testing.T) {
		begun, tries := time.Now(), 0
		err := patiently(t.Context(), logger, func() error {
			if tries++; tries < 5 {
				return away
			}
			return nil
		})
		if err != nil || tries != 5 || time.Since(begun) > 10*time.Second {
			t.Errorf("got %v after %d tries and %s, want none after 5 within 10 s", err, tries, time.Since(begun))
		}
		begun = time.Now()
		err = patiently(t.Context(), logger, func() error { return away })
		if !errors.Is(err, event.ErrUnavailable) || time.Since(begun) < startPatience-longestPause {
			t.Errorf("got %v after %s, want %v after about %s", err, time.Since(begun), away, startPatience)
		}
		begun = time.Now()
		wrong := errors.New("wrong password")
		if err := patiently(t.Context(), logger, func() error { return wrong }); err != wrong || time.Since(begun) > 0 {
			t.Errorf("got %v after %s, want %v at once", err, time.Since(begun), wrong)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := patiently(ctx, logger, func() error { return away }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestAReplicaThatStartsLivesAndIsNotReady(t *testing.T) {
	f, err := serverSettings{ListenAddr: "127.0.0.1:0"}.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	stop, err := whileStarting(f, "/feed")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"healthz": http.StatusOK, "readyz": http.StatusServiceUnavailable, "": http.StatusServiceUnavailable} {
		resp, err := http.Get(f.url("/feed") + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want || !json.Valid(body) {
			t.Errorf("%s: got %s %s, %v, want %d", path, resp.Status, body, err, want)
		}
	}
	stop()
	// The port is still ours, for the server that takes over.
	if _, err := listenOn(t.Context(), "LISTEN_ADDR", f.plain.Addr().String()); err == nil {
		t.Error("the port is free")
	} else if want := "is taken: stop what listens on 127.0.0.1:"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWhatPgxSaysOfEveryTryIsOneLine(t *testing.T) {
	err := errors.New("failed to connect to `user=u`:\n\t127.0.0.1:1: refused\n\t127.0.0.1:1: refused\n\t[::1]:1: unreachable")
	if got, want := oneLine(err), "failed to connect to `user=u`: 127.0.0.1:1: refused [::1]:1: unreachable"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStatusOfKafkaHasNoNullLists(t *testing.T) {
	part := kafkaPart(ingest.Status{
		Reason: "Kafka is away", Brokers: []string{"a:1"}, Group: "g", Patterns: []string{"*"}, Lag: 3,
		LastError: "refused", LastErrorAt: time.Date(2026, 10, 1, 10, 0, 0, 0, time.FixedZone("", 7200)),
	})
	got, err := json.Marshal(part.Detail)
	want := `{"brokers":["a:1"],"group":"g","member":"","patterns":["*"],"topics_seen":0,"topics_matched":0,"unmatched_topics":[],` +
		`"partitions":[],"lag":3,"last_error":"refused","last_error_at":"2026-10-01T08:00:00Z"}`
	if err != nil || string(got) != want || part.OK || part.Reason != "Kafka is away" {
		t.Errorf("got %s, %v of %+v, want %s", got, err, part, want)
	}
}
