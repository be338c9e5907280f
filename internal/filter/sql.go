package filter

import (
	"fmt"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Condition compiles f to a condition over the columns of event_bus_events
// with arguments numbered from next, for the store to run. It is "true" for an
// empty filter. Values reach SQL only as arguments. The columns must be of
// collation "C": others may find strings equal that Match does not.
func (f *Filter) Condition(next int) (string, []any) {
	c := conditions{next: next}
	c.patterns("event_type", f.EventTypes)
	c.exact("tenant_id", f.TenantIDs)
	c.exact("namespace", f.Namespaces)
	c.exact("source", f.Sources)
	c.exact("correlation_id", f.CorrelationIDs)
	c.patterns("topic", f.Topics)
	if len(f.Outcomes) > 0 {
		c.exact(lastWord, event.OutcomeWords(f.Outcomes))
	}
	if f.Where != nil {
		c.and("(" + f.Where.root.condition(&c) + ")")
	}
	if len(c.all) == 0 {
		return "true", nil
	}
	return strings.Join(c.all, " AND "), c.args
}

// lastWord is the word that event.OutcomeOf goes by. One regular expression
// over the whole type says the same and takes three times as long.
const lastWord = `split_part(CASE WHEN split_part(event_type, '.', -1) ~ '^v[0-9]+$' THEN split_part(event_type, '.', -2) ` +
	`ELSE split_part(event_type, '.', -1) END, '-', -1)`

type conditions struct {
	next int
	all  []string
	args []any
}

func (c *conditions) and(condition string) { c.all = append(c.all, condition) }

func (c *conditions) arg(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", c.next+len(c.args)-1)
}

func (c *conditions) exact(column string, list []string) {
	if len(list) > 0 {
		c.and(c.oneOf(column, "=", list))
	}
}

func (c *conditions) patterns(column string, list []string) {
	var plain, globs []string
	for _, p := range list {
		if strings.Contains(p, "*") {
			globs = append(globs, like(p))
		} else {
			plain = append(plain, p)
		}
	}
	switch {
	case len(globs) == 0:
		c.exact(column, plain)
	case len(plain) == 0:
		c.and(c.oneOf(column, "LIKE", globs))
	default:
		c.and("(" + c.oneOf(column, "=", plain) + " OR " + c.oneOf(column, "LIKE", globs) + ")")
	}
}

// oneOf compares with a single value where there is one: with ANY of an array
// PostgreSQL would not read an index in its order, nor a LIKE's prefix from it.
func (c *conditions) oneOf(column, operator string, list []string) string {
	if len(list) == 1 {
		return column + " " + operator + " " + c.arg(list[0])
	}
	return column + " " + operator + " ANY(" + c.arg(list) + "::text[])"
}

// like turns a pattern with * into one of SQL's LIKE.
func like(p string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(p)
}
