package api

import (
	"net/http"
	"strings"
)

// stream answers GET /stream and /ws.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	if !s.config.RealTime {
		return &statusError{http.StatusNotFound, "the stream is switched off here (ENABLE_REAL_TIME_EVENTS)"}
	}
	sub, err := parseURL(r.URL.Query())
	if err != nil {
		return err
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		return &statusError{http.StatusUpgradeRequired, "this is a WebSocket: connect with ws:// or wss://"}
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
	s.streams.serve(w, r, who, sub)
	return nil
}
