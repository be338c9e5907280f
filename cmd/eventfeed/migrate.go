package main

import (
	"context"
	"fmt"

	"github.com/omninode-ai/eventfeed/internal/store"
)

type migrateCmd struct {
	storeSettings
}

// Run brings the schema up to date and returns.
func (c migrateCmd) Run(ctx context.Context) error {
	var m mistakes
	c.storeSettings.check(&m)
	if err := m.err(); err != nil {
		return err
	}
	if err := store.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	fmt.Println("the schema is up to date")
	return nil
}
