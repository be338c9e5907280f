package demo

import "time"

// incident is what a tenant's bus carries when its database goes away for a
// while: connection lost, queries that fail and the error logs about them,
// services degraded, connection restored, services healthy again. The frame of
// it shares one correlation id; each failed query has its own.
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

	facts := failures(r, t, at, length)

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

// failures are the queries that meet the outage, and what is logged of them.
func failures(r random, t *tenant, at time.Time, length time.Duration) []fact {
	var facts []fact
	for range r.int(5, 9) {
		c := newChain(r, t, at.Add(time.Duration(r.Float64()*0.8*float64(length))), true)
		c.namespace = t.namespaces[0]
		databaseQuery(c)
		c.wait(r.duration(2*time.Millisecond, 30*time.Millisecond))
		writeLog(c, "ERROR", "query failed: connection failure", "DB_CONNECTION")
		facts = append(facts, c.facts...)
	}
	return facts
}
