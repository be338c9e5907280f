package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
)

// request is what is noted of a request while it is answered. It belongs to
// the goroutine of its handler.
type request struct {
	id     string
	client string // the address that it comes from
	who    auth.Principal
	err    error // for which it failed
	status int   // 0 until the answer begins

	allow   string // the methods that there are
	streams bool   // the answer has no end of its own
}

type requestKey struct{}

// noted is there for every request that came through around.
func noted(r *http.Request) *request { return r.Context().Value(requestKey{}).(*request) }

// saneID is a request id that we take over from a caller.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// around gives every request an id, and tells logs and metrics how it went.
func (s *Server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note := &request{id: r.Header.Get("X-Request-Id"), client: s.config.TrustedProxies.client(r)}
		if !saneID.MatchString(note.id) {
			note.id = uuid.NewString()
		}
		w.Header().Set("X-Request-Id", note.id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, note))
		begun := time.Now()
		defer func() {
			took := time.Since(begun)
			if note.streams && note.status == 0 {
				note.status = http.StatusOK // the conn itself was written to
			}
			s.metrics.observe(r, note, took)
			s.log(r, note, took)
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) log(r *http.Request, note *request, took time.Duration) {
	level := slog.LevelDebug
	switch {
	case errors.Is(note.err, event.ErrUnavailable): // the board says it once
	case note.status == http.StatusInternalServerError:
		level = slog.LevelError
	case note.status > http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	s.logger.Log(r.Context(), level, "request", "request_id", note.id, "method", r.Method, "path", r.URL.Path,
		"client", note.client, "subject", note.who.Subject,
		"status", note.status, "took", took, "error", note.err)
}

// survive answers a panic with 500. An answer that has begun is cut off, so
// that nobody takes it for whole.
func (s *Server) survive(w *answer, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	err := fmt.Errorf("panic: %v", p)
	s.logger.Error("handler panicked", "request_id", w.note.id, "error", err, "stack", string(debug.Stack()))
	begun := w.note.status != 0
	fail(w, r, err)
	if begun {
		panic(http.ErrAbortHandler)
	}
}

// answer notes the status of what is answered.
type answer struct {
	http.ResponseWriter
	note *request
}

func (a *answer) WriteHeader(status int) {
	if a.note.status == 0 {
		a.note.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.note.status == 0 {
		a.note.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what is below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Hijack is for the WebSocket library, which asks for it by name.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := a.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("this conn cannot be taken over")
	}
	return h.Hijack()
}
