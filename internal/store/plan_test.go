package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// A store of 40 partitions, where it shows at once if a statement plans for all
// of them or reads a table from end to end.
const (
	plannedEvents = 200_000
	plannedSize   = 5_000
)

func TestEveryReadPlansForFewPartitionsAndUsesIndexes(t *testing.T) {
	h := emptyHistory(t, plannedSize)
	h.fill(t, plannedEvents)
	tape := &tape{}
	h.readThrough(t, func(c *pgx.ConnConfig) { c.Tracer = tape })
	at := func(position int) time.Time { return origin.Add(time.Duration(position) * time.Second / 2) }
	events := func(q Query) func() error {
		q.Limit = 100
		return func() error { _, err := h.Events(t.Context(), q); return err }
	}
	oneType, oneTenant := []string{"omninode.family3.name2.completed.v1"}, []string{"tenant-4"}
	for name, tc := range map[string]struct {
		read       func() error
		statements int  // at most, of events
		scans      bool // a filter that no index serves may read whole partitions
	}{
		"newest page":          {events(Query{Order: ByTimestamp}), 1, false},
		"newest by position":   {events(Query{Order: ByPosition}), 1, false},
		"oldest page":          {events(Query{Order: ByTimestamp, Ascending: true}), 1, false},
		"page of the past":     {events(Query{Order: ByTimestamp, End: at(70_000)}), 1, false},
		"next page":            {events(Query{Order: ByTimestamp, After: &Key{Timestamp: at(70_000), Position: 70_000}}), 1, false},
		"next by position":     {events(Query{Order: ByPosition, After: &Key{Position: 70_000}}), 1, false},
		"by position, a range": {events(Query{Order: ByPosition, Start: at(70_000), End: at(70_500)}), 1, false},
		"tenant":               {events(Query{Order: ByTimestamp, Filter: filter.Filter{TenantIDs: oneTenant}}), 1, false},
		"type":                 {events(Query{Order: ByTimestamp, Filter: filter.Filter{EventTypes: oneType}}), 4, false},
		"tenant and type":      {events(Query{Order: ByTimestamp, Filter: filter.Filter{EventTypes: oneType, TenantIDs: oneTenant}}), 43, false},
		"types that begin":     {events(Query{Order: ByTimestamp, Filter: filter.Filter{EventTypes: []string{"omninode.family3.*"}}}), 1, false},
		"rare namespace":       {events(Query{Order: ByTimestamp, Filter: filter.Filter{Namespaces: []string{"rare"}}}), 23, false},
		"correlation":          {events(Query{Order: ByTimestamp, Filter: filter.Filter{CorrelationIDs: []string{"c-5000"}}}), 43, false},
		"far offset":           {events(Query{Order: ByTimestamp, Offset: 10_000}), 5, false},
		"source":               {events(Query{Order: ByTimestamp, Filter: filter.Filter{Sources: []string{"none"}}}), 43, true},
		"window": {func() error {
			_, err := h.Window(t.Context(), filter.Filter{TenantIDs: oneTenant}, 100_000, 104_000)
			return err
		}, 1, false},
		"latest": {func() error {
			_, err := h.Latest(t.Context(), filter.Filter{TenantIDs: oneTenant}, 100, 150_000)
			return err
		}, 1, false},
		"position of a time": {func() error { _, err := h.PositionAt(t.Context(), at(60_000)); return err }, 20, false},
		"trace":              {func() error { _, _, err := h.Trace(t.Context(), filter.Filter{}, "c-5000", 100); return err }, 40, false},
		"by id":              {func() error { _, err := h.EventsByID(t.Context(), nil, "id-77777"); return err }, 1, false},
		"statistics":         {func() error { _, err := h.Statistics(t.Context(), filter.Filter{}, at(11), at(190_001)); return err }, 4, false},
		"statistics of a type": {func() error {
			_, err := h.Statistics(t.Context(), filter.Filter{EventTypes: oneType}, at(11), at(7_001))
			return err
		}, 4, false},
		"histogram": {func() error {
			_, err := h.Histogram(t.Context(), filter.Filter{TenantIDs: oneTenant}, at(11), at(190_001), 100)
			return err
		}, 2, false},
		"histogram of a source": {func() error {
			_, err := h.Histogram(t.Context(), filter.Filter{Sources: []string{"source-1"}}, at(11), at(190_001), 100)
			return err
		}, 40, true},
		"histogram of a type in seconds": {func() error {
			_, err := h.Histogram(t.Context(), filter.Filter{EventTypes: oneType}, at(100_011), at(100_111), 100)
			return err
		}, 1, false},
		"facets of counts": {func() error {
			_, err := h.Facets(t.Context(), filter.Filter{}, at(11), at(190_001), []string{"event_types", "outcomes"}, 10)
			return err
		}, 4, false},
		"facets": {func() error {
			_, err := h.Facets(t.Context(), filter.Filter{TenantIDs: oneTenant}, at(100_011), at(101_000), FacetFields, 10)
			return err
		}, 1, false},
		"page below a position": {events(Query{Order: ByTimestamp, Through: 70_000}), 1, false},
		"event types":           {func() error { _, err := h.EventTypes(t.Context(), filter.Filter{TenantIDs: oneTenant}); return err }, 0, true},
		"rejected":              {func() error { _, _, err := h.Rejected(t.Context(), RejectedQuery{Reason: "x", Limit: 10}); return err }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			tape.statements = nil
			if err := tc.read(); err != nil {
				t.Fatal(err)
			}
			statements := tape.rewind()
			ofEvents := 0
			for _, s := range statements {
				plan := h.explain(t, s)
				partitions, scanned := plan.relations()
				if len(partitions) > 0 {
					ofEvents++
				}
				if len(partitions) > 2 || len(scanned) > 0 && !tc.scans || plan.prunesLate() {
					t.Errorf("plans for %v, reads the whole of %v: %s %v", partitions, scanned, s.sql, s.args)
				}
			}
			if ofEvents > tc.statements {
				t.Errorf("got %d statements over events, want %d at most", ofEvents, tc.statements)
			}
		})
	}
}

