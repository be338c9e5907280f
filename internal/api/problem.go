package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// problem is an error as RFC 9457 has it.
type problem struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Detail    string        `json:"detail,omitempty"`
	Parameter string        `json:"parameter,omitempty"` // the one to blame
	At        *filter.Place `json:"at,omitempty"`        // in its value
	RequestID string        `json:"request_id"`
}

// statusError is an error that knows its status and what the public may read.
type statusError struct {
	status int
	detail string
}

func (e *statusError) Error() string { return e.detail }

// retryAfter is how many seconds a client waits until it tries again.
const retryAfter = "2"

// problemOf is the one table from errors to what clients are told.
func problemOf(err error) problem {
	var (
		status    *statusError
		fault     *parameterFault
		badFilter *filter.Error
		forbidden *auth.ForbiddenError
		invalid   *auth.InvalidError
	)
	switch {
	case errors.As(err, &status):
		return problem{Status: status.status, Detail: status.detail}
	case errors.As(err, &fault):
		return problem{Status: http.StatusBadRequest, Detail: fault.Error(), Parameter: fault.name}
	case errors.As(err, &badFilter):
		return problem{Status: http.StatusBadRequest, Detail: badFilter.Error(), Parameter: badFilter.Field, At: badFilter.At}
	case errors.As(err, &forbidden):
		return problem{Status: http.StatusForbidden, Detail: forbidden.Error()}
	case errors.Is(err, auth.ErrNoTenants):
		return problem{Status: http.StatusForbidden, Detail: err.Error()}
	case errors.As(err, &invalid):
		return problem{Status: http.StatusUnauthorized, Detail: invalid.Reason}
	case errors.Is(err, auth.ErrIssuerAway):
		return problem{Status: http.StatusServiceUnavailable, Detail: auth.ErrIssuerAway.Error()}
	case errors.Is(err, errTooMany):
		return problem{Status: http.StatusTooManyRequests, Detail: errTooMany.Error()}
	case errors.Is(err, auth.ErrUnauthenticated):
		return problem{Status: http.StatusUnauthorized, Detail: err.Error()}
	case errors.Is(err, errBusy):
		return problem{Status: http.StatusServiceUnavailable, Detail: errBusy.Error()}
	case errors.Is(err, event.ErrUnavailable):
		return problem{Status: http.StatusServiceUnavailable, Detail: "the store is away or overloaded; try again in a moment"}
	}
	return problem{Status: http.StatusInternalServerError, Detail: "something went wrong here; the log has it under the request id"}
}

// statusGone is what is noted of a request whose client has gone; nginx made
// the number up.
const statusGone = 499

// fail answers with an error, unless an answer has begun or nobody waits for
// it.
func fail(w *answer, r *http.Request, err error) {
	note := noted(r)
	note.err = err
	if note.status != 0 {
		return
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		note.status = statusGone
		return
	}
	p := problemOf(err)
	p.Type, p.Title, p.RequestID = "about:blank", http.StatusText(p.Status), note.id
	h := w.Header()
	switch p.Status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", retryAfter)
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", challenge(err))
	case http.StatusMethodNotAllowed:
		h.Set("Allow", note.allow)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	b, _ := json.Marshal(p)         // texts and a number: cannot fail
	_, _ = w.Write(append(b, '\n')) // the client may be gone, and is told nothing then
}

// challenge tells how to authenticate, and what was wrong with a token, as RFC
// 6750 §3 has it.
func challenge(err error) string {
	const plain = `Bearer realm="eventfeed"`
	var invalid *auth.InvalidError
	if !errors.As(err, &invalid) {
		return plain
	}
	return plain + `, error="invalid_token", error_description="` + invalid.Reason + `"`
}

// firstOf gives the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
