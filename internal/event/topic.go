package event

import "strings"

// topicName is what the name of a topic tells.
type topicName struct {
	tenant    string // "" if it names none
	eventType string // the name without what stands before its family
}

// parseTopic finds the family, omninode or onex, in a name that ends in a
// version. One segment before it is the tenant, as in the catalog:
// {tenant}.omninode.{domain}.*.v{n} and {tenant}.onex.*.v{n}. Several are an
// environment and a service, as in dev.omninode_bridge.onex.evt.x.v1, and tell
// no tenant. Any domain will do: which topics are read is for the patterns to
// say. Every other name, such as agent-actions, is an event type as it stands.
func parseTopic(name string) topicName {
	plain := topicName{eventType: name}
	last := strings.LastIndexByte(name, '.')
	if last < 0 || !isVersion(name[last+1:]) {
		return plain
	}
	for at := 0; at < last; {
		segment, rest, _ := strings.Cut(name[at:last], ".")
		if segment == "onex" || segment == "omninode" && rest != "" {
			return topicName{tenant: onlySegment(name[:at]), eventType: name[at:]}
		}
		at += len(segment) + 1
	}
	return plain
}

func isVersion(segment string) bool {
	return segment != "" && segment[0] == 'v' && allDigits(segment[1:])
}

// onlySegment gives the segment that a prefix, with its dot, consists of; ""
// if there are more.
func onlySegment(prefix string) string {
	segment, rest, _ := strings.Cut(prefix, ".")
	if rest != "" {
		return ""
	}
	return segment
}
