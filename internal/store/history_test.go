package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// history is a store beside what ought to be in it, so that answers can be
// compared with what a loop over a slice would give.
type history struct {
	*Store
	floor  event.Position
	events []*event.Event // by position, those below the floor included
}

var origin = time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)

// emptyHistory has partitions of the given size.
func emptyHistory(tb testing.TB, size int64) *history {
	tb.Helper()
	s, err := Open(tb.Context(), Config{URL: testenv.Database(tb), PartitionSize: size})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return &history{Store: s}
}

// randomHistory has n events that are late, early and simultaneous, in
// partitions of which some are not measured, some below the floor, and windows
// so small that a search takes many.
func randomHistory(tb testing.TB, seed uint64, n int) *history {
	h := emptyHistory(tb, 50)
	h.effort.events = 20
	random := newRandom(seed)
	for i := range n {
		h.events = append(h.events, randomEvent(random, i))
	}
	h.insert(tb, h.events)
	h.exec(tb, `SELECT event_bus_measure_partitions()`)
	h.exec(tb, `UPDATE event_bus_partitions SET oldest_timestamp = NULL, newest_timestamp = NULL WHERE first % 4 = 0`)
	h.floor = event.Position(n / 10)
	h.exec(tb, `SELECT event_bus_raise_floor($1)`, int64(h.floor))
	return h
}

func randomEvent(random *rand.Rand, i int) *event.Event {
	pick := func(values ...string) string { return values[random.IntN(len(values))] }
	at := origin.Add(time.Duration(i) * 7 * time.Second)
	switch random.IntN(20) {
	case 0:
		at = at.Add(-time.Duration(random.IntN(100)) * time.Hour)
	case 1:
		at = at.Add(time.Duration(random.IntN(1000)) * 24 * time.Hour)
	case 2:
		at = at.Truncate(time.Hour)
	case 3:
		at = at.Add(time.Duration(random.IntN(1e6)) * time.Microsecond)
	case 4:
		at = time.Date(1+random.IntN(9998), 1, 1, 0, 0, 0, 1000, time.UTC)
	}
	return &event.Event{
		EventID: fmt.Sprintf("id-%d", i), EventType: pick(eventTypes...), Timestamp: at, TenantID: pick(texts...),
		Namespace: pick("", "prod", "dev", "Dev"), Source: pick(texts...), CorrelationID: pick("", "c-1", "c-2", "C-1", "50%"),
		Payload: []byte(pick(`{"a":1.10,"b":[1,"x, y: z"]}`, `{}`, `{"\"a\\\": ":" \" , "}`)),
		Topic:   pick(texts...), Partition: int32(random.IntN(3)), Offset: int64(i), ProcessedAt: origin.Add(time.Duration(i) * time.Second),
	}
}

var (
	texts      = []string{"acme", "Acme", "acmé", "acme\u0301", "50%", "50_", `a\b`, "日本", "a.b\nc", "\uFFFD", "a,b"}
	eventTypes = []string{
		"omninode.agent.execution.completed.v1", "omninode.agent.execution.failed.v1", "omninode.agent.execution.started.v1",
		"dev.omninode_bridge.onex.evt.stamp-workflow-started.v1", "agent-actions", "failed", "x.failed.v", "x.failed.v1.v2",
		"x\nfailed", "lost.v12", "omninode%agent_x.denied.v1", "Omninode.agent.restored", "ünïcode.failed.v1",
		"a.v1-failed", "failed-v1", "v1", ".v1", "x.failed-.v1", "x..failed",
	}
)

