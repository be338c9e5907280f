package store

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// openStore opens a store that is closed with the test.
func openStore(tb testing.TB, c Config) *Store {
	tb.Helper()
	c.Logger = slog.New(slog.NewTextHandler(tb.Output(), nil))
	s, err := Open(tb.Context(), c)
	if err != nil {
		tb.Fatalf("open store: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// connect opens a conn of the test's own.
func connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	tb.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(tb testing.TB, conn *pgx.Conn, sql string, args ...any) {
	tb.Helper()
	if _, err := conn.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
}

// number reads one number, named in the failure by its query.
func number(tb testing.TB, conn *pgx.Conn, sql string, args ...any) int64 {
	tb.Helper()
	var n int64
	if err := conn.QueryRow(tb.Context(), sql, args...).Scan(&n); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return n
}

func wantNumber(tb testing.TB, conn *pgx.Conn, want int64, sql string, args ...any) {
	tb.Helper()
	if got := number(tb, conn, sql, args...); got != want {
		tb.Errorf("%s: got %d, want %d", sql, got, want)
	}
}

var endings = []string{"requested", "completed", "failed", "progress"}

var start = time.Date(2026, 10, 1, 8, 0, 0, 123456000, time.UTC)

// newEvent makes the event of one offset, of some 550 bytes.
func newEvent(p event.Partition, offset int64) *event.Event {
	at := start.Add(time.Duration(offset) * 40 * time.Millisecond)
	return &event.Event{
		EventID:       fmt.Sprintf("%s-%d-%d", p.Topic, p.ID, offset),
		EventType:     fmt.Sprintf("omninode.family%d.op.%s.v1", offset%10, endings[offset%4]),
		Timestamp:     at,
		TenantID:      fmt.Sprintf("tenant-%d", offset%20),
		Namespace:     "production",
		Source:        "omniclaude",
		CorrelationID: fmt.Sprintf("%016x-%d", rand.Uint64(), offset/4),
		SchemaRef:     "registry://omninode/family/op_completed/v1",
		Payload:       fmt.Appendf(nil, `{"duration_ms":%d,"cost":1.10,"detail":"%s"}`, offset%5000, strings.Repeat("lorem ipsum ", 18)),
		Topic:         p.Topic,
		Partition:     p.ID,
		Offset:        offset,
		ProcessedAt:   at.Add(time.Second),
	}
}

// newBatch makes the events of the offsets [from, next) of one partition.
func newBatch(p event.Partition, from, next int64) event.Batch {
	b := event.Batch{Spans: []event.Span{{Partition: p, From: from, Next: next}}}
	for offset := from; offset < next; offset++ {
		b.Events = append(b.Events, newEvent(p, offset))
	}
	return b
}

func mustAppend(tb testing.TB, s *Store, b event.Batch) event.Appended {
	tb.Helper()
	a, err := s.Append(tb.Context(), b)
	if err != nil {
		tb.Fatalf("append: %v", err)
	}
	return a
}

// checkWhole fails unless all that the store promises of its tables holds:
// positions without holes from the floor to the head, every id once and its
// hash with it, stored_at that never goes back, and counts that are those of
// the events.
func checkWhole(tb testing.TB, conn *pgx.Conn) {
	tb.Helper()
	wantNumber(tb, conn, 0, `SELECT count(*) - (max(last) - max(floor)) FROM event_bus_head LEFT JOIN event_bus_events ON id > floor`+
		` HAVING max(last) > max(floor)`+` UNION ALL SELECT 0 FROM event_bus_head WHERE last = floor`)
	wantNumber(tb, conn, 0, `SELECT count(*) FROM event_bus_events, event_bus_head WHERE id > last`)
	wantNumber(tb, conn, 0, `SELECT count(*) - count(DISTINCT (tenant_id, event_id)) FROM event_bus_events`)
	wantNumber(tb, conn, 0, `SELECT count(*) FROM event_bus_events e FULL JOIN event_bus_event_ids i
		ON i.position = e.id AND i.hash = event_bus_hash(e.tenant_id, e.event_id) WHERE e.id IS NULL OR i.hash IS NULL`)
	wantNumber(tb, conn, 0, `SELECT count(*) FROM (SELECT stored_at < lag(stored_at) OVER (ORDER BY id) AS back FROM event_bus_events) o WHERE back`)
	for table, bucket := range map[string]string{"event_bus_minutes": "minute", "event_bus_hours": "hour"} {
		wantNumber(tb, conn, 0, fmt.Sprintf(`
			WITH counted AS (SELECT date_trunc('%s', timestamp, 'UTC') AS bucket, tenant_id, event_type, count(*) AS count
				FROM event_bus_events, event_bus_head WHERE id > floor GROUP BY 1, 2, 3)
			SELECT count(*) FROM counted c FULL JOIN %s m USING (bucket, tenant_id, event_type) WHERE c.count IS DISTINCT FROM m.count`, bucket, table))
		wantNumber(tb, conn, 0, fmt.Sprintf(`
			WITH counted AS (SELECT bucket, event_type, sum(count) AS count FROM event_bus_%[1]s GROUP BY 1, 2)
			SELECT count(*) FROM counted c FULL JOIN event_bus_type_%[1]s m USING (bucket, event_type) WHERE c.count IS DISTINCT FROM m.count`, bucket+"s"))
	}
	wantNumber(tb, conn, 0, `
		WITH counted AS (SELECT event_bus_minute(timestamp) AS bucket, tenant_id, count(*) AS total, count(*) FILTER (WHERE event_bus_outcome(event_type) = 'success') AS success,
			count(*) FILTER (WHERE event_bus_outcome(event_type) = 'failure') AS failure, count(*) FILTER (WHERE event_bus_outcome(event_type) = 'open') AS open
			FROM event_bus_events, event_bus_head WHERE id > floor GROUP BY 1, 2)
		SELECT count(*) FROM counted FULL JOIN event_bus_outcomes o USING (bucket, tenant_id)
		WHERE (counted.total, counted.success, counted.failure, counted.open) IS DISTINCT FROM (o.total, o.success, o.failure, o.open)`)
	wantNumber(tb, conn, 0, `SELECT h.rejected - (SELECT count(*) FROM event_bus_rejected) FROM event_bus_head h`)
}
