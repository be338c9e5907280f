package demo

import "strings"

// catalog lists every event type that is generated, by family; the type's full
// name is omninode.<family>.<name>.v1, or <family>.<name>.v1 for onex.
var catalog = map[string][]string{
	"intelligence": {
		"query.requested", "query.completed", "query.failed",
		"search.requested", "search.completed", "search.failed",
		"quality.requested", "quality.assessed",
		"pattern.discovery.requested", "pattern.discovery.completed", "pattern.discovered", "pattern.matched",
		"compliance.requested", "compliance.validated", "performance.analyzed", "freshness.checked",
	},
	"agent": {
		"routing.requested", "routing.completed", "routing.failed",
		"execution.started", "execution.progress", "execution.completed", "execution.failed",
		"confidence.scored", "provider.selected", "quality.gate.passed", "quality.gate.failed",
		"transformation.started", "transformation.completed", "transformation.failed", "actions",
	},
	"metadata": {
		"stamping.requested", "stamping.stamped", "stamping.failed",
		"tree.stamping.requested", "tree.stamping.completed", "tree.stamping.failed", "orphaned.detected",
	},
	"code": {
		"generation.requested", "generation.completed", "generation.failed", "contract.generated", "tests.generated",
		"validation.requested", "validation.completed", "validation.failed",
	},
	"database": {
		"query.requested", "query.completed", "query.failed",
		"transaction.requested", "transaction.completed", "transaction.failed",
		"migration.requested", "migration.completed", "migration.failed",
		"connection.lost", "connection.restored",
	},
	"consul": {
		"service.register.requested", "service.registered", "service.deregister.requested", "service.deregistered",
		"service.discover.requested", "service.discovered",
		"health.check.requested", "health.status", "service.health.changed",
	},
	"vault": {
		"secret.read.requested", "secret.read.completed", "secret.read.failed",
		"secret.write.requested", "secret.write.completed", "secret.write.failed",
		"secret.rotate.requested", "secret.rotate.completed", "secret.rotate.failed",
		"secret.list.requested", "secret.list.completed", "secret.delete.requested", "secret.delete.completed",
		"secret.access.audited",
	},
	"bridge": {
		"workflow.started", "workflow.completed", "workflow.failed",
		"orchestration.started", "orchestration.completed", "orchestration.failed",
	},
	"service":     {"health.changed", "registered", "deregistered"},
	"kafka":       {"topic.activity"},
	"logging":     {"application", "audit", "security"},
	"node":        {"service.registered", "service.deregistered"},
	"onex":        {"node.announce", "node.introspect_response", "registry.introspect_request"},
	"token":       {"consumed", "earned", "balance.updated", "usage.recorded"},
	"pattern":     {"contributed", "improved", "effectiveness.measured"},
	"p2p":         {"peer.connected", "peer.lost", "sync.completed", "sync.failed"},
	"metacontext": {"updated", "sync.completed", "sync.failed"},
}

func eventType(family, name string) string {
	if family == "onex" {
		return "onex." + name + ".v1"
	}
	return "omninode." + family + "." + name + ".v1"
}

// schemaRef is where the schema of a type's payload is registered.
func schemaRef(family, name string) string {
	return "registry://omninode/" + family + "/" + strings.ReplaceAll(name, ".", "_") + "/v1"
}
