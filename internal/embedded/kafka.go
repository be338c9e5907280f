package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// KafkaConfig says how the development broker is run.
type KafkaConfig struct {
	Dir  string // holds the records; made if it is not there
	Addr string // HOST:PORT; clients are told the same, so HOST has to be one that they reach
	// AnyPort takes a free port if that of Addr is taken: see Kafka.Addr.
	AnyPort bool
	// PartitionBytes is how much of a partition is kept, 32 MiB if it is 0. It
	// is the only retention, so that back-dated records stay for a while, too.
	PartitionBytes int64
	Log            *slog.Logger
}

// Kafka is a broker in this process, kept in a folder. It speaks the protocol
// of a real one, groups and transactions included, and makes topics when they
// are first asked for; it is for development, and neither fast nor safe from
// a crash of the machine.
type Kafka struct {
	cluster *kfake.Cluster
	addr    string
	lock    *os.File
	stop    context.CancelFunc
	stopped chan struct{}
}

const (
	defaultPartitions     = 3
	defaultPartitionBytes = 32 << 20
	// segmentBytes is how much retention may keep too much.
	segmentBytes    = 4 << 20
	maxMessageBytes = 16 << 20
	retentionEvery  = time.Second
)

// StartKafka makes the folder if it has to, and returns when the broker takes
// connections. The context is for the start alone.
func StartKafka(ctx context.Context, c KafkaConfig) (*Kafka, error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := lockFolder(c.Dir)
	if err != nil {
		return nil, err
	}
	k := &Kafka{lock: lock, stopped: make(chan struct{})}
	if err := k.open(ctx, c); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	ctx, k.stop = context.WithCancel(context.WithoutCancel(ctx))
	go k.retain(ctx)
	return k, nil
}

func (k *Kafka) open(ctx context.Context, c KafkaConfig) error {
	l, err := listen(ctx, c)
	if err != nil {
		return err
	}
	k.addr = l.Addr().String()
	if c.PartitionBytes == 0 {
		c.PartitionBytes = defaultPartitionBytes
	}
	k.cluster, err = kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return l, nil }),
		kfake.ClusterID("eventfeed-dev"),
		kfake.DataDir(c.Dir),
		kfake.DefaultNumPartitions(defaultPartitions),
		kfake.WithLogger(kafkaLog{c.Log}),
		kfake.BrokerConfigs(map[string]string{
			"log.retention.ms":    "-1",
			"log.retention.bytes": strconv.FormatInt(c.PartitionBytes, 10),
			"log.segment.bytes":   strconv.FormatInt(min(segmentBytes, c.PartitionBytes), 10),
			"message.max.bytes":   strconv.Itoa(maxMessageBytes),
		}),
	)
	if err != nil {
		return fmt.Errorf("open the development Kafka in %s: %w", c.Dir, err)
	}
	k.cluster.ControlKey(kmsg.Metadata.Int16(), k.makeTopics)
	return nil
}

// listen opens Addr, or a free port of its host if that is wanted.
func listen(ctx context.Context, c KafkaConfig) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for Kafka clients: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return nil, fmt.Errorf("listen for Kafka clients on %s: clients are told this address, so it has to name a host that they reach, like 127.0.0.1", c.Addr)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if errors.Is(err, syscall.EADDRINUSE) && c.AnyPort {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen for Kafka clients: %w: another broker may run there; stop it, or choose another port (--kafka-listen)", err)
	}
	return l, err
}

// makeTopics makes the topics that a client names for the first time, as
// Kafka's default is. kfake's own way does not write them down until it is
// closed, so that a kill would lose them and what is in them.
func (k *Kafka) makeTopics(r kmsg.Request) (kmsg.Response, error, bool) { //nolint:revive // kfake's order
	k.cluster.DropControl() // and add it anew: it remembers every conn that it has seen
	k.cluster.ControlKey(kmsg.Metadata.Int16(), k.makeTopics)
	request, ok := r.(*kmsg.MetadataRequest)
	if !ok || request.Version >= 4 && !request.AllowAutoTopicCreation {
		return nil, nil, false
	}
	for _, t := range request.Topics {
		if t.Topic != nil && k.cluster.TopicInfo(*t.Topic) == nil {
			_ = k.cluster.CreateTopic(*t.Topic, 0, nil) // a bad name is answered as unknown
		}
	}
	return nil, nil, false
}

// retain deletes what is too much until Close.
func (k *Kafka) retain(ctx context.Context) {
	defer close(k.stopped)
	tick := time.NewTicker(retentionEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.cluster.ApplyRetention()
		}
	}
}

// Addr is where the broker listens.
func (k *Kafka) Addr() string { return k.addr }

// Close ends the broker and gives the folder back. To be called once.
func (k *Kafka) Close() error {
	k.stop()
	<-k.stopped
	k.cluster.Close()
	return k.lock.Close()
}

// kafkaLog passes on what goes wrong.
type kafkaLog struct{ *slog.Logger }

func (l kafkaLog) Logf(level kfake.LogLevel, format string, args ...any) {
	if l.Logger != nil && level <= kfake.LogLevelWarn {
		l.Warn("development kafka", "problem", fmt.Sprintf(format, args...))
	}
}
