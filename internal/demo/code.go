package demo

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const generatorService = "omnibase-codegen"

func code(c *chain) {
	if c.chance(0.25) {
		validation(c)
		return
	}
	contract := "contract-" + c.hash(4)
	asked := c.emit(generatorService, "code", "generation.requested", payload{
		"contract_id": contract, "prompt": pick(c.random, wishes), "node_type": pick(c.random, []string{"effect", "compute", "reducer", "orchestrator"}),
	})
	whole := c.duration(2*time.Second, 60*time.Second)
	c.wait((whole / 5).Round(time.Millisecond))
	c.emit(generatorService, "code", "contract.generated", payload{"contract_id": contract, "fields": c.int(3, 40), "lines": c.int(20, 300)})
	if c.chance(0.5) {
		c.wait((whole / 5).Round(time.Millisecond))
		c.emit(generatorService, "code", "tests.generated", payload{"contract_id": contract, "test_count": c.int(3, 60), "coverage_target": 0.85})
	}
	c.wait(asked.Timestamp.Add(whole).Sub(c.now))
	generated(c, asked, contract)
}

func generated(c *chain, asked *event.Event, contract string) {
	ms := c.milliseconds(asked)
	if c.chance(0.06) {
		c.emit(generatorService, "code", "generation.failed", payload{
			"contract_id": contract, "failed_stage": pick(c.random, []string{"template", "compile", "lint"}), "error_code": "STAGE_FAILED",
			"error_message": "generated file does not compile", "is_retryable": c.chance(0.5), "duration_ms": ms,
		})
		return
	}
	p := payload{
		"contract_id": contract, "quality_score": c.decimal(0.6, 1, 2), "total_tokens": c.int(2_000, 90_000), "total_cost_usd": c.decimal(0.05, 4, 2),
		"duration_ms": ms,
	}
	if c.chance(0.5) {
		p["files_generated"] = c.int(1, 12)
	} else {
		p["generated_files"] = []payload{{"path": pick(c.random, files), "lines": c.int(20, 600)}}
	}
	c.emit(generatorService, "code", "generation.completed", p)
}

func validation(c *chain) {
	path := pick(c.random, files)
	asked := c.emit(generatorService, "code", "validation.requested", payload{"file_path": path, "rules": []string{"syntax", "types", "style"}})
	c.wait(c.duration(80*time.Millisecond, 3*time.Second))
	if c.chance(0.08) {
		c.emit(generatorService, "code", "validation.failed", payload{
			"file_path": path, "duration_ms": c.milliseconds(asked), "error_code": "TYPE_ERROR",
			"errors": []payload{{"line": c.int(1, 400), "message": "cannot assign null to a required field"}},
		})
		return
	}
	c.emit(generatorService, "code", "validation.completed", payload{"file_path": path, "duration_ms": c.milliseconds(asked), "warnings": c.int(0, 9)})
}
