package event

import "strings"

// families are the words that a catalog topic's name proper begins with.
var families = [...]string{"omninode", "onex"}

// TopicName is a topic's name taken apart: [prefix.]family.….vN.
type TopicName struct {
	Prefix string // "" if there is none; may have several segments
	Type   string // what follows the prefix; the whole name if it is none of the catalog's
	// Catalog says that the name has a family and a version.
	Catalog bool
}

// ParseTopic takes a topic's name apart.
func ParseTopic(topic string) TopicName {
	at := -1
	for begin := 0; begin < len(topic) && at < 0; {
		segment, _, _ := strings.Cut(topic[begin:], ".")
		for _, family := range families {
			if segment == family {
				at = begin
			}
		}
		begin += len(segment) + 1
	}
	if at < 0 {
		return TopicName{Type: topic}
	}
	i := strings.LastIndex(topic, ".v")
	name := TopicName{Type: topic[at:], Catalog: i > at && allDigits(topic[i+2:])}
	if at > 0 {
		name.Prefix = topic[:at-1]
	}
	return name
}

// Tenant is the prefix where the name has the catalog's form: one segment
// before the family. Several segments are environment and service, no tenant.
func (n TopicName) Tenant() string {
	if !n.Catalog || strings.Contains(n.Prefix, ".") {
		return ""
	}
	return n.Prefix
}
