package main

import (
	"net"
	"slices"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/ingest"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// kafkaSettings say how Kafka is reached.
type kafkaSettings struct {
	Brokers          []string `name:"kafka-brokers" env:"KAFKA_BROKERS" placeholder:"HOST:PORT" help:"Kafka's bootstrap addresses."`
	BootstrapServers []string `name:"kafka-bootstrap-servers" env:"KAFKA_BOOTSTRAP_SERVERS" placeholder:"HOST:PORT" help:"Another name for --kafka-brokers."`
	TLS              bool     `name:"kafka-tls" env:"KAFKA_TLS" help:"Speak TLS with Kafka."`
	CAFile           string   `name:"kafka-tls-ca-file" env:"KAFKA_TLS_CA_FILE" placeholder:"PATH" help:"Certificates that Kafka's is checked against (PEM); the system's if not given."`
	CertFile         string   `name:"kafka-tls-cert-file" env:"KAFKA_TLS_CERT_FILE" placeholder:"PATH" help:"Our certificate for Kafka (PEM)."`
	KeyFile          string   `name:"kafka-tls-key-file" env:"KAFKA_TLS_KEY_FILE" placeholder:"PATH" help:"The key of our certificate (PEM)."`
	Mechanism        string   `name:"kafka-sasl-mechanism" env:"KAFKA_SASL_MECHANISM" placeholder:"NAME" help:"plain, scram-sha-256 or scram-sha-512."`
	Username         string   `name:"kafka-sasl-username" env:"KAFKA_SASL_USERNAME" placeholder:"NAME" help:"SASL user."`
	Password         string   `name:"kafka-sasl-password" env:"KAFKA_SASL_PASSWORD" placeholder:"TEXT" secret:"" help:"SASL password; $KAFKA_SASL_PASSWORD_FILE may name a file that holds it."`
}

// brokers gives the bootstrap addresses, and notes what is wrong with them.
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
	var brokers []string
	for _, b := range k.Brokers {
		b = strings.TrimSpace(b)
		if host, port, err := net.SplitHostPort(b); err != nil || host == "" || port == "" {
			m.add("KAFKA_BROKERS: %q is not HOST:PORT", b)
		}
		brokers = append(brokers, b)
	}
	return brokers
}

func (k kafkaSettings) check(m *mistakes) {
	before := len(*m)
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
	m.readable("KAFKA_TLS_CA_FILE", k.CAFile)
	m.readable("KAFKA_TLS_CERT_FILE", k.CertFile)
	m.readable("KAFKA_TLS_KEY_FILE", k.KeyFile)
	if len(*m) > before {
		return
	}
	if _, err := ingest.NewTransport(k.tls(), k.sasl()); err != nil {
		m.addAll("KAFKA_*", err)
	}
}

func (k kafkaSettings) tls() ingest.TLS {
	return ingest.TLS{Enabled: k.TLS, CAFile: k.CAFile, CertFile: k.CertFile, KeyFile: k.KeyFile}
}

func (k kafkaSettings) sasl() ingest.SASL {
	return ingest.SASL{Mechanism: k.Mechanism, Username: k.Username, Password: k.Password}
}

// ingestSettings say what is read from Kafka, and how it is understood.
type ingestSettings struct {
	GroupID       string `name:"kafka-group-id" env:"KAFKA_GROUP_ID" default:"eventfeed" help:"Consumer group; replicas of one database share it."`
	TopicPatterns string `name:"kafka-topic-patterns" env:"KAFKA_TOPIC_PATTERNS" placeholder:"PATTERN,PATTERN" help:"Topics to read, with *; replaces the catalog's list, +PATTERN adds to it. * alone is every topic."`
	Start         string `name:"kafka-start" env:"KAFKA_START" default:"earliest" help:"Where topics that are there at the very first start are read from: earliest or latest."`
	TenantSource  string `name:"tenant-source" env:"TENANT_SOURCE" default:"event" help:"event: an event says its tenant; topic: the topic's prefix wins."`
}

func (i ingestSettings) check(m *mistakes) {
	m.oneOf("KAFKA_START", i.Start, "earliest", "latest")
	m.oneOf("TENANT_SOURCE", i.TenantSource, "event", "topic")
	if strings.TrimSpace(i.GroupID) == "" {
		m.add("KAFKA_GROUP_ID is empty")
	}
	if _, err := ingest.ParsePatterns(i.TopicPatterns); err != nil {
		m.addAll("KAFKA_TOPIC_PATTERNS", err)
	}
}

// storeSettings say where events are stored, and for how long.
type storeSettings struct {
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" secret:"" help:"PostgreSQL, like postgres://user:password@host:5432/database; $DATABASE_URL_FILE may name a file that holds it."`
}

func (s storeSettings) check(m *mistakes) {
	if s.DatabaseURL == "" {
		m.add("DATABASE_URL is not set; it takes postgres://USER:PASSWORD@HOST:5432/DATABASE")
		return
	}
	if err := store.CheckURL(s.DatabaseURL); err != nil {
		m.addAll("DATABASE_URL", err)
	}
}
