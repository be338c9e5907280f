package demo

import "time"

var (
	questions = []string{
		"How does the registry decide which node answers?", "Where is the retry budget configured?",
		"Which services still use the v0 envelope?", "What changed in billing since the last release?",
		"Find places where a context is dropped", "Why does the nightly import take twice as long?",
		"Welche Dienste schreiben in die Bestelltabelle?", "どのサービスが古いスキーマを使っていますか",
	}
	operations = []string{"QUALITY_ASSESSMENT", "CODE_SEARCH", "PATTERN_EXTRACTION", "ARCHITECTURE_REVIEW"}
	files      = []string{
		"services/billing/invoice.go", "services/orders/handler.py", "libs/registry/client.ts", "docs/adr/0017-envelopes.md",
		"services/search/index.rs", "tools/migrate/main.go", "src/omnibase/core/node_base.py",
	}
	advice = []string{
		"split the handler into parse and apply", "close the response body", "cache the compiled schema",
		"prefer one query with a join", "name the timeout", "add a test for the empty page",
	}
	patterns = []string{"circuit breaker", "repository", "outbox", "saga", "feature toggle", "bulkhead"}
)

const archon = "archon-intelligence"

func intelligence(c *chain) {
	kinds := []func(*chain){query, search, quality, discovery, compliance, analysis}
	kinds[c.weighted([]float64{12, 4, 2, 1, 1, 2})](c)
}

func query(c *chain) {
	operation := pick(c.random, operations)
	asked := c.emit(archon, "intelligence", "query.requested", payload{
		"query": pick(c.random, questions), "operation_type": operation, "options": payload{"max_results": c.int(5, 50)},
	})
	c.wait(c.duration(10*time.Millisecond, 400*time.Millisecond))
	if c.chance(0.03) {
		c.emit(archon, "intelligence", "query.failed", payload{
			"operation_type": operation, "error_code": "MODEL_TIMEOUT", "error_message": "no answer from the ranking model",
			"retry_allowed": true, "duration_ms": c.milliseconds(asked),
		})
		return
	}
	c.emit(archon, "intelligence", "query.completed", payload{
		"operation_type": operation, "duration_ms": c.milliseconds(asked), "cache_hit": c.chance(0.3),
		"result": payload{"quality_score": c.decimal(0.5, 1, 2), "recommendations": []string{pick(c.random, advice), pick(c.random, advice)}},
	})
}

func search(c *chain) {
	asked := c.emit(archon, "intelligence", "search.requested", payload{
		"query": pick(c.random, questions), "search_type": pick(c.random, []string{"hybrid", "vector", "keyword"}), "max_results": c.int(5, 50),
	})
	c.wait(c.duration(10*time.Millisecond, 400*time.Millisecond))
	if c.chance(0.02) {
		c.emit(archon, "intelligence", "search.failed", payload{
			"error_code": "INDEX_UNAVAILABLE", "error_message": "vector index is being rebuilt", "duration_ms": c.milliseconds(asked),
		})
		return
	}
	c.emit(archon, "intelligence", "search.completed", payload{
		"total_results": c.int(0, 50), "duration_ms": c.milliseconds(asked),
		"top_result": payload{"path": pick(c.random, files), "score": c.decimal(0.4, 1, 3)},
	})
}

func quality(c *chain) {
	path := pick(c.random, files)
	asked := c.emit(archon, "intelligence", "quality.requested", payload{"source_path": path, "content_hash": c.hash(16)})
	c.wait(c.duration(40*time.Millisecond, 900*time.Millisecond))
	c.emit(archon, "intelligence", "quality.assessed", payload{
		"source_path": path, "quality_score": c.decimal(0.3, 1, 2), "complexity": c.int(1, 40),
		"recommendations": []string{pick(c.random, advice)}, "duration_ms": c.milliseconds(asked),
	})
	c.wait(c.duration(10*time.Millisecond, 200*time.Millisecond))
	if c.chance(0.5) {
		c.emit(archon, "intelligence", "pattern.matched", payload{
			"pattern_name": pick(c.random, patterns), "source_path": path, "confidence_score": c.decimal(0.5, 1, 2),
		})
	}
}

func discovery(c *chain) {
	asked := c.emit(archon, "intelligence", "pattern.discovery.requested", payload{
		"source_path": pick(c.random, files), "languages": []string{"go", "python", "typescript"},
	})
	found := c.int(1, 3)
	for range found {
		c.wait(c.duration(50*time.Millisecond, 800*time.Millisecond))
		c.emit(archon, "intelligence", "pattern.discovered", payload{
			"pattern_name": pick(c.random, patterns), "source_path": pick(c.random, files), "occurrences": c.int(2, 30),
		})
	}
	c.wait(c.duration(10*time.Millisecond, 100*time.Millisecond))
	c.emit(archon, "intelligence", "pattern.discovery.completed", payload{"patterns_found": found, "duration_ms": c.milliseconds(asked)})
}

func compliance(c *chain) {
	path := pick(c.random, files)
	asked := c.emit(archon, "intelligence", "compliance.requested", payload{"source_path": path, "rule_set": "onex-strict"})
	c.wait(c.duration(20*time.Millisecond, 500*time.Millisecond))
	compliant, violations := c.chance(0.8), []string{}
	if !compliant {
		violations = append(violations, "node name does not end in its kind")
	}
	c.emit(archon, "intelligence", "compliance.validated", payload{
		"source_path": path, "compliant": compliant, "violations": violations, "duration_ms": c.milliseconds(asked),
	})
}

func analysis(c *chain) {
	if c.chance(0.5) {
		c.emit(archon, "intelligence", "performance.analyzed", payload{
			"component": pick(c.random, services), "p50_ms": c.decimal(1, 20, 1), "p99_ms": c.decimal(20, 900, 1),
			"requests_total": 9007199254740993 + int64(c.int(0, 999)), // beyond what a float64 holds
		})
		return
	}
	c.emit(archon, "intelligence", "freshness.checked", payload{
		"document_path": pick(c.random, files), "age_days": c.int(0, 400), "freshness_score": c.decimal(0, 1, 2), "stale": c.chance(0.2),
	})
}
