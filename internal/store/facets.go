package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// FacetFields are the fields that Facets can count, by their names in a
// filter. Correlations are not among them: nearly every one is another.
var FacetFields = []string{"event_types", "tenant_ids", "namespaces", "sources", "topics", "outcomes"}

// facetColumns hold the fields, but for the outcomes, which the types tell.
var facetColumns = map[string]string{
	"event_types": "event_type", "tenant_ids": "tenant_id", "namespaces": "namespace", "sources": "source", "topics": "topic", "outcomes": "event_type",
}

// The bounds of what is told apart: values of one field, and rows of one
// statement.
const (
	facetValues = 10_000
	facetRows   = 50_000
)

// Facets counts the events of [start, end) that f selects by each value of the
// fields, which are some of FacetFields, and gives the limit most frequent
// values of each. An event that has no value of a field is not counted there.
// Both start and end must be given.
//
// Types, tenants and outcomes are counted as Statistics does it, unless f
// restricts anything else or another field is asked for; then the events are
// counted as Histogram does it. A field of more than 10,000 values is counted
// as far as these go, and the answer is not complete.
func (s *Store) Facets(ctx context.Context, f filter.Filter, start, end time.Time, fields []string, limit int) (Facets, error) {
	times := timesBetween(start, end)
	c := newFacetCount(f, fields)
	reached := Reached{Complete: true}
	err := s.reading(ctx, "count events by field", func(ctx context.Context) error {
		if c.countable() {
			t := newTally(f, times, bucketWidth(times))
			err := s.snapshot(ctx, func(q querier) error { return t.count(ctx, q) })
			c.take(t.Statistics)
			return err
		}
		var err error
		reached, err = s.countBack(ctx, c.filter, times, c.countEvents)
		reached.Complete = reached.Complete && !c.overflown
		return err
	})
	return Facets{c.most(limit), reached}, err
}

// valueCount is a row of what PostgreSQL has counted.
type valueCount struct {
	column int
	value  *string
	n      int64
}

type facetCount struct {
	filter    filter.Filter
	fields    []string
	columns   []string // that are counted, each once
	counts    map[string]map[string]int64
	overflown bool
}

func newFacetCount(f filter.Filter, fields []string) *facetCount {
	c := &facetCount{filter: f, fields: fields, counts: map[string]map[string]int64{}}
	for _, field := range fields {
		c.columns = append(c.columns, facetColumns[field])
	}
	slices.Sort(c.columns)
	c.columns = slices.Compact(c.columns)
	for _, column := range c.columns {
		c.counts[column] = map[string]int64{}
	}
	return c
}

func (c *facetCount) countable() bool {
	for _, column := range c.columns {
		if column != "event_type" && column != "tenant_id" {
			return false
		}
	}
	return countable(c.filter) == nil
}

func (c *facetCount) take(st Statistics) {
	for _, column := range c.columns {
		c.counts[column] = map[string]map[string]int64{"event_type": st.ByType, "tenant_id": st.ByTenant}[column]
	}
}

// countEvents counts the events of one part, by every column in one statement.
func (c *facetCount) countEvents(ctx context.Context, q querier, p part) (keep func(), some bool, err error) {
	var cl clauses
	cl.and(cl.positions(p.positions), cl.between("timestamp", p.times), cl.condition(c.filter))
	sets := make([]string, len(c.columns))
	which := "CASE"
	for i, column := range c.columns {
		sets[i] = "(" + column + ")"
		which += fmt.Sprintf(" WHEN GROUPING(%s) = 0 THEN %d", column, i)
	}
	sql := "SELECT " + which + " END, coalesce(" + strings.Join(c.columns, ", ") + "), count(*) FROM event_bus_events " +
		cl.where() + " GROUP BY GROUPING SETS (" + strings.Join(sets, ", ") + ") LIMIT " + cl.arg(facetRows)
	rows, err := q.Query(ctx, sql, cl.args...)
	if err != nil {
		return nil, false, fmt.Errorf("query events by field: %w", err)
	}
	counted, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n valueCount, err error) {
		err = row.Scan(&n.column, &n.value, &n.n)
		return n, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("count events by field: %w", err)
	}
	keep = func() {
		c.overflown = c.overflown || len(counted) == facetRows
		for _, n := range counted {
			if n.value != nil {
				c.add(c.columns[n.column], *n.value, n.n)
			}
		}
	}
	return keep, len(counted) > 0, nil
}

func (c *facetCount) add(column, value string, n int64) {
	counts := c.counts[column]
	if _, known := counts[value]; !known && len(counts) >= facetValues {
		c.overflown = true
		return
	}
	counts[value] += n
}

// most gives the most frequent values of each field.
func (c *facetCount) most(limit int) map[string][]Value {
	values := map[string][]Value{}
	for _, field := range c.fields {
		counts := c.counts[facetColumns[field]]
		if field == "outcomes" {
			counts = byOutcome(counts)
		}
		all := make([]Value, 0, len(counts))
		for value, n := range counts {
			all = append(all, Value{value, n})
		}
		slices.SortFunc(all, func(a, b Value) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
		values[field] = all[:min(limit, len(all))]
	}
	return values
}

func byOutcome(types map[string]int64) map[string]int64 {
	counts := map[string]int64{}
	for eventType, n := range types {
		if outcome := event.OutcomeOf(eventType); outcome != "" {
			counts[string(outcome)] += n
		}
	}
	return counts
}
