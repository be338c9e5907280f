package main

import (
	"crypto/tls"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// serverSettings say what is served, and where.
type serverSettings struct {
	ListenAddr     string   `name:"listen-addr" env:"LISTEN_ADDR" default:"${listen_addr}" help:"Address to serve HTTP on."`
	BasePath       string   `name:"base-path" env:"BASE_PATH" default:"/" help:"Path prefix that everything is served under."`
	TLSCertFile    string   `name:"tls-cert-file" env:"TLS_CERT_FILE" placeholder:"PATH" help:"Serve HTTPS with this certificate (PEM)."`
	TLSKeyFile     string   `name:"tls-key-file" env:"TLS_KEY_FILE" placeholder:"PATH" help:"The key of the certificate (PEM)."`
	MetricsAddr    string   `name:"metrics-addr" env:"METRICS_ADDR" placeholder:"HOST:PORT" help:"Serve /metrics here too, in plain HTTP and to whoever reaches it."`
	AllowedOrigins []string `name:"allowed-origins" env:"ALLOWED_ORIGINS" placeholder:"HOST" help:"Origins that may open a stream, beside our own, like app.example.com or *.example.com."`
	RealTime       bool     `name:"enable-real-time-events" env:"ENABLE_REAL_TIME_EVENTS" default:"true" negatable:"" help:"Serve the stream; without it there are ingest and REST. On by default."`
	Retention      string   `name:"retention" env:"RETENTION" default:"off" help:"How long events are kept, like 720h or 30d; off is for ever."`
	Replica        string   `name:"replica" env:"REPLICA" placeholder:"NAME" help:"This process's name, the same after a restart; the host's name if not given, so that two on one host need two."`
	MaxConns       int      `name:"max-conns" env:"MAX_CONNS" default:"20000" help:"Conns at once; more are answered 503."`
	authSettings
	logSettings
}

func (s serverSettings) check(m *mistakes) {
	m.address("LISTEN_ADDR", s.ListenAddr)
	if s.MetricsAddr != "" {
		m.address("METRICS_ADDR", s.MetricsAddr)
	}
	s.checkTLS(m)
	if !strings.HasPrefix(s.BasePath, "/") {
		m.add("BASE_PATH: %q does not start with /", s.BasePath)
	}
	s.authSettings.check(m, s.ListenAddr)
	if _, err := parseRetention(s.Retention); err != nil {
		m.add("RETENTION: %v", err)
	}
	if s.MaxConns < 1 {
		m.add("MAX_CONNS: must be at least 1")
	}
	s.logSettings.check(m)
}

func (s serverSettings) checkTLS(m *mistakes) {
	before := len(*m)
	if (s.TLSCertFile == "") != (s.TLSKeyFile == "") {
		m.add("TLS_CERT_FILE and TLS_KEY_FILE go together")
	}
	m.readable("TLS_CERT_FILE", s.TLSCertFile)
	m.readable("TLS_KEY_FILE", s.TLSKeyFile)
	if s.TLSCertFile == "" || len(*m) > before {
		return
	}
	if _, err := tls.LoadX509KeyPair(s.TLSCertFile, s.TLSKeyFile); err != nil {
		m.add("TLS_CERT_FILE and TLS_KEY_FILE: %v", err)
	}
}

// name is this process's name.
func (s serverSettings) name() string {
	if s.Replica != "" {
		return s.Replica
	}
	host, err := os.Hostname()
	if err != nil {
		return "eventfeed"
	}
	return host
}

// parseRetention reads how long events are kept; "" and "off" are for ever.
func parseRetention(s string) (time.Duration, error) {
	if s == "" || s == "off" {
		return 0, nil
	}
	d, err := parseSpan(s)
	if err != nil || d < time.Minute {
		return 0, fmt.Errorf("%q is no duration of a minute or more, like 720h or 30d, nor off", s)
	}
	return d, nil
}

// parseSpan reads a duration, in which d is a day of 24 hours.
func parseSpan(s string) (time.Duration, error) {
	days, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseFloat(days, 64)
	if most := float64(math.MaxInt64) / float64(24*time.Hour); err != nil || !(math.Abs(n) < most) {
		return 0, fmt.Errorf("%q is no duration", s)
	}
	return time.Duration(n * float64(24*time.Hour)), nil
}
