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

// add takes n events of a type: for a bucket, for a tenant, or, without both,
// for the type.
func (t *tally) add(at *time.Time, tenant *string, eventType string, n int64) {
	outcome := event.OutcomeOf(eventType)
	switch {
	case !t.wants(outcome):
	case at != nil:
		t.bucket(*at).add(outcome, n)
	case tenant != nil:
		t.ByTenant[*tenant] += n
	default:
		t.ByType[eventType] += n
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

// counts are tables of counts by the hour and by the minute.
type counts struct{ hours, minutes string }

// Of all tenants together there are far fewer.
var (
	countsOfTenants = counts{"event_bus_hours", "event_bus_minutes"}
	countsOfTypes   = counts{"event_bus_type_hours", "event_bus_type_minutes"}
)

// smallest are those that know enough for what needs no tenants.
func (t *tally) smallest() counts {
	if len(t.filter.TenantIDs) == 0 {
		return countsOfTypes
	}
	return countsOfTenants
}

// rows selects what these have of p; columns are those that are needed beside
// bucket and count. The few minutes are named one by one, so that an index which
// begins with them goes on to a tenant in each; of a range it would have to read
// all tenants.
func (t *tally) rows(c *clauses, from counts, columns string, p pieces) string {
	of := func(table string, sign int64, bucket string) string {
		return fmt.Sprintf("SELECT bucket, %s, %d * count AS count FROM %s WHERE %s AND %s", columns, sign, table, bucket, c.condition(t.inSQL()))
	}
	all := []string{of(from.hours, 1, c.between("bucket", p.hours))}
	for _, m := range p.minutes {
		all = append(all, of(from.minutes, m.sign, "bucket = ANY("+c.arg(minutesOf(m.stretch))+")"))
	}
	return strings.Join(all, " UNION ALL ")
}

// addTypes adds what whole hours and minutes have by type.
func (t *tally) addTypes(ctx context.Context, q querier, p pieces) error {
	var c clauses
	rows := t.rows(&c, t.smallest(), "event_type", p)
	return t.addRows(ctx, q, "NULL::timestamptz", "NULL::text", rows, c)
}

// addTenants adds what they have by tenant, of the types that are asked for.
func (t *tally) addTenants(ctx context.Context, q querier, p pieces) error {
	var c clauses
	rows := t.rows(&c, countsOfTenants, "tenant_id, event_type", p)
	return t.addRows(ctx, q, "NULL::timestamptz", "tenant_id", rows, c)
}

// fillBuckets fills the buckets: of the types that are asked for from the hours
// if that is fine enough, else from the minutes. Of all types the outcomes know
// as much with fewer rows, and can tell the tenants at the same time.
func (t *tally) fillBuckets(ctx context.Context, q querier, p pieces, tenants bool) error {
	if t.ofAllTypes() {
		return t.addOutcomes(ctx, q, p, tenants)
	}
	var c clauses
	var rows string
	if t.width >= hour {
		rows = t.rows(&c, t.smallest(), "event_type", p)
	} else {
		rows = "SELECT bucket, event_type, count FROM " + t.smallest().minutes + " WHERE " + c.between("bucket", p.allMinutes) + " AND " + c.condition(t.inSQL())
	}
	return t.addRows(ctx, q, t.bin(&c, "bucket"), "NULL::text", rows, c)
}

// addRows adds counts by type and by one thing more.
func (t *tally) addRows(ctx context.Context, q querier, at, tenant, from string, c clauses) error {
	rows, err := q.Query(ctx, "SELECT "+at+", "+tenant+", event_type, sum(count)::bigint FROM ("+from+") AS counts GROUP BY 1, 2, 3", c.args...)
	if err != nil {
		return fmt.Errorf("query counts: %w", err)
	}
	var when *time.Time
	var ofTenant *string
	var eventType string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&when, &ofTenant, &eventType, &n}, func() error {
		t.add(when, ofTenant, eventType, n)
		return nil
	})
	return err
}

// bin is the start of the bucket that a row's minute, hour or timestamp lies in.
func (t *tally) bin(c *clauses, column string) string {
	return fmt.Sprintf("date_bin(%s, %s, %s)", c.arg(pgtype.Interval{Microseconds: t.width, Valid: true}), column, c.arg(t.Buckets[0].Start))
}

// addOutcomes fills the buckets, and adds by tenant if that is asked for, of
// all types: from the outcomes, which do not tell types apart and so are few.
func (t *tally) addOutcomes(ctx context.Context, q querier, p pieces, tenants bool) error {
	var c clauses
	tenant, sets := "NULL::text", "((at))"
	if tenants {
		tenant, sets = "tenant_id", "((at), (tenant_id))"
	}
	sql := "SELECT at, " + tenant + ", sum(total)::bigint, sum(success)::bigint, sum(failure)::bigint, sum(open)::bigint FROM (SELECT " +
		t.bin(&c, "bucket") + " AS at, * FROM event_bus_outcomes WHERE " + c.between("bucket", p.allMinutes) + " AND " + c.condition(t.inSQL()) +
		") AS binned GROUP BY GROUPING SETS " + sets
	rows, err := q.Query(ctx, sql, c.args...)
	if err != nil {
		return fmt.Errorf("query outcomes: %w", err)
	}
	var when *time.Time
	var ofTenant *string
	var total, success, failure, open int64
	_, err = pgx.ForEachRow(rows, []any{&when, &ofTenant, &total, &success, &failure, &open}, func() error {
		for outcome, n := range map[event.Outcome]int64{
			event.Success: success, event.Failure: failure, event.Open: open, "": total - success - failure - open,
		} {
			switch {
			case !t.wants(outcome):
			case when != nil:
				t.bucket(*when).add(outcome, n)
			default:
				t.ByTenant[*ofTenant] += n
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
			n *= edge.sign
			t.add(&at, nil, eventType, n)
			t.add(nil, &tenant, eventType, n)
			t.add(nil, nil, eventType, n)
			return nil
		})
		if err != nil {
			return fmt.Errorf("count events at the end of a range: %w", err)
		}
	}
	return nil
}
