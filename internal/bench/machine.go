package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Machine says what this runs on, how busy that was in the last minute, and how
// fast its loopback is now: others on the same host make it slower.
func Machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	cost := "not known"
	if d, err := writeCost(); err == nil {
		cost = fmt.Sprintf("%.1f µs", micros(d))
	}
	return fmt.Sprintf("%d × %s, %s, load %s before, a write of %d bytes to a conn takes %s", runtime.NumCPU(), model, runtime.GOOS, load(), smallFrame, cost)
}

// smallFrame is the size of a frame with one event.
const smallFrame = 700

// writeCost is what the kernel takes to send a small frame on loopback to a
// peer that does not read: one event to one conn cannot cost less.
func writeCost() (time.Duration, error) {
	// As many as in a fan-out, so that each is cold when its turn comes, and no
	// more than fits into the buffers of a conn.
	const conns, rounds = 1000, 10
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // nothing was promised to it
	var ours []net.Conn
	for range conns {
		theirs, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return 0, err
		}
		defer theirs.Close() //nolint:errcheck // the same
		c, err := l.Accept()
		if err != nil {
			return 0, err
		}
		defer c.Close() //nolint:errcheck // the same
		ours = append(ours, c)
	}
	frame := make([]byte, smallFrame)
	begun := time.Now()
	for range rounds {
		for _, c := range ours {
			if _, err := c.Write(frame); err != nil {
				return 0, err
			}
		}
	}
	return time.Since(begun) / (conns * rounds), nil
}

// load is that of the last minute, where the system tells it like Linux.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	minute, _, _ := strings.Cut(string(b), " ")
	return minute
}

// KafkaVersion is what a broker's answers say of its version.
func KafkaVersion(ctx context.Context, brokers []string) (string, error) {
	c := &kafka.Client{Addr: kafka.TCP(brokers...)}
	r, err := c.ApiVersions(ctx, &kafka.ApiVersionsRequest{})
	if err != nil {
		return "", fmt.Errorf("ask Kafka at %v for its version: %w", brokers, err)
	}
	var spoken kmsg.ApiVersionsResponse
	for _, k := range r.ApiKeys {
		spoken.ApiKeys = append(spoken.ApiKeys, kmsg.ApiVersionsResponseApiKey{
			ApiKey: int16(k.ApiKey), MinVersion: int16(k.MinVersion), MaxVersion: int16(k.MaxVersion),
		})
	}
	return kversion.FromApiVersionsResponse(&spoken).VersionGuess(), nil
}
