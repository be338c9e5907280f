package api

import (
	"net/http"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Reader is a replica as Kafka knows it, and what it reads.
type Reader struct {
	Replica    string // "" if it is none of ours
	Member     string
	Host       string
	Partitions []event.Partition // by topic and number
}

type readerJSON struct {
	Replica string     `json:"replica"`
	Member  string     `json:"member"`
	Host    string     `json:"host"`
	Reads   []readJSON `json:"reads"`
}

type readJSON struct {
	Topic      string  `json:"topic"`
	Partitions []int32 `json:"partitions"`
}

func showReader(r Reader) readerJSON {
	shown := readerJSON{r.Replica, r.Member, r.Host, []readJSON{}}
	for _, p := range r.Partitions {
		last := len(shown.Reads) - 1
		if last < 0 || shown.Reads[last].Topic != p.Topic {
			shown.Reads = append(shown.Reads, readJSON{p.Topic, []int32{p.ID}})
			continue
		}
		shown.Reads[last].Partitions = append(shown.Reads[last].Partitions, p.ID)
	}
	return shown
}

// replicas answers GET /replicas: for admins, all replicas that read, and which
// of them reads what, as Kafka says it.
func (s *Server) replicas(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	readers, err := s.config.Readers(r.Context())
	if err != nil {
		s.logger.Debug("who reads what is not known", "error", err)
		return &statusError{http.StatusServiceUnavailable, "Kafka does not say now who reads what; try again in a moment"}
	}
	shown := make([]readerJSON, len(readers))
	for i, reader := range readers {
		shown[i] = showReader(reader)
	}
	return writeJSON(w, struct {
		Replicas []readerJSON `json:"replicas"`
	}{shown})
}
