package demo

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// longestIncident is the most records that an incident comes to, those that
// are repeated or spoiled included.
const longestIncident = 60

// incident is what a tenant's bus carries when its database goes away for a
// while: connection lost, queries that fail and the error logs about them,
// services degraded, connection restored, services healthy again. The frame of
// it shares one correlation id. Each request that meets it has its own, and
// names the lost connection as what made its query fail, so that the way from
// any of them leads to the root.
func incident(r random, t *tenant, at time.Time, length time.Duration) []fact {
	c := newChain(r, t, at, true)
	c.namespace = t.namespaces[0]
	lost := c.emit(postgres, "database", "connection.lost", payload{
		"database": "orders", "host": "db-1", "error_code": "57P01", "error_message": "terminating connection due to administrator command",
	})
	c.wait(r.duration(time.Second, length/4))
	victims := []string{pick(r, services), pick(r, services)}
	for _, service := range victims {
		c.aside(func() {
			healthChanged(c, "service", "health.changed", service, "healthy", "degraded", "database connection lost")
		})
		c.wait(r.duration(100*time.Millisecond, 900*time.Millisecond))
	}
	c.aside(func() {
		healthChanged(c, "consul", "service.health.changed", victims[0], "passing", "critical", "readiness probe answers 503")
	})

	facts := failures(r, t, lost, length)

	c.wait(at.Add(length).Sub(c.now).Truncate(time.Millisecond))
	c.emit(postgres, "database", "connection.restored", payload{"database": "orders", "host": "db-1", "outage_ms": c.milliseconds(lost)})
	for _, service := range victims {
		c.wait(r.duration(500*time.Millisecond, 3*time.Second))
		c.aside(func() {
			healthChanged(c, "service", "health.changed", service, "degraded", "healthy", "database connection restored")
		})
	}
	return append(c.facts, facts...)
}

// failures are the requests that meet the outage: queries that fail and what is
// logged of them, some for an agent whose execution fails with its query. Most
// come while the loss is fresh: those that wait see it come back.
func failures(r random, t *tenant, lost *event.Event, length time.Duration) []fact {
	var facts []fact
	for i := range r.int(8, 13) {
		after := time.Duration(r.Float64() * r.Float64() * 0.8 * float64(length))
		c := newChain(r, t, lost.Timestamp.Add(after), true)
		c.namespace = t.namespaces[0]
		if i%6 == 0 && t.takes("agent") {
			brokenExecution(c, lost)
		} else {
			failedQuery(c, lost)
		}
		facts = append(facts, c.facts...)
	}
	return facts
}

func brokenExecution(c *chain, lost *event.Event) {
	agent := pick(c.random, agents)
	started := c.emit(claude, "agent", "execution.started", payload{"agent_name": agent, "user_request": pick(c.random, wishes), "started_at": c.now})
	c.wait(c.duration(20*time.Millisecond, 300*time.Millisecond))
	failedQuery(c, lost)
	c.cause = started.EventID
	c.wait(c.duration(5*time.Millisecond, 60*time.Millisecond))
	c.emit(claude, "agent", "execution.failed", payload{
		"agent_name": agent, "error_type": "DependencyError", "error_message": "the database does not answer",
		"failed_at": c.now, "duration_ms": c.milliseconds(started),
	})
}

// failedQuery is a query that the lost connection makes fail.
func failedQuery(c *chain, lost *event.Event) {
	hash := c.hash(8)
	asked := c.emit(postgres, "database", "query.requested", payload{"query_hash": hash, "query_type": "SELECT", "timeout_ms": 5000})
	c.wait(c.duration(10*time.Millisecond, 400*time.Millisecond))
	c.cause = lost.EventID
	c.emit(postgres, "database", "query.failed", payload{
		"query_hash": hash, "query_type": "SELECT", "duration_ms": c.milliseconds(asked), "error": databaseError(c),
	})
	c.wait(c.duration(2*time.Millisecond, 30*time.Millisecond))
	writeLog(c, "ERROR", "query failed: connection failure", "DB_CONNECTION")
}
