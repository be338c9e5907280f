package api

import "net/http"

type healthJSON struct {
	Status string `json:"status"`
}

// healthz: the process works.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, healthJSON{"ok"})
}

// readyz: clients may be sent here. An outage is no reason to send them
// elsewhere, since every replica has it.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	reason := ""
	switch {
	case !s.board.hasLooked():
		reason = "starting"
	case s.isDraining():
		reason = "draining"
	case s.board.behind():
		reason = "behind the head of the store"
	}
	if reason != "" {
		return &statusError{http.StatusServiceUnavailable, reason}
	}
	return writeJSON(w, healthJSON{"ready"})
}
