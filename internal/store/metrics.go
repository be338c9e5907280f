package store

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omninode-ai/eventfeed/internal/event"
)

type metrics struct {
	appendSeconds *prometheus.HistogramVec
	batchEvents   prometheus.Histogram
	events        prometheus.Counter
	duplicates    prometheus.Counter
	rejected      prometheus.Counter
}

func newMetrics() *metrics {
	return &metrics{
		appendSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "eventfeed_store_append_seconds",
			Help:    "How long an append took, its commit included, by how it ended.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}, []string{"result"}),
		batchEvents: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "eventfeed_store_append_batch_events",
			Help:    "How many events an append was asked to store.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 12),
		}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "eventfeed_store_events_total",
			Help: "Events stored.",
		}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "eventfeed_store_duplicates_total",
			Help: "Events dropped because their tenant already has that event id.",
		}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "eventfeed_store_rejected_total",
			Help: "Rejected events stored.",
		}),
	}
}

func (m *metrics) register(r prometheus.Registerer) {
	r.MustRegister(m.appendSeconds, m.batchEvents, m.events, m.duplicates, m.rejected)
}

func (m *metrics) observeAppend(took time.Duration, b event.Batch, a event.Appended, err error) {
	result := "stored"
	switch {
	case errors.Is(err, event.ErrFenced):
		result = "fenced"
	case errors.Is(err, event.ErrUnavailable):
		result = "unavailable"
	case errors.Is(err, event.ErrData):
		result = "data"
	case err != nil:
		result = "failed"
	}
	m.appendSeconds.WithLabelValues(result).Observe(took.Seconds())
	if err != nil {
		return
	}
	m.batchEvents.Observe(float64(len(b.Events)))
	m.events.Add(float64(len(a.Events)))
	m.duplicates.Add(float64(a.Duplicates))
	m.rejected.Add(float64(len(b.Rejected)))
}
