package demo

import "time"

// tokens, sharing, peers and context stand for the families that producers
// are only beginning to use.

func tokens(c *chain) {
	used := c.int(200, 60_000)
	c.emit("token-ledger", "token", "usage.recorded", payload{"model_name": pick(c.random, models)[1], "prompt_tokens": used, "completion_tokens": used / 4})
	c.wait(c.duration(2*time.Millisecond, 20*time.Millisecond))
	amount := c.decimal(0.01, 3, 2)
	c.emit("token-ledger", "token", pick(c.random, []string{"consumed", "consumed", "earned"}), payload{"account": c.tenant.name, "amount": amount, "currency": "ONT"})
	c.wait(c.duration(2*time.Millisecond, 20*time.Millisecond))
	c.emit("token-ledger", "token", "balance.updated", payload{"account": c.tenant.name, "balance": c.decimal(100, 9000, 2), "below_reserve": c.chance(0.05)})
}

func sharing(c *chain) {
	name := pick(c.random, patterns)
	c.emit("pattern-library", "pattern", "contributed", payload{"pattern_name": name, "contributor": pick(c.random, people)})
	c.wait(c.duration(time.Second, 20*time.Second))
	c.emit("pattern-library", "pattern", "improved", payload{"pattern_name": name, "revision": c.int(2, 9)})
	c.wait(c.duration(time.Second, 20*time.Second))
	c.emit("pattern-library", "pattern", "effectiveness.measured", payload{"pattern_name": name, "effectiveness": c.decimal(-0.4, 0.9, 2), "samples": c.int(5, 400)})
}

func peers(c *chain) {
	peer := "peer-" + c.hash(4)
	joined := c.emit("p2p-mesh", "p2p", "peer.connected", payload{"peer_id": peer, "region": pick(c.random, []string{"eu-west", "us-east", "ap-south"})})
	c.wait(c.duration(100*time.Millisecond, 8*time.Second))
	if c.chance(0.2) {
		c.emit("p2p-mesh", "p2p", "sync.failed", payload{"peer_id": peer, "error_message": "peer closed the stream", "duration_ms": c.milliseconds(joined)})
	} else {
		c.emit("p2p-mesh", "p2p", "sync.completed", payload{"peer_id": peer, "bytes": c.int(1_000, 9_000_000), "duration_ms": c.milliseconds(joined)})
	}
	c.wait(c.duration(time.Second, 30*time.Second))
	if c.chance(0.3) {
		c.emit("p2p-mesh", "p2p", "peer.lost", payload{"peer_id": peer, "reason": "keepalive timed out", "connected_ms": c.milliseconds(joined)})
	}
}

func sharedContext(c *chain) {
	updated := c.emit("metacontext", "metacontext", "updated", payload{"context_id": c.hash(6), "keys_changed": c.int(1, 12)})
	c.wait(c.duration(20*time.Millisecond, time.Second))
	if c.chance(0.12) {
		c.emit("metacontext", "metacontext", "sync.failed", payload{"error_message": "version conflict", "duration_ms": c.milliseconds(updated)})
		return
	}
	c.emit("metacontext", "metacontext", "sync.completed", payload{"replicas": c.int(1, 5), "duration_ms": c.milliseconds(updated)})
}
