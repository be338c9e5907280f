package store

import (
	"fmt"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// BenchmarkAppend appends events of some 550 bytes over one conn and counts
// the rows afterwards: a rate of which a row is missing is no rate.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int64{1, 20, 200, 2000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			url := testenv.Postgres(b).URL()
			s, err := Open(b.Context(), Config{URL: url})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(s.Close)
			p := event.Partition{Topic: "bench"}
			var offset int64
			for b.Loop() {
				b.StopTimer()
				batch := newBatch(p, offset, offset+size)
				b.StartTimer()
				mustAppend(b, s, batch)
				offset += size
			}
			b.StopTimer()
			wantNumber(b, connect(b, url), offset, `SELECT count(*) FROM event_bus_events`)
			b.ReportMetric(float64(offset)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
