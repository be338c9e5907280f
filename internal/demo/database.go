package demo

import "time"

const postgres = "postgres-adapter"

func database(c *chain) {
	switch {
	case c.chance(0.2):
		transaction(c)
	case c.chance(0.06):
		migration(c)
	default:
		databaseQuery(c)
	}
}

func databaseQuery(c *chain) {
	hash, kind := c.hash(8), pick(c.random, []string{"SELECT", "SELECT", "SELECT", "INSERT", "UPDATE"})
	asked := c.emit(postgres, "database", "query.requested", payload{"query_hash": hash, "query_type": kind, "timeout_ms": 5000})
	c.wait(c.duration(10*time.Millisecond, 400*time.Millisecond))
	if c.outage || c.chance(0.02) {
		c.emit(postgres, "database", "query.failed", payload{
			"query_hash": hash, "query_type": kind, "duration_ms": c.milliseconds(asked), "error": databaseError(c),
		})
		return
	}
	p := payload{"query_hash": hash, "query_type": kind}
	if kind == "SELECT" {
		p["rows_returned"], p["duration_ms"] = c.int(0, 5000), c.milliseconds(asked)
	} else {
		p["rows_affected"], p["execution_time_ms"] = c.int(1, 40), c.milliseconds(asked)
	}
	c.emit(postgres, "database", "query.completed", p)
}

func databaseError(c *chain) payload {
	if c.outage {
		return payload{"error_code": "08006", "error_message": "connection failure"}
	}
	return payload{"error_code": "57014", "error_message": "canceling statement due to statement timeout"}
}

func transaction(c *chain) {
	id := c.hash(6)
	asked := c.emit(postgres, "database", "transaction.requested", payload{"transaction_id": id, "isolation_level": "read committed", "statements": c.int(2, 12)})
	c.wait(c.duration(10*time.Millisecond, 900*time.Millisecond))
	if c.outage || c.chance(0.03) {
		c.emit(postgres, "database", "transaction.failed", payload{
			"transaction_id": id, "rolled_back": true, "duration_ms": c.milliseconds(asked), "error": databaseError(c),
		})
		return
	}
	c.emit(postgres, "database", "transaction.completed", payload{"transaction_id": id, "rows_affected": c.int(1, 400), "duration_ms": c.milliseconds(asked)})
}

func migration(c *chain) {
	version := c.int(100, 180)
	asked := c.emit(postgres, "database", "migration.requested", payload{"migration_version": version, "direction": "up"})
	c.wait(c.duration(200*time.Millisecond, 30*time.Second))
	if c.outage || c.chance(0.15) {
		c.emit(postgres, "database", "migration.failed", payload{"migration_version": version, "duration_ms": c.milliseconds(asked), "error": databaseError(c)})
		return
	}
	c.emit(postgres, "database", "migration.completed", payload{"migration_version": version, "statements": c.int(1, 9), "duration_ms": c.milliseconds(asked)})
}
