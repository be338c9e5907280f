package hub

// Services says how the services do that we depend on: "ok", "away", or "none"
// where there is no such service.
type Services struct {
	Store string `json:"store"`
	Kafka string `json:"kafka"`
	Relay string `json:"relay"`
}

// status is one frame for all conns.
type status struct {
	services Services
	frame    Frame
}

// fine is what a client takes for granted until it is told otherwise.
var fine = newStatus(Services{"ok", "ok", "ok"})

func newStatus(s Services) *status {
	return &status{s, message{Type: "status", Services: &s}.frame()}
}

// isFine says whether nothing is away.
func (s *status) isFine() bool {
	return s.services.Store != "away" && s.services.Kafka != "away" && s.services.Relay != "away"
}

// Tell lets every conn know when how the services do has changed.
func (h *Hub) Tell(s Services) {
	if h.status.Load().services == s {
		return
	}
	h.status.Store(newStatus(s))
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.wake()
	}
}
