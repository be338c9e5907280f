package store

import (
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// takeBack makes a database of version 6 of one that is up to date.
func takeBack(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	execute(t, conn, `DROP TABLE event_bus_type_minutes, event_bus_type_hours`)
	execute(t, conn, `DROP FUNCTION event_bus_layout, event_bus_seconds_per_event`)
	execute(t, conn, `ALTER TABLE event_bus_partitions DROP COLUMN seconds_per_event`)
	execute(t, conn, `UPDATE `+versionTable+` SET version = 6`)
}

func TestAnOldDatabaseGetsItsCountsByTypeAndItsPartitionsMeasured(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url, PartitionSize: 1000}), connect(t, url)
	for from := range int64(8) {
		if err := s.addPartitions(t.Context(), 500); err != nil {
			t.Fatal(err)
		}
		mustAppend(t, s, newBatch(orders, from*500, from*500+500))
	}
	if err := s.measurePartitions(t.Context()); err != nil {
		t.Fatal(err)
	}
	takeBack(t, conn)
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, conn)
	wantNumber(t, conn, 4, `SELECT count(*) FROM event_bus_partitions WHERE round(seconds_per_event::numeric, 6) = 0.04 AND newest_stored_at IS NOT NULL`)
	mustAppend(t, s, newBatch(orders, 4000, 4500))
	checkWhole(t, conn)
}

// Retention of a replica that runs reads events, and then deletes them.
func TestAnUpgradeDoesNotDeadlockWithRetention(t *testing.T) {
	url := testenv.Database(t)
	s, conn, other := openStore(t, Config{URL: url}), connect(t, url), connect(t, url)
	mustAppend(t, s, newBatch(orders, 0, 100))
	for _, step := range []string{`event_bus_raise_floor`, `event_bus_sweep`} {
		execute(t, conn, `UPDATE `+versionTable+` SET version = 8`)
		execute(t, other, `BEGIN`)
		execute(t, other, `SELECT pg_advisory_xact_lock(hashtext($1)), count(*) FROM event_bus_events`, step)
		migrated := make(chan error, 1)
		go func() { migrated <- Migrate(t.Context(), url) }()
		waiting := `SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
		for len(migrated) == 0 && number(t, conn, waiting) == 0 {
			runtime.Gosched()
		}
		execute(t, other, `DELETE FROM event_bus_events WHERE id = 1`)
		execute(t, other, `COMMIT`)
		if err := <-migrated; err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
}
