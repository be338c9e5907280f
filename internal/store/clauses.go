package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
)

// clauses collects a WHERE and its arguments.
type clauses struct {
	all  []string
	args []any
}

// arg takes a value and returns what stands for it.
func (c *clauses) arg(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

func (c *clauses) and(conditions ...string) { c.all = append(c.all, conditions...) }

func (c *clauses) where() string { return "WHERE " + strings.Join(c.all, " AND ") }

func (c *clauses) condition(f filter.Filter) string {
	condition, args := f.Condition(len(c.args) + 1)
	c.args = append(c.args, args...)
	return condition
}

func (c *clauses) positions(s stretch) string {
	return "id >= " + c.arg(s.from) + " AND id < " + c.arg(s.to)
}

// between restricts a column of time; it is "true" for everywhere.
func (c *clauses) between(column string, s stretch) string {
	var bounds []string
	if s.from != everywhere.from {
		bounds = append(bounds, column+" >= "+c.arg(time.UnixMicro(s.from).UTC()))
	}
	if s.to != everywhere.to {
		bounds = append(bounds, column+" < "+c.arg(time.UnixMicro(s.to).UTC()))
	}
	if bounds == nil {
		return "true"
	}
	return strings.Join(bounds, " AND ")
}
