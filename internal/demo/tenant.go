package demo

import (
	"slices"
	"strings"
	"time"
)

// tenant is a customer of the bus: how much of the traffic is its own, when its
// people work, where its producers write and in which words.
type tenant struct {
	name       string
	share      float64
	busiest    time.Duration // time of day, UTC
	namespaces []string      // most used first
	families   []string      // all, where it is nil
	perType    []string      // families with a topic a type instead of one for all
	dialects   map[string]*dialect
}

// defaultTenant is where events end up whose producers name no tenant.
const defaultTenant = "default"

var tenants = []*tenant{
	{
		name: "acme", share: 0.46, busiest: 19 * time.Hour, namespaces: []string{"prod", "staging", "dev"},
		perType: []string{"intelligence", "agent", "code"},
	},
	{
		name: "globex", share: 0.27, busiest: 11 * time.Hour, namespaces: []string{"prod", "staging"},
		dialects: map[string]*dialect{"intelligence": onexA, "agent": routingVariant, "bridge": onexB, "code": onexB},
	},
	{
		name: "initech", share: 0.17, busiest: 15 * time.Hour, namespaces: []string{"production"},
		dialects: map[string]*dialect{"metadata": bridgeHook, "code": cloudStructured, "database": cloudBinary, "vault": headersOnly},
	},
	{
		name: "umbrella", share: 0.08, busiest: 5 * time.Hour, namespaces: []string{"prod", "test"},
		dialects: map[string]*dialect{"bridge": laterOnex, "agent.actions": flat},
	},
	{
		name: defaultTenant, share: 0.02, busiest: 14 * time.Hour, namespaces: []string{"dev"},
		families: []string{"agent", "onex"}, perType: []string{"agent", "onex"},
		dialects: map[string]*dialect{"agent.actions": flat},
	},
}

func (t *tenant) takes(family string) bool {
	return t.families == nil || slices.Contains(t.families, family)
}

// busy is the tenant's share of what starts at a time.
func (t *tenant) busy(at time.Time) float64 { return t.share * rhythm(at.Add(busiest-t.busiest)) }

func (t *tenant) dialect(family, name string) *dialect {
	if d := t.dialects[family+"."+name]; d != nil {
		return d
	}
	if d := t.dialects[family]; d != nil {
		return d
	}
	return guide
}

// topicOf is where a tenant's producers write a type.
func topicOf(t *tenant, family, name string) string {
	if t.dialect(family, name) == laterOnex {
		return "dev.omninode_bridge." + laterOnexType(name)
	}
	topic := eventType(family, name)
	if !slices.Contains(t.perType, family) {
		topic = strings.TrimSuffix(topic, name+".v1") + "v1"
	}
	if name == "actions" {
		topic = eventType(family, name) // flat bodies do not name their type
	}
	if t.name == defaultTenant {
		return topic
	}
	return t.name + "." + topic
}

// Topics lists every topic that is written to.
func Topics() []string {
	var topics []string
	for _, t := range tenants {
		for family, names := range catalog {
			if !t.takes(family) {
				continue
			}
			for _, name := range names {
				if name != "actions" || t.dialects["agent.actions"] != nil {
					topics = append(topics, topicOf(t, family, name))
				}
			}
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}
