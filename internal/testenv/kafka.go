package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

// Broker is a real Apache Kafka of one node. Its methods fail the test.
type Broker struct {
	Addr string // HOST:PORT, without TLS and SASL

	tb   testing.TB
	dir  string
	libs string
	proc *embedded.Process
}

// BrokerConfig changes how a broker is run.
type BrokerConfig struct {
	// Listeners are added to the plain one: name → port and protocol.
	Listeners map[string]Listener
	Settings  map[string]string // over ours, as in server.properties
	Files     map[string][]byte // written into the broker's folder: name → content
	// Scram are the users that SCRAM knows: name → password.
	Scram map[string]string
}

// Listener is a place where a broker takes connections.
type Listener struct {
	Port     int
	Protocol string // SSL, SASL_PLAINTEXT or SASL_SSL
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
		onExit(func() error { return b.proc.End(syscall.SIGKILL, stopTimeout) })
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
	return startBroker(tb, openDir(tb), config)
}

// startBroker gives one that ends with the test.
func startBroker(tb testing.TB, dir string, c BrokerConfig) *Broker {
	tb.Helper()
	b := newBroker(tb, dir, c)
	b.Start()
	tb.Cleanup(func() {
		b.Kill()
		if tb.Failed() {
			tb.Logf("Kafka's log ends: %s", b.proc.LogTail())
		}
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
	b := &Broker{tb: tb, dir: dir, libs: KafkaLibs(tb)}
	for name, content := range c.Files {
		b.write(name, content)
	}
	plain, controller := FreePort(tb), FreePort(tb)
	b.Addr = fmt.Sprintf("127.0.0.1:%d", plain)
	b.write("server.properties", properties(dir, plain, controller, c))
	format := b.java("kafka.tools.StorageTool", "format", "-t", "ZXZlbnRmZWVkLXRlc3RzMQ", "-c", "server.properties")
	for name, password := range c.Scram {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			format.Args = append(format.Args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, name, password))
		}
	}
	if out, err := format.CombinedOutput(); err != nil {
		tb.Fatalf("format Kafka's storage: %v; `make deps` installs what it needs\n%s", err, out)
	}
	return b
}

func (b *Broker) write(name string, content []byte) {
	b.tb.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), content, 0o600); err != nil {
		b.tb.Fatal(err)
	}
}

// java runs a class in the broker's folder, tuned to start fast.
func (b *Broker) java(class string, args ...string) *exec.Cmd {
	cmd := exec.Command("java", append([]string{
		"-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", b.libs + "/*", class,
	}, args...)...)
	cmd.Dir = b.dir
	return cmd
}

// Start starts the broker, again after Stop or Kill, and waits until it
// answers. Port and data stay as they are.
func (b *Broker) Start() {
	b.tb.Helper()
	proc, err := embedded.StartProcess(b.java("kafka.Kafka", "server.properties"), filepath.Join(b.dir, "log"), syscall.SIGKILL)
	if err != nil {
		b.tb.Fatal(err)
	}
	b.proc = proc
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	c := &kafka.Client{Addr: kafka.TCP(b.Addr), Timeout: 2 * time.Second, Transport: transport}
	await(b.tb, proc, func() error {
		m, err := c.Metadata(context.Background(), &kafka.MetadataRequest{})
		if err == nil && len(m.Brokers) == 0 {
			return errors.New("no broker is registered yet")
		}
		return err
	})
}

// stopTimeout is more than a broker needs, even one without a controller.
const stopTimeout = 30 * time.Second

// Stop ends the broker in good order.
func (b *Broker) Stop() { b.must(b.proc.End(syscall.SIGTERM, stopTimeout)) }

// Kill ends the broker with SIGKILL.
func (b *Broker) Kill() { b.must(b.proc.End(syscall.SIGKILL, stopTimeout)) }

// Signal sends a signal, such as SIGSTOP and SIGCONT.
func (b *Broker) Signal(s syscall.Signal) { b.must(b.proc.Signal(s)) }

func (b *Broker) must(err error) {
	b.tb.Helper()
	if err != nil {
		b.tb.Error(err)
	}
}
