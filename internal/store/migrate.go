package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"github.com/omninode-ai/eventfeed/migrations"
)

const versionTable = "event_bus_schema_version"

// ErrForeignTable is for whoever starts the program: the database holds
// another program's event_bus_events, which is left as it is.
var ErrForeignTable = errors.New("the database has a table event_bus_events that eventfeed did not make, perhaps the original event bus's: " +
	"give eventfeed a database or a schema of its own, or rename that table (importing it is not supported yet)")

// Migrate brings the schema of the database at url up to date and gives it
// partitions to append to. Several may do so at once: one works, the others
// wait for it.
func Migrate(ctx context.Context, url string) error {
	s, err := Open(ctx, Config{URL: url})
	if err != nil {
		return err
	}
	s.Close()
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	conn, err := s.write.Acquire(ctx)
	if err != nil {
		return explain("connect to database", err)
	}
	defer conn.Release()
	if foreign, err := hasForeignTable(ctx, conn.Conn()); err != nil {
		return explain("look for an event bus in the database", err)
	} else if foreign {
		return ErrForeignTable
	}
	migrator, err := migrate.NewMigrator(ctx, conn.Conn(), versionTable)
	if err != nil {
		return explain("read schema version", err)
	}
	if err := migrator.LoadMigrations(migrations.FS); err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	version, err := migrator.GetCurrentVersion(ctx)
	if err != nil {
		return explain("read schema version", err)
	}
	if known := len(migrator.Migrations); int(version) > known {
		return fmt.Errorf("the database's schema is version %d, made by a newer eventfeed: this one knows version %d", version, known)
	}
	if version > 0 {
		migrator.OnStart = func(to int32, name, _, _ string) {
			s.log.Info("changing the schema, which may take minutes where there is much data", "version", to, "migration", name)
		}
	}
	return explain("migrate database", migrator.Migrate(ctx))
}

// hasForeignTable knows our own table by its being partitioned and by the
// head, which was made in the same transaction.
func hasForeignTable(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var foreign bool
	err := conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_class
		                WHERE oid = to_regclass('event_bus_events') AND (relkind <> 'p' OR to_regclass('event_bus_head') IS NULL))`).Scan(&foreign)
	return foreign, err
}
