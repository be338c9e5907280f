package hub

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	frames     prometheus.Counter
	deliveries prometheus.Counter
	lagged     prometheus.Counter
	filled     prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, h *Hub) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "eventfeed", Subsystem: "hub", Name: name, Help: help})
	}
	gauge := func(name, help string, value func(Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "eventfeed", Subsystem: "hub", Name: name, Help: help},
			func() float64 { return value(h.Status()) })
	}
	m := &metrics{
		frames:     counter("frames_written_total", "Frames given to conns."),
		deliveries: counter("deliveries_total", "Events given to conns, each counted once a conn."),
		lagged:     counter("lagged_total", "Subscriptions that fell behind their feed and caught up from history."),
		filled:     counter("filled_total", "Events read from the store because nobody published them."),
	}
	if reg != nil {
		reg.MustRegister(m.frames, m.deliveries, m.lagged, m.filled,
			gauge("position", "Position that the hub has reached.", func(s Status) float64 { return float64(s.Position) }),
			gauge("conns", "Clients that are connected.", func(s Status) float64 { return float64(s.Conns) }),
			gauge("subscriptions", "Subscriptions of all clients.", func(s Status) float64 { return float64(s.Subscriptions) }),
			gauge("feeds", "Distinct filters.", func(s Status) float64 { return float64(s.Feeds) }),
			gauge("tail_bytes", "Memory that recent events take, about.", func(s Status) float64 { return float64(s.TailBytes) }))
	}
	return m
}
