package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
)

type httpMetrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newHTTPMetrics(reg prometheus.Registerer) *httpMetrics {
	m := &httpMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "eventfeed", Subsystem: "http", Name: "requests_total", Help: "Requests answered, by route and class of status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "eventfeed", Subsystem: "http", Name: "request_duration_seconds", Help: "Time to answer a request; streams are left out.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	reg.MustRegister(m.requests, m.seconds)
	return m
}

// observe counts a request. Its labels are few, whatever clients ask for.
func (m *httpMetrics) observe(r *http.Request, note *request, took time.Duration) {
	route := "none"
	if current := mux.CurrentRoute(r); current != nil {
		if template, err := current.GetPathTemplate(); err == nil {
			route = template
		}
	}
	m.requests.WithLabelValues(route, methodLabel(r.Method), strconv.Itoa(note.status/100)+"xx").Inc()
	if !note.streams {
		m.seconds.WithLabelValues(route).Observe(took.Seconds())
	}
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead:
		return method
	}
	return "other"
}
