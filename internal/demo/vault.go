package demo

import "time"

var secrets = []string{"billing/database", "orders/smtp", "shared/signing-key", "search/api-token", "registry/tls"}

const vaultAdapter = "vault-adapter"

// vault never tells a secret's value, only which one was touched and by whom.
func vault(c *chain) {
	verb := []string{"read", "write", "rotate", "list", "delete"}[c.weighted([]float64{14, 3, 2, 2, 1})]
	about := payload{"secret_path": pick(c.random, secrets), "mount_path": "kv", "version": c.int(1, 30), "actor": pick(c.random, services)}
	asked := c.emit(vaultAdapter, "vault", "secret."+verb+".requested", about)
	c.wait(c.duration(3*time.Millisecond, 120*time.Millisecond))
	answer := payload{"duration_ms": c.milliseconds(asked)}
	for k, v := range about {
		answer[k] = v
	}
	failed := verb != "list" && verb != "delete" && c.chance(0.03)
	if failed {
		answer["error_code"], answer["error_message"] = "PERMISSION_DENIED", "policy does not allow this path"
		c.emit(vaultAdapter, "vault", "secret."+verb+".failed", answer)
	} else {
		c.emit(vaultAdapter, "vault", "secret."+verb+".completed", answer)
	}
	if failed || c.chance(0.3) {
		c.wait(c.duration(time.Millisecond, 15*time.Millisecond))
		c.emit(vaultAdapter, "vault", "secret.access.audited", payload{
			"secret_path": about["secret_path"], "actor": about["actor"], "operation": verb, "allowed": !failed,
		})
	}
}
