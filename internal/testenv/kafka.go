package testenv

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// Broker is a real Apache Kafka of one node. Its methods fail the test.
type Broker struct {
	Addr string // HOST:PORT, without TLS and SASL

	tb   testing.TB
	proc *process
}

// BrokerConfig changes how a broker is run.
type BrokerConfig struct {
	// Listeners are added to the plain one, like "SSL" or "SASL_PLAINTEXT",
	// with the port that each listens on.
	Listeners map[string]int
	Settings  map[string]string // over ours, as in server.properties
	Files     map[string]string // written beside the data: name → content
}

var sharedBroker struct {
	once   sync.Once
	broker *Broker
}

// Kafka gives a broker that the test binary shares: tests use topics and
// groups of their own.
func Kafka(tb testing.TB) *Broker {
	tb.Helper()
	sharedBroker.once.Do(func() {
		dir, err := sharedDir("kafka")
		if err != nil {
			tb.Fatal(err)
		}
		b := newBroker(tb, dir, BrokerConfig{})
		b.Start()
		onExit(func() error { return b.proc.end(syscall.SIGKILL) })
		sharedBroker.broker = b
	})
	if sharedBroker.broker == nil {
		tb.Fatal("Kafka could not be started, see the first test that asked for it")
	}
	return sharedBroker.broker
}

// NewKafka gives a broker of the test's own, to stop, kill and start again.
func NewKafka(tb testing.TB, c ...BrokerConfig) *Broker {
	tb.Helper()
	var config BrokerConfig
	if len(c) > 0 {
		config = c[0]
	}
	b := newBroker(tb, openDir(tb), config)
	b.Start()
	tb.Cleanup(func() {
		b.Signal(syscall.SIGCONT)
		b.Kill()
	})
	return b
}

// KafkaLibs is the folder with Kafka's jars.
func KafkaLibs(tb testing.TB) string {
	tb.Helper()
	libs := os.Getenv("EVENTFEED_KAFKA_LIBS")
	if libs == "" {
		libs = filepath.Join(ModuleRoot(tb), ".cache", "kafka", "libs")
	}
	if jars, _ := filepath.Glob(filepath.Join(libs, "kafka_*.jar")); len(jars) == 0 { // the pattern is well-formed
		tb.Fatalf("no Kafka in %s: `make deps` gets it", libs)
	}
	return libs
}

func newBroker(tb testing.TB, dir string, c BrokerConfig) *Broker {
	tb.Helper()
	libs := KafkaLibs(tb)
	for name, content := range c.Files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	plain, controller := FreePort(tb), FreePort(tb)
	config := filepath.Join(dir, "server.properties")
	if err := os.WriteFile(config, properties(dir, plain, controller, c), 0o600); err != nil {
		tb.Fatal(err)
	}
	format := exec.Command("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", libs+"/*",
		"kafka.tools.StorageTool", "format", "-t", "ZXZlbnRmZWVkLXRlc3RzMQ", "-c", config)
	if out, err := format.CombinedOutput(); err != nil {
		tb.Fatalf("format Kafka's storage: %v\n%s", err, out)
	}
	return &Broker{
		Addr: fmt.Sprintf("127.0.0.1:%d", plain), tb: tb,
		proc: &process{
			args: []string{"java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", libs + "/*", "kafka.Kafka", config},
			log:  filepath.Join(dir, "log"),
		},
	}
}

// properties writes a configuration that starts fast and keeps little.
func properties(dir string, plain, controller int, c BrokerConfig) []byte {
	listeners := []string{fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", plain), fmt.Sprintf("CONTROLLER://127.0.0.1:%d", controller)}
	protocols := []string{"PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT"}
	advertised := listeners[:1:1]
	for name, port := range c.Listeners {
		l := fmt.Sprintf("%s://127.0.0.1:%d", name, port)
		listeners, advertised = append(listeners, l), append(advertised, l)
		protocols = append(protocols, name+":"+name)
	}
	all := map[string]string{
		"process.roles": "broker,controller", "node.id": "1",
		"controller.quorum.voters":                 fmt.Sprintf("1@127.0.0.1:%d", controller),
		"listeners":                                strings.Join(listeners, ","),
		"advertised.listeners":                     strings.Join(advertised, ","),
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
		"message.max.bytes":                        "12000000",
		"replica.fetch.max.bytes":                  "12000000",
		"delete.topic.enable":                      "true",
	}
	maps.Copy(all, c.Settings)
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s=%s\n", k, all[k])
	}
	return []byte(b.String())
}

// Start starts the broker, again after Stop or Kill, and waits until it
// answers. Port and data stay as they are.
func (b *Broker) Start() {
	b.tb.Helper()
	if err := b.proc.start(); err != nil {
		b.tb.Fatalf("start Kafka: %v; `make deps` installs what it needs", err)
	}
	c := &kafka.Client{Addr: kafka.TCP(b.Addr), Timeout: 2 * time.Second, Transport: &kafka.Transport{}}
	defer c.Transport.(*kafka.Transport).CloseIdleConnections()
	b.proc.await(b.tb, func() error {
		m, err := c.Metadata(context.Background(), &kafka.MetadataRequest{})
		if err == nil && len(m.Brokers) == 0 {
			err = fmt.Errorf("no broker is registered yet")
		}
		return err
	})
}

// Stop ends the broker in good order.
func (b *Broker) Stop() { b.must(b.proc.end(syscall.SIGTERM)) }

// Kill ends the broker with SIGKILL.
func (b *Broker) Kill() { b.must(b.proc.end(syscall.SIGKILL)) }

// Signal sends a signal, such as SIGSTOP and SIGCONT.
func (b *Broker) Signal(s syscall.Signal) { b.must(b.proc.signal(s)) }

func (b *Broker) must(err error) {
	b.tb.Helper()
	if err != nil {
		b.tb.Error(err)
	}
}
