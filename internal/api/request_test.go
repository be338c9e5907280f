package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// handled runs one handler behind all that is around it, and gives what was
// answered and logged.
type handled struct {
	url string
	log *bytes.Buffer
	end func() // of the server: what was logged may be read then
}

func handling(t *testing.T, h handle) handled {
	t.Helper()
	var log bytes.Buffer
	s := &Server{logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), metrics: newHTTPMetrics(prometheus.NewRegistry())}
	server := httptest.NewServer(s.around(compressed(s.open(h))))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	return handled{server.URL, &log, server.Close}
}

var encodings = []string{"gzip", "identity"}

func fetch(t *testing.T, at, encoding string) (*http.Response, []byte, error) {
	t.Helper()
	r, err := http.NewRequest("GET", at, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", encoding)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	return resp, body, errors.Join(err, resp.Body.Close())
}

func TestAPanicIsAProblemThatTellsNothingAndIsLoggedWithItsID(t *testing.T) {
	for _, encoding := range encodings {
		h := handling(t, func(http.ResponseWriter, *http.Request) error { panic("secret") })
		resp, body, err := fetch(t, h.url, encoding)
		if err != nil {
			t.Fatal(err)
		}
		h.end()
		id := resp.Header.Get("X-Request-Id")
		if resp.StatusCode != 500 || bytes.Contains(body, []byte("secret")) || !bytes.Contains(body, []byte(id)) {
			t.Errorf("%s: got %d %s, want 500 with the id", encoding, resp.StatusCode, body)
		}
		if log := h.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "secret") || !strings.Contains(log, id) {
			t.Errorf("%s: log: %s", encoding, log)
		}
	}
}

func TestAnAnswerThatHasBegunIsCutOffByAPanic(t *testing.T) {
	for _, encoding := range encodings {
		for name, p := range map[string]any{"panic": "secret", "abort": http.ErrAbortHandler} {
			h := handling(t, func(w http.ResponseWriter, _ *http.Request) error {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 100)); err != nil {
					t.Error(err)
				}
				panic(p)
			})
			if resp, body, err := fetch(t, h.url, encoding); err == nil {
				t.Errorf("%s, %s: got %d %q as a whole answer, want it cut off", encoding, name, resp.StatusCode, body)
			}
		}
	}
}

func TestEachRequestIsOneLineOfTheLog(t *testing.T) {
	for name, tc := range map[string]struct {
		handle handle
		level  string
	}{
		"an answer":     {func(w http.ResponseWriter, _ *http.Request) error { return writeJSON(w, 1) }, "DEBUG"},
		"a bad request": {func(http.ResponseWriter, *http.Request) error { return &parameterFault{"a", "b"} }, "DEBUG"},
		"crowded":       {func(http.ResponseWriter, *http.Request) error { return errCrowded }, "WARN"},
		"store away":    {func(http.ResponseWriter, *http.Request) error { return event.ErrUnavailable }, "DEBUG"},
		"our fault":     {func(http.ResponseWriter, *http.Request) error { return errors.New("cause") }, "ERROR"},
	} {
		h := handling(t, tc.handle)
		if _, _, err := fetch(t, h.url, "identity"); err != nil {
			t.Fatal(err)
		}
		h.end()
		if log := h.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "level="+tc.level+" ") {
			t.Errorf("%s: got %s, want one line of %s", name, log, tc.level)
		}
	}
}

func TestAClientThatHasGoneIsNoError(t *testing.T) {
	begun := make(chan struct{})
	h := handling(t, func(_ http.ResponseWriter, r *http.Request) error {
		close(begun)
		<-r.Context().Done()
		return r.Context().Err()
	})
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", h.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-begun
		leave()
	}()
	if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = resp.Body.Close()
		t.Error("the request was answered")
	}
	h.end()
	if log := h.log.String(); !strings.Contains(log, "level=DEBUG") || !strings.Contains(log, "status=499") {
		t.Errorf("got %s, want a line of DEBUG with 499", log)
	}
}
