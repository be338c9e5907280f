package demo

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var (
	agents = []string{
		"agent-code-reviewer", "agent-debugger", "agent-api-architect", "agent-test-writer", "agent-documenter",
		"agent-performance", "agent-researcher", "agent-polymorphic",
	}
	wishes = []string{
		"review the open pull request", "find out why the import is slow", "write tests for the invoice handler",
		"document the retry settings", "rename the tenant column", "explain this stack trace", "draft the release notes",
	}
	models = [][2]string{
		{"anthropic", "claude-sonnet-4-5"}, {"anthropic", "claude-haiku-4-5"}, {"google", "gemini-2.5-flash"},
		{"zai", "glm-4.6"}, {"local", "qwen3-coder-30b"},
	}
	strategies = []string{"enhanced_fuzzy_matching", "semantic", "explicit", "fallback"}
)

const (
	router = "agent-router"
	claude = "omniclaude"
)

func agent(c *chain) {
	switch {
	case c.chance(0.12):
		transformation(c)
	default:
		if name, ok := routing(c); ok {
			execution(c, name)
		}
	}
}

func routing(c *chain) (agentName string, ok bool) {
	agentName = pick(c.random, agents)
	asked := c.emit(router, "agent", "routing.requested", payload{
		"user_request": pick(c.random, wishes),
		"context":      payload{"domain": "code", "previous_agent": nil, "current_file": pick(c.random, files)},
		"options":      payload{"max_recommendations": 3, "min_confidence": c.decimal(0.4, 0.7, 2), "timeout_ms": 5000},
	})
	c.wait(c.duration(50*time.Millisecond, 150*time.Millisecond))
	if c.chance(0.03) {
		c.emit(router, "agent", "routing.failed", payload{
			"error_code": "NO_CANDIDATE", "error_message": "no agent above the least confidence", "retry_after_ms": 2000,
			"fallback_recommendation": payload{"agent_name": "agent-polymorphic", "reason": "takes anything", "confidence": c.decimal(0.2, 0.4, 2)},
		})
		return "", false
	}
	routed(c, asked, agentName)
	c.wait(c.duration(2*time.Millisecond, 20*time.Millisecond))
	if c.chance(0.5) {
		c.aside(func() {
			c.emit(router, "agent", "confidence.scored", payload{
				"agent_name": agentName, "confidence_score": c.decimal(0.5, 1, 3), "routing_strategy": pick(c.random, strategies),
				"factors": payload{"trigger": c.decimal(0, 1, 2), "context": c.decimal(0, 1, 2), "history": c.decimal(0, 1, 2)},
			})
		})
	}
	return agentName, true
}

// routed is the answer of a router in one of the two shapes that are in use.
func routed(c *chain, asked *event.Event, agentName string) {
	strategy := pick(c.random, strategies)
	if c.chance(0.5) {
		c.emit(router, "agent", "routing.completed", payload{
			"selected_agent": agentName, "confidence_score": c.decimal(0.5, 1, 3),
			"routing_strategy": strategy, "routing_time_ms": c.milliseconds(asked),
		})
		return
	}
	c.emit(router, "agent", "routing.completed", payload{
		"recommendations": []payload{{
			"agent_name": agentName, "reason": "trigger words match",
			"confidence": payload{"total": c.decimal(0.5, 1, 3), "trigger": c.decimal(0.5, 1, 3)},
		}},
		"routing_metadata": payload{
			"routing_time_ms": c.milliseconds(asked), "cache_hit": c.chance(0.4),
			"candidates_evaluated": c.int(3, 40), "routing_strategy": strategy,
		},
	})
}

func execution(c *chain, name string) {
	if c.chance(0.6) {
		model := pick(c.random, models)
		c.emit(claude, "agent", "provider.selected", payload{
			"provider_name": model[0], "model_name": model[1], "selection_reason": pick(c.random, []string{"cost", "quality", "latency"}),
		})
		c.wait(c.duration(5*time.Millisecond, 60*time.Millisecond))
	}
	started := c.emit(claude, "agent", "execution.started", payload{
		"agent_name": name, "user_request": pick(c.random, wishes), "session_id": c.uuid7(c.now), "started_at": c.now,
	})
	progress(c, name)
	if c.chance(0.1) {
		c.emit(claude, "agent", "execution.failed", payload{
			"agent_name": name, "error_type": "ToolError", "error_message": "tool call refused: file is read-only",
			"failed_at": c.now, "duration_ms": c.milliseconds(started),
		})
		return
	}
	c.emit(claude, "agent", "execution.completed", payload{
		"agent_name": name, "duration_ms": c.milliseconds(started), "completed_at": c.now, "quality_score": c.decimal(0.6, 1, 2),
		"output_summary": pick(c.random, advice), "tokens_used": c.int(800, 40_000), "cost": c.decimal(0.01, 2.5, 2),
	})
}

// progress lets the execution's time pass, with what it says meanwhile.
func progress(c *chain, name string) {
	left := c.longTail(500*time.Millisecond, 1500*time.Millisecond, 90*time.Second)
	for step := 1; left > 4*time.Second && step <= 5; step++ {
		c.wait(2 * time.Second)
		left -= 2 * time.Second
		c.aside(func() {
			c.emit(claude, "agent", "execution.progress", payload{"agent_name": name, "step": step, "percent": 15 * step, "message": pick(c.random, advice)})
		})
	}
	c.wait(left)
	switch {
	case c.chance(0.25):
		c.aside(func() {
			c.emit(claude, "agent", "quality.gate.passed", payload{"gate_name": "tests", "score": c.decimal(0.8, 1, 2), "threshold": 0.8, "failure_reasons": []string{}})
		})
	case c.chance(0.05):
		c.aside(func() {
			c.emit(claude, "agent", "quality.gate.failed", payload{"gate_name": "coverage", "score": c.decimal(0.3, 0.8, 2), "threshold": 0.8, "failure_reasons": []string{"coverage fell"}})
		})
	}
	if c.tenant.dialects["agent.actions"] != nil {
		action(c, name)
	}
}

// action is what an agent did, as the oldest producer tells it.
func action(c *chain, name string) {
	c.aside(func() {
		c.emit(claude, "agent", "actions", payload{
			"correlation_id": c.correlation, "agent_name": name, "action_type": "tool_call",
			"action_name":    pick(c.random, []string{"Read", "Edit", "Bash", "Grep"}),
			"action_details": payload{"path": pick(c.random, files)}, "duration_ms": c.int(3, 900), "timestamp": c.now,
		})
	})
}

func transformation(c *chain) {
	from, to := pick(c.random, agents), pick(c.random, agents)
	started := c.emit(claude, "agent", "transformation.started", payload{"source_agent": from, "target_agent": to, "reason": "the task changed"})
	c.wait(c.duration(30*time.Millisecond, 300*time.Millisecond))
	if c.chance(0.05) {
		c.emit(claude, "agent", "transformation.failed", payload{
			"source_agent": from, "target_agent": to, "error_message": "target has no definition", "duration_ms": c.milliseconds(started),
		})
		return
	}
	c.emit(claude, "agent", "transformation.completed", payload{"source_agent": from, "target_agent": to, "duration_ms": c.milliseconds(started)})
	c.wait(c.duration(5*time.Millisecond, 30*time.Millisecond))
	execution(c, to)
}
