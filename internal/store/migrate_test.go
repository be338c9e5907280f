package store

import (
	"testing"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// A database of version 6, which had no counts of all tenants together.
func TestCountsByTypeAreMadeOfThoseThatADatabaseHasAlready(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	mustAppend(t, s, newBatch(orders, 0, 5000))
	execute(t, conn, `DROP TABLE event_bus_type_minutes, event_bus_type_hours`)
	execute(t, conn, `DROP FUNCTION event_bus_layout, event_bus_seconds_per_event`)
	execute(t, conn, `ALTER TABLE event_bus_partitions DROP COLUMN seconds_per_event`)
	execute(t, conn, `UPDATE `+versionTable+` SET version = 6`)
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, conn)
	mustAppend(t, s, newBatch(orders, 5000, 6000))
	checkWhole(t, conn)
}
