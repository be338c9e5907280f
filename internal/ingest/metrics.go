package ingest

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	records, tombstones, events, duplicates prometheus.Counter
	fetches, generations, fenced, previews  prometheus.Counter
	rejected, gaps                          *prometheus.CounterVec
	batch                                   prometheus.Histogram
}

func newMetrics(r prometheus.Registerer, i *Ingest) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "eventfeed", Subsystem: "ingest", Name: name, Help: help})
	}
	vec := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "eventfeed", Subsystem: "ingest", Name: name, Help: help}, []string{"reason"})
	}
	m := &metrics{
		records:     counter("records_total", "Records read from Kafka."),
		tombstones:  counter("tombstones_total", "Records without a value, which are no events."),
		events:      counter("events_total", "Events stored."),
		duplicates:  counter("duplicates_total", "Events that were stored before."),
		fetches:     counter("fetches_total", "Fetches that Kafka has answered."),
		generations: counter("generations_total", "Generations of the group that this replica took part in."),
		fenced:      counter("fenced_batches_total", "Batches refused because another replica had moved an offset."),
		previews:    counter("previews_total", "Events shown before they could be stored."),
		rejected:    vec("rejected_total", "Records rejected, by reason."),
		gaps:        vec("gaps_total", "Source gaps noticed, by reason."),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "eventfeed", Subsystem: "ingest", Name: "batch_events", Help: "Events of a batch.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 12),
		}),
	}
	if r == nil {
		return m
	}
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "eventfeed", Subsystem: "ingest", Name: name, Help: help}, value))
	}
	gauge("lag_records", "Records that Kafka has and that are not stored, of this replica's partitions.", func() float64 { return float64(i.lag()) })
	gauge("connected", "1 while Kafka answers.", func() float64 {
		if i.wire.isConnected() {
			return 1
		}
		return 0
	})
	r.MustRegister(m.records, m.tombstones, m.events, m.duplicates, m.fetches, m.generations, m.fenced, m.previews, m.rejected, m.gaps, m.batch)
	return m
}
