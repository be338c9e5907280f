package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// usage is what a server has used so far.
type usage struct {
	at       time.Time
	cpu      time.Duration
	resident float64 // bytes
	heap     float64 // bytes of objects, those to be collected included
	stacks   float64 // bytes
	conns    float64
	frames   float64 // written to conns, since it was started
	stored   int64   // events, since it was started
}

// scrape reads a server's own metrics.
func scrape(ctx context.Context, server string) (usage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(server, "/")+"/metrics", nil)
	if err != nil {
		return usage{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return usage{}, fmt.Errorf("read metrics: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	u := usage{at: time.Now()}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue // a comment
		}
		switch name {
		case "process_cpu_seconds_total":
			u.cpu = time.Duration(v * float64(time.Second))
		case "process_resident_memory_bytes":
			u.resident = v
		case "go_memstats_heap_alloc_bytes":
			u.heap = v
		case "go_memstats_stack_inuse_bytes":
			u.stacks = v
		case "eventfeed_hub_conns":
			u.conns = v
		case "eventfeed_hub_frames_written_total":
			u.frames = v
		case "eventfeed_store_events_total":
			u.stored = int64(v)
		}
	}
	if err := lines.Err(); err != nil {
		return usage{}, fmt.Errorf("read metrics: %w", err)
	}
	if u.cpu == 0 {
		return usage{}, fmt.Errorf("read metrics: %s has no process_cpu_seconds_total", resp.Status)
	}
	return u, nil
}
