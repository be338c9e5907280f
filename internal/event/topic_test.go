package event

import (
	"strings"
	"testing"
)

func TestATopicTellsTenantAndType(t *testing.T) {
	for name, want := range map[string]topicName{
		"acme.omninode.agent.execution.completed.v1":             {"acme", "omninode.agent.execution.completed.v1"},
		"acme.omninode.agent.v1":                                 {"acme", "omninode.agent.v1"},
		"acme.omninode.kafka.topic.activity.v12":                 {"acme", "omninode.kafka.topic.activity.v12"},
		"acme.onex.node.announce.v1":                             {"acme", "onex.node.announce.v1"},
		"acme.onex.v1":                                           {"acme", "onex.v1"},
		"omninode.agent.confidence.scored.v1":                    {"", "omninode.agent.confidence.scored.v1"},
		"onex.node.announce.v1":                                  {"", "onex.node.announce.v1"},
		"dev.omninode_bridge.onex.evt.stamp-workflow-started.v1": {"", "onex.evt.stamp-workflow-started.v1"},
		"dev.svc.more.omninode.agent.v1":                         {"", "omninode.agent.v1"},
		"agent-actions":                                          {"", "agent-actions"},
		"acme.orders.v1":                                         {"", "acme.orders.v1"},
		"acme.omninode.agent.execution.completed":                {"", "acme.omninode.agent.execution.completed"},
		"acme.omninode.agent.v":                                  {"", "acme.omninode.agent.v"},
		"acme.omninode.agent.v1x":                                {"", "acme.omninode.agent.v1x"},
		"acme.omninode.agent.1":                                  {"", "acme.omninode.agent.1"},
		"acme.omninode.v1":                                       {"", "acme.omninode.v1"}, // no domain
		"acme.omninodex.agent.v1":                                {"", "acme.omninodex.agent.v1"},
		"onex.omninode.agent.v1":                                 {"", "onex.omninode.agent.v1"},
		".omninode.agent.v1":                                     {"", "omninode.agent.v1"},
		"omninode":                                               {"", "omninode"},
		"v1":                                                     {"", "v1"},
		"":                                                       {},
	} {
		if got := parseTopic(name); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func FuzzTopic(f *testing.F) {
	for _, seed := range []string{
		"acme.omninode.agent.execution.completed.v1", "acme.onex.v1", "dev.omninode_bridge.onex.evt.x.v1", "agent-actions", "omninode.v1", "..onex..v1", ".v1", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := parseTopic(name)
		if !strings.HasSuffix(name, got.eventType) || name != "" && got.eventType == "" {
			t.Fatalf("%q: got type %q, want an end of it", name, got.eventType)
		}
		if prefix := strings.TrimSuffix(name, got.eventType); got.tenant != "" && (prefix != got.tenant+"." || strings.Contains(got.tenant, ".")) {
			t.Fatalf("%q: got tenant %q of prefix %q, want its only segment", name, got.tenant, prefix)
		}
		if again := parseTopic(got.eventType); again != (topicName{eventType: got.eventType}) {
			t.Fatalf("%q: its type %q tells %+v, want only itself", name, got.eventType, again)
		}
	})
}