// insert stores events as an append would, three of them a second.
func (h *history) insert(tb testing.TB, events []*event.Event) {
	tb.Helper()
	head, err := h.Head(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for i, e := range events {
		e.Position = head.Last + event.Position(i) + 1
		e.StoredAt = origin.Add(time.Duration(e.Position/3) * time.Second)
		h.exec(tb, `SELECT event_bus_add_partition($1, $2)`, i, h.partitionSize)
	}
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	columns := []string{
		"id", "event_type", "event_id", "timestamp", "tenant_id", "namespace", "source", "correlation_id", "causation_id",
		"schema_ref", "payload", "topic", "partition", "offset", "processed_at", "stored_at",
	}
	_, err = h.write.CopyFrom(tb.Context(), pgx.Identifier{"event_bus_events"}, columns, pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
		e := events[i]
		return []any{
			int64(e.Position), e.EventType, e.EventID, e.Timestamp, e.TenantID, null(e.Namespace), e.Source, null(e.CorrelationID),
			null(e.CausationID), null(e.SchemaRef), string(e.Payload), e.Topic, e.Partition, e.Offset, e.ProcessedAt, e.StoredAt,
		}, nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	h.countFrom(tb, head.Last)
}

// countFrom sees to everything beside the events themselves.
func (h *history) countFrom(tb testing.TB, after event.Position) {
	tb.Helper()
	for _, sql := range []string{
		`INSERT INTO event_bus_event_ids SELECT event_bus_hash(tenant_id, event_id), id FROM event_bus_events WHERE id > $1`,
		`INSERT INTO event_bus_minutes SELECT event_bus_minute(timestamp), tenant_id, event_type, count(*) FROM event_bus_events WHERE id > $1 GROUP BY 1, 2, 3 ORDER BY 1`,
		`INSERT INTO event_bus_hours SELECT event_bus_hour(timestamp), tenant_id, event_type, count(*) FROM event_bus_events WHERE id > $1 GROUP BY 1, 2, 3 ORDER BY 1`,
		`INSERT INTO event_bus_type_minutes SELECT event_bus_minute(timestamp), event_type, count(*) FROM event_bus_events WHERE id > $1 GROUP BY 1, 2 ORDER BY 1`,
		`INSERT INTO event_bus_type_hours SELECT event_bus_hour(timestamp), event_type, count(*) FROM event_bus_events WHERE id > $1 GROUP BY 1, 2 ORDER BY 1`,
		`INSERT INTO event_bus_outcomes SELECT event_bus_minute(timestamp), tenant_id, count(*),
		   count(*) FILTER (WHERE event_bus_outcome(event_type) = 'success'),
		   count(*) FILTER (WHERE event_bus_outcome(event_type) = 'failure'),
		   count(*) FILTER (WHERE event_bus_outcome(event_type) = 'open') FROM event_bus_events WHERE id > $1 GROUP BY 1, 2 ORDER BY 1`,
		`UPDATE event_bus_head SET last = coalesce((SELECT max(id) FROM event_bus_events WHERE id > $1), last),
		   stored_at = coalesce((SELECT max(stored_at) FROM event_bus_events WHERE id > $1), stored_at)`,
	} {
		h.exec(tb, sql, int64(after))
	}
}

func (h *history) exec(tb testing.TB, sql string, args ...any) {
	tb.Helper()
	if _, err := h.write.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
}

// matching are the stored events that f selects, by position.
func (h *history) matching(f filter.Filter) []*event.Event {
	var found []*event.Event
	for _, e := range h.events {
		if e.Position > h.floor && f.Match(e) {
			found = append(found, e)
		}
	}
	return found
}

func positions(events []*event.Event) []event.Position {
	list := make([]event.Position, 0, len(events))
	for _, e := range events {
		list = append(list, e.Position)
	}
	return list
}

// sorted gives a copy in the order of a query.
func sorted(events []*event.Event, order Order, ascending bool) []*event.Event {
	w := walk{order: order, descending: !ascending}
	return slices.SortedFunc(slices.Values(events), w.compare)
}

func drawFilter(t *rapid.T) filter.Filter {
	some := func(name string, values []string) []string {
		return rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(rapid.SampledFrom(values), 0, 4)).Draw(t, name)
	}
	patterns := func(values []string) []string {
		all := append([]string{"*", "*a*", "*.failed*", "omninode.*", "%", "*%*", "_*", "50_", `a\*`, "*\n*", "*é", "*.v1", "dev.*-*.v1"}, values...)
		return all
	}
	return filter.Filter{
		EventTypes: some("types", patterns(eventTypes)), TenantIDs: some("tenants", texts), Namespaces: some("namespaces", []string{"prod", "dev", "x"}),
		Sources: some("sources", texts), CorrelationIDs: some("correlations", []string{"c-1", "C-1", "50%", "no"}),
		Topics: some("topics", patterns(texts)), Outcomes: some("outcomes", event.Outcomes),
	}.Canonical()
}

func drawTime(t *rapid.T, name string) time.Time {
	near := rapid.Map(rapid.Int64Range(-3600*4, 3600*4), func(s int64) time.Time { return origin.Add(time.Duration(s)*time.Second + 1500) })
	far := rapid.Map(rapid.IntRange(1, 9999), func(y int) time.Time { return time.Date(y, 6, 1, 0, 0, 0, 0, time.UTC) })
	return rapid.OneOf(rapid.Just(time.Time{}), near, near, far).Draw(t, name)
}

func within(events []*event.Event, start, end time.Time) []*event.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e *event.Event) bool {
		return !start.IsZero() && e.Timestamp.Before(start) || !end.IsZero() && !e.Timestamp.Before(end)
	})
}

