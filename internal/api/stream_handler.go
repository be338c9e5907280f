package api

import (
	"net/http"
	"strings"
)

// stream answers GET /stream and /ws: as a WebSocket, or as server-sent events
// for who accepts these.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	if !s.config.RealTime {
		return &statusError{http.StatusNotFound, "the stream is switched off here (ENABLE_REAL_TIME_EVENTS)"}
	}
	sub, err := parseURL(r.URL.Query())
	if err != nil {
		return err
	}
	serve := s.streams.serve
	switch {
	case strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
	case accepts(r, eventStream) && (r.ProtoMajor != 1 || r.Method == http.MethodHead):
		return &statusError{http.StatusHTTPVersionNotSupported, "events are streamed to a GET of HTTP/1.1"}
	case accepts(r, eventStream):
		if sub, err = sseSubscription(r, sub); err != nil {
			return err
		}
		serve = s.streams.serveSSE
	default:
		w.Header().Set("Upgrade", "websocket")
		return &statusError{http.StatusUpgradeRequired, "this is a WebSocket: connect with ws:// or wss://, or accept " + eventStream}
	}
	// Last, and whichever way the subscription was made.
	who := principal(r)
	if sub != nil {
		if sub.filter, err = restrict(who, sub.filter); err != nil {
			return err
		}
	}
	if err := s.streams.admit(who); err != nil {
		return err
	}
	noted(r).streams = true
	serve(w, r, who, sub)
	return nil
}
