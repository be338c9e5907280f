package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// inSQL is what PostgreSQL sifts; the outcomes are sifted here, once a type
// instead of once a row.
func (t *tally) inSQL() filter.Filter {
	f := t.filter
	f.Outcomes = nil
	return f
}

func (t *tally) wants(outcome event.Outcome) bool {
	return len(t.filter.Outcomes) == 0 || slices.Contains(t.filter.Outcomes, string(outcome))
}

// add takes n events of a type: of a tenant, of a bucket, or of both.
func (t *tally) add(at *time.Time, eventType string, tenant *string, n int64) {
	outcome := event.OutcomeOf(eventType)
	if !t.wants(outcome) {
		return
	}
	if tenant != nil {
		t.ByTenant[*tenant] += n
		t.ByType[eventType] += n
	}
	if at != nil {
		t.bucket(*at).add(outcome, n)
	}
}

func (b *Bucket) add(outcome event.Outcome, n int64) {
	b.Count += n
	switch outcome {
	case event.Success:
		b.Successes += n
	case event.Failure:
		b.Failures += n
	case event.Open:
		b.Open += n
	}
}

// inHours says that the buckets are best filled from the hours: for all types
// there is something smaller, and finer buckets need the minutes.
func (t *tally) inHours() bool { return t.width >= hour && len(t.filter.EventTypes) > 0 }

// addCounts adds the hours and minutes by type and by tenant, and to the
// buckets if they are filled from them.
func (t *tally) addCounts(ctx context.Context, q querier, p pieces) error {
	var c clauses
	counted := func(table string, p piece) string {
		return fmt.Sprintf("SELECT bucket, tenant_id, event_type, %d * count AS count FROM %s WHERE %s AND %s",
			p.sign, table, c.between("bucket", p.stretch), c.condition(t.inSQL()))
	}
	sources := []string{counted("event_bus_hours", piece{p.hours, 1})}
	for _, m := range p.minutes {
		sources = append(sources, counted("event_bus_minutes", m))
	}
	sql := "SELECT NULL::timestamptz, event_type, tenant_id, sum(count)::bigint FROM (" + strings.Join(sources, " UNION ALL ") +
		") AS counts GROUP BY event_type, tenant_id"
	if t.inHours() {
		sql = "SELECT at, event_type, tenant_id, sum(count)::bigint FROM (SELECT " + t.bin(&c, "bucket") + " AS at, * FROM (" + strings.Join(sources, " UNION ALL ") +
			") AS counts) AS binned GROUP BY GROUPING SETS ((at, event_type), (event_type, tenant_id))"
	}
	rows, err := q.Query(ctx, sql, c.args...)
	if err != nil {
		return fmt.Errorf("query counts: %w", err)
	}
	var when *time.Time
	var eventType string
	var tenant *string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&when, &eventType, &tenant, &n}, func() error {
		t.add(when, eventType, tenant, n)
		return nil
	})
	return err
}

// bin is the start of the bucket that a row's minute, hour or timestamp lies in.
func (t *tally) bin(c *clauses, column string) string {
	return fmt.Sprintf("date_bin(%s, %s, %s)", c.arg(pgtype.Interval{Microseconds: t.width, Valid: true}), column, c.arg(t.Buckets[0].Start))
}

// fillBuckets fills the buckets from the outcomes, which do not tell types
// apart and so are few, or, where types are asked for, from the minutes.
func (t *tally) fillBuckets(ctx context.Context, q querier, p pieces) error {
	var c clauses
	at := t.bin(&c, "bucket")
	if len(t.filter.EventTypes) == 0 {
		return t.fillFromOutcomes(ctx, q, "SELECT "+at+`, sum(total)::bigint, sum(success)::bigint, sum(failure)::bigint, sum(open)::bigint
			FROM event_bus_outcomes WHERE `+c.between("bucket", p.allMinutes)+" AND "+c.condition(t.inSQL())+" GROUP BY 1", c.args)
	}
	rows, err := q.Query(ctx, "SELECT "+at+", event_type, sum(count)::bigint FROM event_bus_minutes WHERE "+
		c.between("bucket", p.allMinutes)+" AND "+c.condition(t.inSQL())+" GROUP BY 1, 2", c.args...)
	if err != nil {
		return fmt.Errorf("query buckets: %w", err)
	}
	var when time.Time
	var eventType string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&when, &eventType, &n}, func() error {
		t.add(&when, eventType, nil, n)
		return nil
	})
	return err
}

func (t *tally) fillFromOutcomes(ctx context.Context, q querier, sql string, args []any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("query outcomes: %w", err)
	}
	var when time.Time
	var total, success, failure, open int64
	_, err = pgx.ForEachRow(rows, []any{&when, &total, &success, &failure, &open}, func() error {
		b := t.bucket(when)
		for outcome, n := range map[event.Outcome]int64{
			event.Success: success, event.Failure: failure, event.Open: open, "": total - success - failure - open,
		} {
			if t.wants(outcome) {
				b.add(outcome, n)
			}
		}
		return nil
	})
	return err
}

// addEvents counts the events of a few seconds.
func (t *tally) addEvents(ctx context.Context, q querier, l layout, edge piece) error {
	at := time.UnixMicro(edge.from)
	for _, p := range l.within(everywhere, edge.stretch) {
		var c clauses
		c.and(c.positions(p.positions), c.between("timestamp", edge.stretch), c.condition(t.inSQL()))
		rows, err := q.Query(ctx, "SELECT event_type, tenant_id, count(*) FROM event_bus_events "+c.where()+" GROUP BY event_type, tenant_id", c.args...)
		if err != nil {
			return fmt.Errorf("query events at the end of a range: %w", err)
		}
		var eventType, tenant string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&eventType, &tenant, &n}, func() error {
			t.add(&at, eventType, &tenant, edge.sign*n)
			return nil
		})
		if err != nil {
			return fmt.Errorf("count events at the end of a range: %w", err)
		}
	}
	return nil
}
