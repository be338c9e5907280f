package demo

import "time"

var (
	services = []string{"billing", "orders", "search", "registry", "notifier", "gateway", "importer"}
	people   = []string{"ada", "grace", "linus", "margaret", "ken", "barbara"}
)

const consulAdapter = "consul-adapter"

func consul(c *chain) {
	kinds := []func(*chain){healthCheck, register, deregister, discover}
	kinds[c.weighted([]float64{6, 2, 1, 4})](c)
}

func instance(c *chain) payload {
	name := pick(c.random, services)
	return payload{
		"service_id": name + "-" + c.hash(3), "service_name": name,
		"service_address": "10.20." + pick(c.random, []string{"1", "2", "3"}) + ".7", "service_port": c.int(8000, 8099),
	}
}

func register(c *chain) {
	p := instance(c)
	p["health_check"] = payload{"url": "/healthz", "interval": "10s", "timeout": "2s"}
	c.emit(consulAdapter, "consul", "service.register.requested", p)
	c.wait(c.duration(3*time.Millisecond, 60*time.Millisecond))
	c.emit(consulAdapter, "consul", "service.registered", p)
	c.wait(c.duration(time.Millisecond, 40*time.Millisecond))
	c.aside(func() { c.emitKeyed(p["service_name"].(string), consulAdapter, "service", "registered", p) })
	c.emit("node-registry", "node", "service.registered", payload{"node_id": c.uuid7(c.now), "service_name": p["service_name"], "node_type": "effect"})
}

func deregister(c *chain) {
	p := instance(c)
	c.emit(consulAdapter, "consul", "service.deregister.requested", p)
	c.wait(c.duration(3*time.Millisecond, 60*time.Millisecond))
	c.emit(consulAdapter, "consul", "service.deregistered", p)
	c.wait(c.duration(time.Millisecond, 40*time.Millisecond))
	c.aside(func() { c.emitKeyed(p["service_name"].(string), consulAdapter, "service", "deregistered", p) })
	c.emit("node-registry", "node", "service.deregistered", payload{
		"node_id": c.uuid7(c.now), "service_name": p["service_name"], "reason": pick(c.random, []string{"shutdown", "shutdown", "lease expired"}),
	})
}

func discover(c *chain) {
	name := pick(c.random, services)
	asked := c.emit(consulAdapter, "consul", "service.discover.requested", payload{"service_name": name, "only_healthy": true})
	c.wait(c.duration(2*time.Millisecond, 40*time.Millisecond))
	c.emit(consulAdapter, "consul", "service.discovered", payload{"service_name": name, "instances": c.int(0, 5), "duration_ms": c.milliseconds(asked)})
}

func healthCheck(c *chain) {
	p := instance(c)
	c.emit(consulAdapter, "consul", "health.check.requested", p)
	c.wait(c.duration(2*time.Millisecond, 200*time.Millisecond))
	status := "passing"
	if c.chance(0.06) {
		status = "critical"
	}
	c.emit(consulAdapter, "consul", "health.status", payload{"service_id": p["service_id"], "service_name": p["service_name"], "status": status})
	if status == "critical" {
		c.wait(c.duration(time.Millisecond, 30*time.Millisecond))
		healthChanged(c, "consul", "service.health.changed", p["service_name"].(string), "passing", status, "health check timed out")
	}
}

// healthChanged is told by consul of a service it watches, and by the services
// themselves.
func healthChanged(c *chain, family, name, service, from, to, reason string) {
	c.emitKeyed(service, consulAdapter, family, name, payload{
		"service_info":  payload{"name": service, "instance_id": service + "-" + c.hash(3)},
		"health_change": payload{"previous_status": from, "current_status": to, "change_reason": reason},
	})
}
