package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/api"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/hub/relay"
)

// relaySettings say how replicas reach each other.
type relaySettings struct {
	RedisURL string `name:"redis-url" env:"REDIS_URL" placeholder:"URL" secret:"" help:"Redis, through which replicas tell each other what they store, like redis://user:password@host:6379; with ?master_name=NAME the host is a Sentinel. Without it several replicas find in the database what others stored."`
}

func (s relaySettings) check(m *mistakes) {
	if s.RedisURL == "" {
		return
	}
	if err := relay.CheckURL(s.RedisURL); err != nil {
		m.addAll("REDIS_URL", err)
	}
}

// outlet is where this replica's events go: to its own conns, and to those of
// the others.
type outlet struct {
	hub   *hub.Hub
	relay *relay.Relay // nil: there is none
}

func (r replica) outlet(h *hub.Hub, registry *prometheus.Registry) (outlet, error) {
	if r.settings.RedisURL == "" {
		return outlet{hub: h}, nil
	}
	link, err := relay.New(relay.Config{
		URL: r.settings.RedisURL, Replica: r.settings.name(),
		Epoch: h.Epoch, Position: h.Position, Publish: h.Publish, Preview: h.Preview, Heard: h.Heard, Working: h.RelayWorking,
		Logger: r.logger, Metrics: registry,
	})
	return outlet{h, link}, err
}

func (o outlet) publish(a event.Appended) {
	o.hub.Publish(a)
	if o.relay != nil {
		o.relay.Send(a)
	}
}

func (o outlet) preview(events []*event.Event) {
	o.hub.Preview(events)
	if o.relay != nil {
		o.relay.SendPreview(events)
	}
}

func (o outlet) runRelay(ctx context.Context) error {
	if o.relay == nil {
		return nil
	}
	return o.relay.Run(ctx)
}

// part is nil if there is no relay.
func (o outlet) part() func() api.Part {
	if o.relay == nil {
		return nil
	}
	return func() api.Part { return relayPart(o.relay.Status()) }
}

// relayJSON is how the relay does, as GET /status shows it to admins.
type relayJSON struct {
	Since    time.Time     `json:"since"` // it works, or does not
	Siblings []siblingJSON `json:"siblings"`
	Dropped  uint64        `json:"dropped"`
	Refused  uint64        `json:"refused"` // messages
	Error    *string       `json:"error"`
}

type siblingJSON struct {
	Replica  string         `json:"replica"`
	Position event.Position `json:"position"`
	LastSeen time.Time      `json:"last_seen"`
}

// relayAway is what an outage of Redis means, in words.
const relayAway = "Redis is away: what other replicas store is found in PostgreSQL instead, a moment later; nothing is lost"

func relayPart(st relay.Status) api.Part {
	detail := relayJSON{Since: st.Since.UTC(), Siblings: []siblingJSON{}, Dropped: st.Dropped, Refused: st.Garbage}
	for _, s := range st.Siblings {
		detail.Siblings = append(detail.Siblings, siblingJSON{s.Replica, s.Position, s.LastSeen.UTC()})
	}
	part := api.Part{OK: st.Working, Detail: detail}
	if !st.Working {
		detail.Error = &st.Reason
		part.Reason, part.Detail = relayAway, detail
	}
	return part
}
