package api

import (
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

type rejectedGroupJSON struct {
	Reason    event.Reason `json:"reason"`
	Topic     string       `json:"topic"`
	Producer  string       `json:"producer"`
	Count     int64        `json:"count"`
	Bytes     int64        `json:"bytes"`
	FirstSeen time.Time    `json:"first_at"`
	LastSeen  time.Time    `json:"last_at"`
	NewestID  int64        `json:"newest_id"`
}

// rejectedGroups answers GET /rejected-groups: for admins.
func (s *Server) rejectedGroups(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	found, complete, err := s.store.RejectedGroups(r.Context())
	if err != nil {
		return err
	}
	groups := make([]rejectedGroupJSON, len(found))
	for i, g := range found {
		groups[i] = rejectedGroupJSON(g)
	}
	return writeJSON(w, struct {
		Groups   []rejectedGroupJSON `json:"groups"`
		Complete bool                `json:"complete"`
	}{groups, complete})
}
