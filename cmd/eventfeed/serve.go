package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
	"github.com/omninode-ai/eventfeed/internal/store"
)

type serveCmd struct {
	kafkaSettings
	ingestSettings
	storeSettings
	serverSettings
}

// Run serves until ctx ends.
func (c serveCmd) Run(ctx context.Context, s settings) error {
	var m mistakes
	c.brokers(&m)
	c.kafkaSettings.check(&m)
	c.ingestSettings.check(&m)
	c.storeSettings.check(&m)
	c.serverSettings.check(&m)
	if err := m.err(); err != nil {
		return err
	}
	logger := c.newLogger()
	s.log(logger)
	return serve(ctx, c, logger)
}

// history lets the hub read the store.
type history struct{ *store.Store }

func (h history) Window(ctx context.Context, f filter.Filter, after, through event.Position) (hub.Window, error) {
	w, err := h.Store.Window(ctx, f, after, through)
	return hub.Window(w), err
}
