// Package migrations holds the numbered SQL files that make and change the
// schema; internal/store runs them.
package migrations

import "embed"

// FS holds the files, named NNN_what_it_does.sql.
//
//go:embed *.sql
var FS embed.FS
