package main

import (
	"context"
	"fmt"

	"github.com/omninode-ai/eventfeed/internal/store"
)

type migrateCmd struct {
	storeSettings
	logSettings
	NewEpoch bool `help:"Give the numbering another name, so that clients start anew: needed after the database was restored from a backup."`
}

// Run brings the schema up to date and returns.
func (c migrateCmd) Run(ctx context.Context, m *mistakes) error {
	c.storeSettings.check(m)
	c.logSettings.check(m)
	if err := m.err(); err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{URL: c.DatabaseURL, Logger: c.newLogger()})
	if err != nil {
		return openError(err)
	}
	defer st.Close()
	fmt.Println("the schema is up to date")
	if !c.NewEpoch {
		return nil
	}
	epoch, err := st.NewEpoch(ctx)
	if err != nil {
		return err
	}
	fmt.Println("the epoch is now " + epoch)
	return nil
}
