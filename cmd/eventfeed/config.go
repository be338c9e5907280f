package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kafkaSettings say how Kafka is reached.
type kafkaSettings struct {
	Brokers          []string `name:"kafka-brokers" env:"KAFKA_BROKERS" help:"Kafka's bootstrap addresses, HOST:PORT, comma-separated."`
	BootstrapServers []string `name:"kafka-bootstrap-servers" env:"KAFKA_BOOTSTRAP_SERVERS" help:"Another name for --kafka-brokers."`
	TLS              bool     `name:"kafka-tls" env:"KAFKA_TLS" help:"Speak TLS with Kafka."`
	CAFile           string   `name:"kafka-tls-ca-file" env:"KAFKA_TLS_CA_FILE" help:"Certificates that Kafka's is checked against (PEM); the system's if not given."`
	CertFile         string   `name:"kafka-tls-cert-file" env:"KAFKA_TLS_CERT_FILE" help:"Our certificate for Kafka (PEM)."`
	KeyFile          string   `name:"kafka-tls-key-file" env:"KAFKA_TLS_KEY_FILE" help:"The key of our certificate (PEM)."`
	Mechanism        string   `name:"kafka-sasl-mechanism" env:"KAFKA_SASL_MECHANISM" help:"plain, scram-sha-256 or scram-sha-512."`
	Username         string   `name:"kafka-sasl-username" env:"KAFKA_SASL_USERNAME" help:"SASL user."`
	Password         string   `name:"kafka-sasl-password" env:"KAFKA_SASL_PASSWORD" secret:"" help:"SASL password."`
}

// brokers gives the bootstrap addresses.
func (k kafkaSettings) brokers(m *mistakes) []string {
	switch {
	case len(k.Brokers) == 0:
		k.Brokers = k.BootstrapServers
	case len(k.BootstrapServers) > 0 && !slices.Equal(k.Brokers, k.BootstrapServers):
		m.add("KAFKA_BROKERS and KAFKA_BOOTSTRAP_SERVERS are both set and differ; set one")
	}
	if len(k.Brokers) == 0 {
		m.add("KAFKA_BROKERS is not set; it takes HOST:PORT of one or more brokers, comma-separated")
	}
	for _, b := range k.Brokers {
		if _, port, err := net.SplitHostPort(b); err != nil || port == "" {
			m.add("KAFKA_BROKERS: %q is not HOST:PORT", b)
		}
	}
	return k.Brokers
}

