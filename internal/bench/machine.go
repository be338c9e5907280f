package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// Machine says what this runs on, and how busy that was in the last minute.
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
	return fmt.Sprintf("%d × %s, %s, load %s before", runtime.NumCPU(), model, runtime.GOOS, load())
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
