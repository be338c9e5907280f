package api

import (
	"net/http"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// Part is how one of the services that we depend on does.
type Part struct {
	OK     bool
	Reason string // in words, if something is not as it should be; also while OK
	Detail any    // for admins; encoded as JSON
}

// partJSON is a part as it is shown.
type partJSON struct {
	State  string `json:"state"` // ok, away, or none where there is no such service
	Reason string `json:"reason,omitempty"`
	Detail any    `json:"detail,omitempty"`
}

// storeJSON is the store as it is shown; what only admins see is nil for
// others.
type storeJSON struct {
	partJSON
	Since      *time.Time `json:"since"` // it is in this state
	Partitions *int       `json:"partitions,omitempty"`
	Bytes      *int64     `json:"bytes,omitempty"`
	Rejected   *int64     `json:"rejected,omitempty"`
	Gaps       []gapJSON  `json:"gaps,omitzero"`
}

// gapJSON is a source gap as it is shown.
type gapJSON struct {
	Topic     string          `json:"topic"`
	Partition int32           `json:"partition"`
	From      int64           `json:"from"`
	To        int64           `json:"to"`
	Reason    event.GapReason `json:"reason"`
	NoticedAt time.Time       `json:"noticed_at"`
}

// statusJSON is the answer of GET /status.
type statusJSON struct {
	Active    bool           `json:"active"`    // this process reads events, or tries to
	Connected bool           `json:"connected"` // to Kafka
	Status    string         `json:"status"`    // running, degraded or stopped
	Reasons   []string       `json:"reasons"`   // in words, for what is not as it should be
	Version   string         `json:"version"`
	Replica   string         `json:"replica"`
	Epoch     string         `json:"epoch"`
	Head      event.Position `json:"head"`
	Oldest    event.Position `json:"oldest"`
	Kafka     partJSON       `json:"kafka"`
	Store     storeJSON      `json:"store"`
	Relay     partJSON       `json:"relay"`
	Hub       *hub.Status    `json:"hub,omitempty"` // for admins
}

// status answers GET /status, from memory alone. Who is no admin sees how the
// parts do, but no number or name that other tenants' events have left there.
func (s *Server) status(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	admin := principal(r).Admin
	kafka := s.config.Kafka()
	if !admin {
		kafka.Reason = publicReason(kafka)
	}
	st := statusJSON{
		Active: true, Connected: kafka.OK, Status: "running", Reasons: []string{},
		Version: s.config.Version, Replica: s.config.Replica,
		Kafka: showPart(kafka, admin), Relay: partJSON{State: "none"},
	}
	if s.config.Relay != nil {
		st.Relay = showPart(s.config.Relay(), admin)
	}
	s.board.show(&st, admin)
	if admin {
		h := s.hub.Status()
		st.Hub = &h
	}
	s.judge(&st)
	return writeJSON(w, st)
}

// judge sums the parts up.
func (s *Server) judge(st *statusJSON) {
	if st.Kafka.State != "ok" || st.Kafka.Reason != "" {
		st.Reasons = append(st.Reasons, st.Kafka.Reason)
	}
	if st.Store.State != "ok" {
		st.Reasons = append(st.Reasons, st.Store.Reason)
	}
	if st.Relay.State == "away" {
		st.Reasons = append(st.Reasons, st.Relay.Reason)
	}
	if s.board.behind() {
		st.Reasons = append(st.Reasons, "this replica is behind the head of the store")
	}
	if len(st.Reasons) > 0 {
		st.Status = "degraded"
	}
	if s.isDraining() {
		st.Active, st.Status = false, "stopped"
		st.Reasons = append(st.Reasons, "this replica is shutting down")
	}
}

func showPart(p Part, admin bool) partJSON {
	shown := partJSON{State: "ok", Reason: p.Reason}
	if !p.OK {
		shown.State = "away"
	}
	if admin {
		shown.Detail = p.Detail
	}
	return shown
}

// publicReason says what the reason of Kafka means for who is no admin: the
// real one may name topics, and with them tenants.
func publicReason(kafka Part) string {
	switch {
	case !kafka.OK:
		return "Kafka is away: nothing new arrives; what is stored can be read"
	case kafka.Reason != "":
		return "not all of Kafka can be read; an admin sees why"
	}
	return ""
}

// storeAway is what an outage of PostgreSQL means, in words.
const storeAway = "PostgreSQL is away: nothing can be stored or read; Kafka keeps what arrives"

// show fills in what is known of the store.
func (b *board) show(st *statusJSON, admin bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := b.state
	st.Epoch, st.Head, st.Oldest = state.Epoch, state.Last, state.Oldest
	st.Store = storeJSON{partJSON: partJSON{State: "ok"}, Since: timeOf(b.since)}
	if b.err != nil || !b.looked {
		st.Store.State, st.Store.Reason = "away", storeAway
	}
	if !admin {
		return
	}
	st.Store.Partitions, st.Store.Bytes, st.Store.Rejected = &state.Partitions, &state.Bytes, &state.Rejected
	st.Store.Gaps = make([]gapJSON, len(state.Gaps))
	for i, g := range state.Gaps {
		st.Store.Gaps[i] = gapJSON{g.Topic, g.ID, g.From, g.To, g.Reason, g.NoticedAt.UTC()}
	}
}
