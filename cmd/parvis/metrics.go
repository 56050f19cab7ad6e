package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/live"
)

// metrics are what a serve counts, for Prometheus. Times are in seconds.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	database *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parvis_http_requests_total",
			Help: "Requests answered, by the route's pattern and the status."}, []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "parvis_http_request_seconds",
			Help:    "Time from a request's arrival to the end of its answer, by the route's pattern.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route"}),
		database: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "parvis_db_seconds",
			Help:    "Time in the database: read and write are whole transactions with their wait; statement, commit and checkpoint their parts.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}}, []string{"kind"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "parvis_build_info", Help: "1, with the version.",
		ConstLabels: prometheus.Labels{"version": version()}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.took, m.database, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds the counters of an open database.
func (m *metrics) watch(d *db.DB) {
	count := func(name, help string, value func(db.Stats) int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value(d.Stats())) }))
	}
	count("parvis_db_writes_total", "Writes acknowledged.", func(s db.Stats) int64 { return s.Writes })
	count("parvis_db_commits_total", "Transactions committed for them; many writes may share one.", func(s db.Stats) int64 { return s.Commits })
	count("parvis_db_checkpoints_total", "Checkpoints of SQLite's log.", func(s db.Stats) int64 { return s.Checkpoints })
}

// follow adds how many browsers follow counters.
func (m *metrics) follow(hub *live.Hub) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "parvis_live_listeners", Help: "Browsers that follow live counters."},
		func() float64 { return float64(hub.Listeners()) }))
}

// observe is db.Config.Observe.
func (m *metrics) observe(kind string, d time.Duration) {
	m.database.WithLabelValues(kind).Observe(d.Seconds())
}

// seen is web.Options.Seen.
func (m *metrics) seen(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(pattern).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
