package store

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
	c.and(c.positions(positions), c.between("timestamp", times), c.condition(w.filter))
	by := "id" + direction
	if w.order == ByTimestamp {
		by = "timestamp" + direction + ", " + by
		if w.after != nil && times.has(w.after.Timestamp.UnixMicro()) {
			c.and("(timestamp, id) " + behind + " (" + c.arg(w.after.Timestamp) + ", " + c.arg(int64(w.after.Position)) + ")")
		}
	}
	return c.where() + " ORDER BY " + by + " LIMIT " + c.arg(want), c.args
}
