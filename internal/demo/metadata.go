package demo

import "time"

const stamper = "metadata-stamping-service"

func metadata(c *chain) {
	switch {
	case c.chance(0.15):
		treeStamping(c)
	case c.chance(0.06):
		c.emit(stamper, "metadata", "orphaned.detected", payload{
			"artifact_path": pick(c.random, files), "last_seen_hash": c.hash(16), "age_days": c.int(1, 90),
		})
	default:
		stamping(c)
	}
}

func stamping(c *chain) {
	path, hash := pick(c.random, files), "blake3:"+c.hash(16)
	asked := c.emit(stamper, "metadata", "stamping.requested", payload{"artifact_path": path, "target_artifact_hash": hash})
	c.wait(c.duration(2*time.Millisecond, 80*time.Millisecond))
	if c.chance(0.03) {
		c.emit(stamper, "metadata", "stamping.failed", payload{
			"file_path": path, "error_code": "HASH_MISMATCH", "error_message": "file changed while it was stamped", "duration_ms": c.milliseconds(asked),
		})
		return
	}
	c.emit(stamper, "metadata", "stamping.stamped", payload{
		"artifact_path": path, "target_artifact_hash": hash, "duration_ms": c.milliseconds(asked),
		"metadata": payload{"version": c.decimal(1, 4, 1), "author": pick(c.random, people)},
	})
}

func treeStamping(c *chain) {
	asked := c.emit(stamper, "metadata", "tree.stamping.requested", payload{"root_path": "services/", "recursive": true})
	c.wait(c.duration(300*time.Millisecond, 8*time.Second))
	if c.chance(0.05) {
		c.emit(stamper, "metadata", "tree.stamping.failed", payload{
			"root_path": "services/", "files_stamped": c.int(0, 40), "error_message": "permission denied: services/vendor", "duration_ms": c.milliseconds(asked),
		})
		return
	}
	c.emit(stamper, "metadata", "tree.stamping.completed", payload{
		"root_path": "services/", "files_stamped": c.int(40, 900), "files_skipped": c.int(0, 20), "duration_ms": c.milliseconds(asked),
	})
}
