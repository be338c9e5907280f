package store

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	appendSeconds *prometheus.HistogramVec
	batchEvents   prometheus.Histogram
	events        prometheus.Counter
	duplicates    prometheus.Counter
	rejected      prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
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
	if r != nil {
		r.MustRegister(m.appendSeconds, m.batchEvents, m.events, m.duplicates, m.rejected)
	}
	return m
}
