package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/hub"
)

// clientJSON is a conn as admins see it.
type clientJSON struct {
	ID            string                 `json:"id"`
	Transport     string                 `json:"transport"`
	Subject       string                 `json:"subject"`
	Tenants       []string               `json:"tenants"`
	Admin         bool                   `json:"admin"`
	RemoteAddress string                 `json:"remote_address"`
	UserAgent     string                 `json:"user_agent"`
	Since         time.Time              `json:"since"`
	Frames        int64                  `json:"frames_sent"`
	Bytes         int64                  `json:"bytes_sent"`
	Subscriptions []hub.SubscriptionView `json:"subscriptions"`
}

func showPeer(p *peer) clientJSON {
	v := p.client.View()
	return clientJSON{
		ID: p.id, Transport: p.transport, Subject: p.who.Subject, Tenants: slices.Concat([]string{}, p.who.Tenants), Admin: p.who.Admin,
		RemoteAddress: p.remote, UserAgent: p.agent, Since: p.since.UTC().Truncate(time.Microsecond),
		Frames: v.Frames, Bytes: p.outlet.written.Load(), Subscriptions: v.Subscriptions,
	}
}

// clients answers GET /clients: for admins, the conns of this replica, oldest
// first.
func (s *Server) clients(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	peers := s.streams.peers()
	slices.SortFunc(peers, func(a, b *peer) int { return cmp.Or(a.since.Compare(b.since), strings.Compare(a.id, b.id)) })
	l := list{"clients", len(peers), len(peers) * eventBytes, func(dst []byte, i int) []byte {
		b, _ := json.Marshal(showPeer(peers[i])) // texts and numbers: cannot fail
		return append(dst, b...)
	}}
	return s.writeList(w, l, struct {
		Count   int    `json:"count"`
		Replica string `json:"replica"`
	}{len(peers), s.config.Replica})
}

// dismiss answers DELETE /clients/{id}: for admins. When it has answered, the
// conn has gone; its client may come again.
func (s *Server) dismiss(w http.ResponseWriter, r *http.Request) error {
	id, err := pathText(r, "id")
	if err := firstOf(parametersOf(r).done(), err); err != nil {
		return err
	}
	if err := s.streams.dismiss(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
