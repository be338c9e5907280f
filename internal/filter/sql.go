package filter

import (
	"fmt"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Condition compiles f to a condition over the columns of event_bus_events
// with arguments numbered from next, for the store to run. It is "true" for an
// empty filter. Values reach SQL only as arguments.
func (f *Filter) Condition(next int) (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, arg any) {
		conds = append(conds, fmt.Sprintf(cond, next+len(args)))
		args = append(args, arg)
	}
	exact := func(column string, list []string) {
		if len(list) > 0 {
			add(column+" = ANY($%d::text[])", list)
		}
	}
	pattern := func(column string, list []string) {
		if len(list) == 0 {
			return
		}
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
			exact(column, plain)
		case len(plain) == 0:
			add(column+" LIKE ANY($%d::text[])", globs)
		default:
			n := next + len(args)
			conds = append(conds, fmt.Sprintf("(%s = ANY($%d::text[]) OR %s LIKE ANY($%d::text[]))", column, n, column, n+1))
			args = append(args, plain, globs)
		}
	}
	pattern("event_type", f.EventTypes)
	exact("tenant_id", f.TenantIDs)
	exact("namespace", f.Namespaces)
	exact("source", f.Sources)
	exact("correlation_id", f.CorrelationIDs)
	pattern("topic", f.Topics)
	if len(f.Outcomes) > 0 {
		add("event_type ~ $%d", event.OutcomePattern(f.Outcomes))
	}
	if len(conds) == 0 {
		return "true", nil
	}
	return strings.Join(conds, " AND "), args
}

// like turns a pattern with * into one of SQL's LIKE.
func like(p string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(p)
}