// insertMore adds to what there is, and forgets its counts.
func (h *history) insertMore(tb testing.TB, events []*event.Event) {
	h.exec(tb, `TRUNCATE event_bus_minutes, event_bus_hours, event_bus_type_minutes, event_bus_type_hours, event_bus_outcomes`)
	h.insert(tb, events)
	h.events = append(h.events, events...)
}

// fill adds n plain events quickly.
func (h *history) fill(tb testing.TB, n int) {
	tb.Helper()
	for at := int64(0); at < int64(n); at += h.partitionSize {
		h.exec(tb, `SELECT event_bus_add_partition($1, $2)`, at+h.partitionSize, h.partitionSize)
	}
	h.exec(tb, `
		INSERT INTO event_bus_events (id, event_type, event_id, timestamp, tenant_id, namespace, source, correlation_id,
		  payload, topic, partition, "offset", processed_at, stored_at)
		SELECT i, 'omninode.family' || i % 20 || '.name' || i % 7 || '.completed.v1', 'id-' || i, $2::timestamptz + i * interval '0.5 s',
		  'tenant-' || i % 10, CASE i % 1000 WHEN 0 THEN 'rare' ELSE 'prod' END, 'source-' || i % 5, 'c-' || i / 8,
		  jsonb_build_object('n', i), 'topic-' || i % 30, i % 3, i, $2::timestamptz + i * interval '0.5 s', $2::timestamptz + i * interval '0.5 s'
		FROM generate_series(1, $1::bigint) i`, n, origin)
	h.countFrom(tb, 0)
	h.exec(tb, `SELECT event_bus_measure_partitions()`)
	h.exec(tb, `ANALYZE`)
}

// readThrough changes the conns that read.
func (h *history) readThrough(tb testing.TB, change func(*pgx.ConnConfig)) {
	tb.Helper()
	config := h.read.Config()
	change(config.ConnConfig)
	pool, err := pgxpool.NewWithConfig(tb.Context(), config)
	if err != nil {
		tb.Fatal(err)
	}
	h.read.Close()
	h.read = pool
}

// must is for answers that have no reason to fail.
func must[T any](answer T, err error) func(tb interface{ Fatal(...any) }) T {
	return func(tb interface{ Fatal(...any) }) T {
		if err != nil {
			tb.Fatal(err)
		}
		return answer
	}
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// append stores n more events through the real thing, in batches that are
// told apart by their number.
func (h *history) append(tb testing.TB, number int64, n int) {
	h.exec(tb, `SELECT event_bus_add_partition($1, $2)`, n, h.partitionSize)
	random := newRandom(uint64(number))
	span := event.Span{Partition: event.Partition{Topic: "live"}, From: number * int64(n), Next: (number + 1) * int64(n)}
	batch := event.Batch{Spans: []event.Span{span}}
	for i := range n {
		e := randomEvent(random, i)
		e.EventID, e.Topic, e.Partition, e.Offset = fmt.Sprintf("live-%d-%d", number, i), span.Topic, span.ID, span.From+int64(i)
		batch.Events = append(batch.Events, e)
	}
	if _, err := h.Append(tb.Context(), batch); err != nil {
		tb.Error(err)
	}
}

// lockPartition keeps everybody out of the partition that holds a position,
// until it is unlocked.
func (h *history) lockPartition(tb testing.TB, at event.Position) (unlock func()) {
	tb.Helper()
	var name string
	if err := h.write.QueryRow(tb.Context(), `SELECT name FROM event_bus_partitions WHERE $1 BETWEEN first AND last`, int64(at)).Scan(&name); err != nil {
		tb.Fatal(err)
	}
	tx, err := h.write.Begin(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := tx.Exec(tb.Context(), `LOCK TABLE `+name+` IN ACCESS EXCLUSIVE MODE`); err != nil {
		tb.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
}