func TestATypeOfATenantIsFoundInAnIndexAlone(t *testing.T) {
	h := emptyHistory(t, 20_000)
	h.fill(t, 20_000)
	h.exec(t, `VACUUM ANALYZE event_bus_events`)
	tape := &tape{}
	h.readThrough(t, func(c *pgx.ConnConfig) { c.Tracer = tape })
	for _, f := range []filter.Filter{
		{TenantIDs: []string{"tenant-4"}, EventTypes: []string{"omninode.family3.name2.completed.v1"}},
		{TenantIDs: []string{"tenant-4"}, EventTypes: []string{"omninode.family3.*"}},
		{TenantIDs: []string{"tenant-4"}, Outcomes: []string{"failure"}},
	} {
		tape.statements = nil
		must(h.Events(t.Context(), Query{Order: ByTimestamp, Filter: f, Limit: 10}))(t)
		looked := 0
		for _, s := range tape.rewind() {
			if strings.Contains(s.sql, "payload") {
				looked++
				if !h.explain(t, s).has("Index Only Scan") {
					t.Errorf("%s: looks at rows that do not match: %s", f.Key(), s.sql)
				}
			}
		}
		if looked == 0 {
			t.Errorf("%s: no statement read events", f.Key())
		}
	}
}

func TestAGapOfMillenniaIsCrossedInAFewStatements(t *testing.T) {
	h := emptyHistory(t, 5_000)
	h.fill(t, 20_000)
	h.exec(t, `UPDATE event_bus_events SET timestamp = '9000-01-01' WHERE id = 12000`)
	h.exec(t, `UPDATE event_bus_partitions SET newest_timestamp = '9000-01-01' WHERE first = 10001`)
	h.effort.events = 500
	tape := &tape{}
	h.readThrough(t, func(c *pgx.ConnConfig) { c.Tracer = tape })
	page := must(h.Events(t.Context(), Query{Order: ByTimestamp, Limit: 3}))(t)
	if got, want := positions(page.Events), []event.Position{12_000, 20_000, 19_999}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := len(tape.rewind()); n > 10 {
		t.Errorf("got %d statements, want 10 at most", n)
	}
}

// tape records what is asked of PostgreSQL.
type tape struct {
	mu         sync.Mutex
	statements []statement
}

type statement struct {
	sql  string
	args []any
}

func (r *tape) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	args := slices.DeleteFunc(slices.Clone(data.Args), func(arg any) bool {
		switch arg.(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats:
			return true
		}
		return false
	})
	if first := strings.ToUpper(strings.Fields(data.SQL)[0]); first == "SELECT" || first == "WITH" {
		r.statements = append(r.statements, statement{data.SQL, args})
	}
	return ctx
}

func (r *tape) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *tape) rewind() []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.statements)
}

// planNode is a node of EXPLAIN's answer.
type planNode map[string]any

func (h *history) explain(t *testing.T, s statement) planNode {
	t.Helper()
	var answer []struct{ Plan planNode }
	var raw []byte
	if err := h.read.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+s.sql, s.args...).Scan(&raw); err != nil {
		t.Fatalf("explain %s: %v", s.sql, err)
	}
	if err := json.Unmarshal(raw, &answer); err != nil || len(answer) != 1 {
		t.Fatalf("read plan of %s: %v", s.sql, err)
	}
	return answer[0].Plan
}

func (n planNode) walk(visit func(planNode)) {
	visit(n)
	children, _ := n["Plans"].([]any)
	for _, child := range children {
		planNode(child.(map[string]any)).walk(visit)
	}
}

func (n planNode) has(kind string) bool {
	found := false
	n.walk(func(n planNode) { found = found || n["Node Type"] == kind })
	return found
}

// prunesLate says that partitions were planned for only to be left out when
// the statement ran.
func (n planNode) prunesLate() bool {
	late := false
	n.walk(func(n planNode) {
		removed, _ := n["Subplans Removed"].(float64)
		late = late || removed > 0
	})
	return late
}

// relations are the partitions of events that a plan names, and the tables
// that grow with the events that it reads from end to end.
func (n planNode) relations() (partitions, scanned []string) {
	n.walk(func(n planNode) {
		name, _ := n["Relation Name"].(string)
		if strings.HasPrefix(name, "event_bus_events_") && !slices.Contains(partitions, name) {
			partitions = append(partitions, name)
		}
		grows := strings.HasPrefix(name, "event_bus_events_") || name == "event_bus_event_ids" || name == "event_bus_minutes"
		if grows && n["Node Type"] == "Seq Scan" {
			scanned = append(scanned, name)
		}
	})
	return partitions, scanned
}
