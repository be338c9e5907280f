package relay

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	sent, received             prometheus.Counter // bytes
	eventsSent, eventsReceived prometheus.Counter
	dropped, garbage           prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, r *Relay) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "eventfeed", Subsystem: "relay", Name: name, Help: help})
	}
	gauge := func(name, help string, value func(Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "eventfeed", Subsystem: "relay", Name: name, Help: help},
			func() float64 { return value(r.Status()) })
	}
	m := &metrics{
		sent:           counter("sent_bytes_total", "Bytes sent to Redis."),
		received:       counter("received_bytes_total", "Bytes that siblings sent."),
		eventsSent:     counter("events_sent_total", "Events sent to siblings."),
		eventsReceived: counter("events_received_total", "Events that siblings sent."),
		dropped:        counter("events_dropped_total", "Events not sent, because Redis was away or slow; siblings read them from the store."),
		garbage:        counter("messages_refused_total", "Messages that could not be read."),
	}
	if reg != nil {
		reg.MustRegister(m.sent, m.received, m.eventsSent, m.eventsReceived, m.dropped, m.garbage,
			gauge("working", "1 while siblings are heard through Redis.", func(s Status) float64 {
				if s.Working {
					return 1
				}
				return 0
			}),
			gauge("siblings", "Other replicas heard of within the last seconds.", func(s Status) float64 { return float64(len(s.Siblings)) }))
	}
	return m
}
