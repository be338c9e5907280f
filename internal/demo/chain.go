package demo

import (
	"encoding/json"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

type payload map[string]any

// chain is a run of events with one correlation id, each caused by the one
// before it unless said otherwise. Its clock starts when the chain does and
// moves only by wait, in whole milliseconds.
type chain struct {
	random
	tenant      *tenant
	correlation string
	namespace   string
	now         time.Time
	cause       string // id of the event that causes the next one
	outage      bool   // the tenant's database is away
	facts       []fact
}

// fact is an event as its producer knows it, before it is put into words.
type fact struct {
	*event.Event
	family, name string
	key          string // of the Kafka record
}

func newChain(r random, t *tenant, at time.Time, outage bool) *chain {
	at = at.UTC().Truncate(time.Microsecond)
	return &chain{
		random: r, tenant: t, now: at, outage: outage,
		correlation: r.uuid7(at), namespace: t.namespaces[r.weighted([]float64{8, 2, 1}[:len(t.namespaces)])],
	}
}

func (c *chain) wait(d time.Duration) { c.now = c.now.Add(d) }

// milliseconds is the time from an event of this chain to now.
func (c *chain) milliseconds(since *event.Event) int64 {
	return c.now.Sub(since.Timestamp).Milliseconds()
}

// emit adds an event at the chain's time, keyed by correlation id.
func (c *chain) emit(source, family, name string, p payload) *event.Event {
	return c.emitKeyed(c.correlation, source, family, name, p)
}

func (c *chain) emitKeyed(key, source, family, name string, p payload) *event.Event {
	body, err := json.Marshal(p)
	if err != nil {
		panic("payload of " + name + ": " + err.Error()) // a mistake in this package
	}
	e := &event.Event{
		EventID: c.uuid7(c.now), EventType: eventType(family, name), Timestamp: c.now,
		TenantID: c.tenant.name, Namespace: c.namespace, Source: source,
		CorrelationID: c.correlation, CausationID: c.cause, SchemaRef: schemaRef(family, name),
		Payload: body,
	}
	c.facts = append(c.facts, fact{e, family, name, key})
	c.cause = e.EventID
	return e
}

// aside runs f, whose events are caused by what came before it and cause
// nothing after it.
func (c *chain) aside(f func()) {
	cause := c.cause
	f()
	c.cause = cause
}
