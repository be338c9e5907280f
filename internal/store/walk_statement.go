package store

import "github.com/omninode-ai/eventfeed/internal/filter"

// statement is what follows FROM event_bus_events to read up to want events of
// one part, on a stretch of the walk's axis.
func (w *walk) statement(p part, on stretch, want int) (string, []any) {
	positions, times := on, w.times
	if w.order == ByTimestamp {
		positions, times = p.positions, on
	}
	direction, behind := " ASC", ">"
	if w.descending {
		direction, behind = " DESC", "<"
	}
	var c clauses
	inPart := c.positions(positions)
	c.and(inPart, c.between("timestamp", times), c.condition(w.filter))
	by := "id" + direction
	if w.order == ByTimestamp {
		by = "timestamp" + direction + ", " + by
		if w.after != nil && times.has(w.after.Timestamp.UnixMicro()) {
			c.and("(timestamp, id) " + behind + " (" + c.arg(w.after.Timestamp) + ", " + c.arg(int64(w.after.Position)) + ")")
		}
	}
	found := c.where() + " ORDER BY " + by + " LIMIT " + c.arg(want)
	if w.order == ByTimestamp && !w.row.indexed && indexesDecide(w.filter) {
		found = "WHERE " + inPart + " AND id = ANY(ARRAY(SELECT id FROM event_bus_events " + found + ")) ORDER BY " + by
	}
	return found, c.args
}

// indexesDecide says that the indexes of tenants and types know all that f asks
// of a row, so that a search in them alone finds the ids. PostgreSQL does not do
// this by itself: it fetches each row of the one to look at the other.
func indexesDecide(f filter.Filter) bool {
	return countable(f) == nil && len(f.TenantIDs) > 0 && len(f.EventTypes)+len(f.Outcomes) > 0
}
