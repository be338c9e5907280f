package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// explain says what failed and wraps the one of event's errors that it means,
// if it means one.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%s: %w: %w", what, kind, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// kindOf sorts an error by what may cure it: time (event.ErrUnavailable), other
// data (event.ErrData), another batch (event.ErrFenced). It is nil for what
// none of them cures, such as a wrong password or a schema that is not ours.
// What the server did not say itself comes from a conn that was lost, given up
// or never made, so time may cure it.
//
// Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
func kindOf(err error) error {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return event.ErrUnavailable
	}
	if isBeyondPartitions(err) {
		return event.ErrUnavailable
	}
	switch server.Code {
	case "EF001": // raised by event_bus_append
		return event.ErrFenced
	case "25006", // read_only_sql_transaction: a standby that was the primary a moment ago
		"25P03", "25P04", // idle_in_transaction_session_timeout, transaction_timeout
		"55006", "55P03": // object_in_use, lock_not_available
		return event.ErrUnavailable
	}
	switch server.Code[:2] {
	case "08", // the conn
		"40", // rolled back: deadlock, serialisation
		"53", // too few resources: conns, memory, disk
		"57", // an operator or a timeout, shutdown and start-up included
		"58": // input or output of the server itself
		return event.ErrUnavailable
	case "22", // data exception: not JSON, not UTF-8, out of range
		"23", // a constraint
		"54": // a limit: too long for an index, nested too deep
		return event.ErrData
	}
	return nil
}

// isBeyondPartitions knows the one check violation that names a table but no
// constraint: a position that no partition holds yet.
func isBeyondPartitions(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "23514" && server.TableName == "event_bus_events" && server.ConstraintName == ""
}
