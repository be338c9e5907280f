package demo

import "time"

func bridge(c *chain) {
	kind := pick(c.random, []string{"workflow", "workflow", "orchestration"})
	about := func(state string, more payload) payload {
		p := payload{"workflow_id": c.correlation, "workflow_type": "stamp_and_register", "current_state": state}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	started := c.emit(bridgeService, "bridge", kind+".started", about("running", payload{"step_name": "stamp", "step_status": "started"}))
	c.wait(c.duration(100*time.Millisecond, 6*time.Second))
	took := payload{"execution_time_ms": c.milliseconds(started), "step_name": "register"}
	if c.chance(0.06) {
		took["step_status"], took["error_message"] = "failed", "registry did not answer"
		c.emit(bridgeService, "bridge", kind+".failed", about("failed", took))
		return
	}
	took["step_status"] = "completed"
	c.emit(bridgeService, "bridge", kind+".completed", about("completed", took))
}

const bridgeService = "omninode_bridge"

func applicationLog(c *chain) {
	level := []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}[c.weighted([]float64{10, 60, 18, 10, 1})]
	message := map[string]string{
		"DEBUG": "cache refreshed", "INFO": "request handled", "WARNING": "slow answer from upstream",
		"ERROR": "request failed: upstream timed out", "CRITICAL": "worker pool exhausted",
	}[level]
	writeLog(c, level, message, "APP_"+level)
}

func writeLog(c *chain, level, message, code string) {
	service := pick(c.random, services)
	c.emitKeyed(service, service, "logging", "application", payload{
		"service_name": service, "instance_id": service + "-" + c.hash(3), "level": level, "logger": service + ".http",
		"message": message, "code": code, "context": payload{"request_id": c.hash(6), "path": "/v1/" + service},
	})
}

func auditLog(c *chain) {
	c.emitKeyed(c.tenant.name, "audit-log", "logging", "audit", payload{
		"action": pick(c.random, []string{"role.granted", "key.created", "export.started", "setting.changed"}),
		"actor":  pick(c.random, people), "resource": "project/" + pick(c.random, services), "outcome": pick(c.random, []string{"success", "success", "success", "failure"}),
	})
}

func securityLog(c *chain) {
	decision := "allow"
	if c.chance(0.15) {
		decision = "deny"
	}
	c.emitKeyed(c.tenant.name, "policy-engine", "logging", "security", payload{
		"user_id": pick(c.random, people), "resource": "/admin/" + pick(c.random, services), "action": "open", "decision": decision,
		"severity": map[string]string{"allow": "info", "deny": "warning"}[decision],
	})
}

func serviceHealth(c *chain) {
	from, to := "healthy", "unhealthy"
	if c.chance(0.7) {
		from, to = to, from
	}
	healthChanged(c, "service", "health.changed", pick(c.random, services), from, to, "readiness probe")
}

func topicActivity(c *chain) {
	c.emit("kafka-monitor", "kafka", "topic.activity", payload{
		"topic_name": topicOf(c.tenant, "agent", "execution.completed"), "messages_per_minute": c.decimal(0, 400, 1), "consumer_lag": c.int(0, 90),
		"status": pick(c.random, []string{"active", "active", "active", "idle", "lagging"}),
	})
}

func introspection(c *chain) {
	node := "node-" + c.hash(4)
	c.emit(node, "onex", "node.announce", payload{"node_id": node, "node_type": "compute", "version": "1.4.0", "capabilities": []string{"validate", "transform"}})
	if c.chance(0.5) {
		return
	}
	c.wait(c.duration(20*time.Millisecond, 400*time.Millisecond))
	asked := c.emit("onex-registry", "onex", "registry.introspect_request", payload{"node_id": node, "reason": "startup", "timeout_ms": 2000})
	c.wait(c.duration(5*time.Millisecond, 300*time.Millisecond))
	status := "ok"
	if c.chance(0.05) {
		status = "error"
	}
	c.emit(node, "onex", "node.introspect_response", payload{
		"node_id": node, "status": status, "duration_ms": c.milliseconds(asked), "endpoints": payload{"health": "/health", "metrics": "/metrics"},
	})
}