func (k kafkaSettings) check(m *mistakes) {
	if k.Mechanism != "" {
		m.oneOf("KAFKA_SASL_MECHANISM", k.Mechanism, "plain", "scram-sha-256", "scram-sha-512")
		if k.Username == "" || k.Password == "" {
			m.add("KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
		}
	}
	if !k.TLS && (k.CAFile != "" || k.CertFile != "" || k.KeyFile != "") {
		m.add("KAFKA_TLS_* files are given, but KAFKA_TLS is off")
	}
	if (k.CertFile == "") != (k.KeyFile == "") {
		m.add("KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE go together")
	}
	for _, path := range []string{k.CAFile, k.CertFile, k.KeyFile} {
		if _, err := os.Stat(path); path != "" && err != nil {
			m.add("KAFKA_TLS_*: %v", err)
		}
	}
}

// ingestSettings say what is read from Kafka, and how it is understood.
type ingestSettings struct {
	GroupID       string   `name:"kafka-group-id" env:"KAFKA_GROUP_ID" default:"eventfeed" help:"Consumer group; replicas of one database share it."`
	TopicPatterns []string `name:"kafka-topic-patterns" env:"KAFKA_TOPIC_PATTERNS" help:"Topics to read, with *; replaces the catalog's list, +PATTERN adds to it. * alone is every topic."`
	Start         string   `name:"kafka-start" env:"KAFKA_START" default:"earliest" help:"Where topics that are there at the very first start are read from: earliest or latest."`
	TenantSource  string   `name:"tenant-source" env:"TENANT_SOURCE" default:"event" help:"event: an event says its tenant; topic: the topic's prefix wins."`
}

func (i ingestSettings) check(m *mistakes) {
	m.oneOf("KAFKA_START", i.Start, "earliest", "latest")
	m.oneOf("TENANT_SOURCE", i.TenantSource, "event", "topic")
	if strings.TrimSpace(i.GroupID) == "" {
		m.add("KAFKA_GROUP_ID is empty")
	}
}

// storeSettings say where events are stored, and for how long.
type storeSettings struct {
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" secret:"" help:"PostgreSQL, like postgres://user:password@host:5432/database."`
}

func (s storeSettings) check(m *mistakes) {
	if s.DatabaseURL == "" {
		m.add("DATABASE_URL is not set; it takes postgres://USER:PASSWORD@HOST:5432/DATABASE")
		return
	}
	if u, err := url.Parse(s.DatabaseURL); err == nil && u.Scheme != "" && u.Scheme != "postgres" && u.Scheme != "postgresql" {
		m.add("DATABASE_URL: the scheme is %q, not postgres", u.Scheme)
	}
}

// serverSettings say what is served, and where.
type serverSettings struct {
	ListenAddr     string   `name:"listen-addr" env:"LISTEN_ADDR" default:"${listen_addr}" help:"Address to serve HTTP on."`
	BasePath       string   `name:"base-path" env:"BASE_PATH" default:"/" help:"Path prefix that everything is served under."`
	AllowedOrigins []string `name:"allowed-origins" env:"ALLOWED_ORIGINS" help:"Origins that may open a stream, beside our own, like app.example.com or *.example.com."`
	Auth           string   `name:"auth" env:"AUTH" help:"none makes everybody an admin; the default on a loopback address, and refused elsewhere unless given here."`
	RealTime       bool     `name:"enable-real-time-events" env:"ENABLE_REAL_TIME_EVENTS" default:"true" negatable:"" help:"Serve the stream; off leaves ingest and REST."`
	Retention      string   `name:"retention" env:"RETENTION" help:"How long events are kept, like 720h or 30d; off if not given."`
	Replica        string   `name:"replica" env:"REPLICA" help:"This process's name in hello and logs; the host's name if not given."`
	MaxConns       int      `name:"max-conns" env:"MAX_CONNS" default:"20000" help:"Conns at once; more are answered 503."`
	LogLevel       string   `name:"log-level" env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat      string   `name:"log-format" env:"LOG_FORMAT" help:"text or json; text on a terminal, else json, if not given."`
}

func (s serverSettings) check(m *mistakes) {
	if _, port, err := net.SplitHostPort(s.ListenAddr); err != nil || port == "" {
		m.add("LISTEN_ADDR: %q is not HOST:PORT or :PORT", s.ListenAddr)
	}
	if !strings.HasPrefix(s.BasePath, "/") {
		m.add("BASE_PATH: %q does not start with /", s.BasePath)
	}
	m.oneOf("AUTH", s.Auth, "", "none")
	if _, err := parseRetention(s.Retention); err != nil {
		m.add("RETENTION: %v", err)
	}
	if s.MaxConns < 1 {
		m.add("MAX_CONNS: must be at least 1")
	}
	m.oneOf("LOG_LEVEL", s.LogLevel, "debug", "info", "warn", "error")
	m.oneOf("LOG_FORMAT", s.LogFormat, "", "text", "json")
}

// replica is this process's name.
func (s serverSettings) replica() string {
	if s.Replica != "" {
		return s.Replica
	}
	host, err := os.Hostname()
	if err != nil {
		return "eventfeed"
	}
	return host
}

// parseRetention reads a duration, in which d is a day of 24 hours; "" and
// "off" are none.
func parseRetention(s string) (time.Duration, error) {
	if s == "" || s == "off" {
		return 0, nil
	}
	var d time.Duration
	var err error
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(s)
	}
	if err != nil || d < time.Minute {
		return 0, fmt.Errorf("%q is no duration of a minute or more, like 720h or 30d, nor off", s)
	}
	return d, nil
}

// newLogger writes to standard error.
func (s serverSettings) newLogger() *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(s.LogLevel)) != nil {
		level = slog.LevelInfo // check has refused it
	}
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" || s.LogFormat == "" && !isTerminal(os.Stderr) {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
