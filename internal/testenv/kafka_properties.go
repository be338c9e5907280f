package testenv

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// properties writes a broker's configuration, one that starts fast, comes back
// fast after a kill, and keeps little.
func properties(dir string, plain, controller int, c BrokerConfig) []byte {
	listeners := []string{fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", plain)}
	protocols := []string{"PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT"}
	for name, l := range c.Listeners {
		listeners = append(listeners, fmt.Sprintf("%s://127.0.0.1:%d", name, l.Port))
		protocols = append(protocols, name+":"+l.Protocol)
	}
	all := map[string]string{
		"process.roles": "broker,controller", "node.id": "1",
		"controller.quorum.voters":                 fmt.Sprintf("1@127.0.0.1:%d", controller),
		"advertised.listeners":                     strings.Join(listeners, ","),
		"listeners":                                strings.Join(append(listeners, fmt.Sprintf("CONTROLLER://127.0.0.1:%d", controller)), ","),
		"listener.security.protocol.map":           strings.Join(protocols, ","),
		"controller.listener.names":                "CONTROLLER",
		"log.dirs":                                 filepath.Join(dir, "data"),
		"num.partitions":                           "3",
		"offsets.topic.num.partitions":             "3",
		"offsets.topic.replication.factor":         "1",
		"transaction.state.log.num.partitions":     "3",
		"transaction.state.log.replication.factor": "1",
		"transaction.state.log.min.isr":            "1",
		"group.initial.rebalance.delay.ms":         "0",
		"log.retention.check.interval.ms":          "1000",
		"broker.session.timeout.ms":                "2000",
		"broker.heartbeat.interval.ms":             "500",
		"log.cleaner.backoff.ms":                   "500",
		"log.cleaner.dedupe.buffer.size":           "4000000",
		"message.max.bytes":                        "12000000",
		"replica.fetch.max.bytes":                  "12000000",
	}
	maps.Copy(all, c.Settings)
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s=%s\n", k, all[k])
	}
	return []byte(b.String())
}
