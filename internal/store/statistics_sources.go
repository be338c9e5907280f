package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// addCounts adds the hours and minutes by type and by tenant, and to the
// buckets where these are of hours too.
func (t *tally) addCounts(ctx context.Context, q querier, p pieces) error {
	var c clauses
	counted := func(table string, p piece) string {
		return fmt.Sprintf("SELECT bucket, tenant_id, event_type, %d * count AS count FROM %s WHERE %s", p.sign, table, c.between("bucket", p.stretch))
	}
	sources := []string{counted("event_bus_hours", piece{p.hours, 1})}
	for _, m := range p.minutes {
		sources = append(sources, counted("event_bus_minutes", m))
	}
	at := "NULL::timestamptz"
	if t.width >= hour {
		at = t.bin(&c)
	}
	rows, err := q.Query(ctx, `
		SELECT at, event_type, tenant_id, sum(count)::bigint FROM (
		  SELECT `+at+` AS at, event_type, tenant_id, count FROM (`+strings.Join(sources, " UNION ALL ")+`) AS counts
		  WHERE `+c.condition(t.filter)+`) AS binned
		GROUP BY GROUPING SETS ((at, event_type), (tenant_id))`, c.args...)
	if err != nil {
		return fmt.Errorf("query counts: %w", err)
	}
	var when *time.Time
	var eventType, tenant *string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&when, &eventType, &tenant, &n}, func() error {
		if tenant != nil {
			t.ByTenant[*tenant] += n
			return nil
		}
		t.ByType[*eventType] += n
		if when != nil {
			t.addToBucket(*when, *eventType, n)
		}
		return nil
	})
	return err
}

// bin is the start of the bucket that a row's minute or hour lies in.
func (t *tally) bin(c *clauses) string {
	return fmt.Sprintf("date_bin(%s, bucket, %s)", c.arg(time.Duration(t.width)*time.Microsecond), c.arg(t.Buckets[0].Start))
}

// fillBuckets fills buckets that are finer than an hour: from the outcomes,
// which do not tell types apart and so are few, or, where types are asked for,
// from the minutes.
func (t *tally) fillBuckets(ctx context.Context, q querier, p pieces) error {
	source := "'' AS event_type, sum(total)::bigint, sum(failure)::bigint FROM event_bus_outcomes"
	if len(t.filter.EventTypes)+len(t.filter.Outcomes) > 0 {
		source = "event_type, sum(count)::bigint, 0 FROM event_bus_minutes"
	}
	var c clauses
	rows, err := q.Query(ctx, "SELECT "+t.bin(&c)+", "+source+" WHERE "+c.between("bucket", p.allMinutes)+" AND "+c.condition(t.filter)+
		" GROUP BY 1, 2", c.args...)
	if err != nil {
		return fmt.Errorf("query buckets: %w", err)
	}
	var when time.Time
	var eventType string
	var n, failures int64
	_, err = pgx.ForEachRow(rows, []any{&when, &eventType, &n, &failures}, func() error {
		t.addToBucket(when, eventType, n)
		t.bucket(when).Failures += failures
		return nil
	})
	return err
}

// addEvents counts the events of a few seconds.
func (t *tally) addEvents(ctx context.Context, q querier, l layout, edge piece) error {
	for _, p := range l.within(everywhere, edge.stretch) {
		var c clauses
		c.and(c.positions(p.positions), c.between("timestamp", edge.stretch), c.condition(t.filter))
		rows, err := q.Query(ctx, "SELECT event_type, tenant_id, count(*) FROM event_bus_events "+c.where()+" GROUP BY event_type, tenant_id", c.args...)
		if err != nil {
			return fmt.Errorf("query events at the end of a range: %w", err)
		}
		var eventType, tenant string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&eventType, &tenant, &n}, func() error {
			t.ByType[eventType] += edge.sign * n
			t.ByTenant[tenant] += edge.sign * n
			t.addToBucket(time.UnixMicro(edge.from), eventType, edge.sign*n)
			return nil
		})
		if err != nil {
			return fmt.Errorf("count events at the end of a range: %w", err)
		}
	}
	return nil
}
