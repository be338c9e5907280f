package ingest

import (
	"slices"
	"strings"
	"testing"
)

func TestDefaultPatternsMatchWhatBrokersHold(t *testing.T) {
	ps, err := compileAll(DefaultPatterns)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"acme.omninode.agent.execution.completed.v1":             true,
		"acme.omninode.agent.v1":                                 true,
		"omninode.agent.confidence.scored.v1":                    true,
		"onex.node.announce.v1":                                  true,
		"dev.omninode_bridge.onex.evt.stamp-workflow-started.v1": true,
		"a.b.c.omninode.vault.secret.read.completed.v12":         true,
		"omninode.kafka.topic.activity.v1":                       true,
		"omninode.node.service.registered.v1":                    true,
		"agent-actions":                                          false,
		"omninode.agent.execution.completed":                     false, // no version
		"omninode.agent.execution.completed.vx":                  false,
		"omninode.unknown.thing.v1":                              false,
		"omninode.agentx.thing.v1":                               false,
		"xomninode.agent.thing.v1":                               false,
		"__consumer_offsets":                                     false,
		"__omninode.agent.thing.v1":                              false,
		"omninode.agent.v1.retry":                                false,
	} {
		if got := ps.match(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestGivenPatternsReplaceOrAdd(t *testing.T) {
	for list, want := range map[string][]string{
		"":                    DefaultPatterns,
		"a.*.v{version}, b":   {"a.*.v{version}", "b"},
		"+agent-actions,+x-*": append(slices.Clone(DefaultPatterns), "agent-actions", "x-*"),
		"*":                   {"*"},
	} {
		got, err := ParsePatterns(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v, want %v", list, got, err, want)
		}
	}
}

func TestWrongPatternsAreAllNamed(t *testing.T) {
	_, err := ParsePatterns("a b,__offsets,ok,x.{tenant}.y")
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{`"a b"`, `"__offsets"`, `"x.{tenant}.y"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in: %v", want, err)
		}
	}
}
