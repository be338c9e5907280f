package testenv_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"
	kafkasasl "github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

func TestServicesAnswer(t *testing.T) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, testenv.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if got := testenv.Redis(t).Do("PING"); got != "PONG" {
		t.Errorf("Redis: got %v, want PONG", got)
	}
	k := kafka.Client{Addr: kafka.TCP(testenv.Kafka(t).Addr)}
	if _, err := k.Metadata(ctx, &kafka.MetadataRequest{}); err != nil {
		t.Fatal(err)
	}
}

func TestSecureBrokerLetsIn(t *testing.T) {
	b := testenv.SecureKafka(t)
	ca, err := os.ReadFile(b.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	pair, err := tls.LoadX509KeyPair(b.CertFile, b.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	encrypted := &tls.Config{RootCAs: roots}
	known := &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}
	right, wrong := sasl(t, b.Username, b.Password), sasl(t, b.Username, "guess")
	for _, c := range []struct {
		name, addr string
		tls        *tls.Config
		sasl       kafkasasl.Mechanism
		in         bool
	}{
		{"TLS", b.TLSAddr, encrypted, nil, true},
		{"TLS without the authority", b.TLSAddr, &tls.Config{}, nil, false},
		{"mutual TLS", b.MutualTLSAddr, known, nil, true},
		{"mutual TLS without a certificate", b.MutualTLSAddr, encrypted, nil, false},
		{"PLAIN", b.SASLAddr, nil, right["plain"], true},
		{"PLAIN with a wrong password", b.SASLAddr, nil, wrong["plain"], false},
		{"SCRAM-SHA-256", b.SASLAddr, nil, right["256"], true},
		{"SCRAM-SHA-256 with a wrong password", b.SASLAddr, nil, wrong["256"], false},
		{"SCRAM-SHA-512", b.SASLTLSAddr, encrypted, right["512"], true},
		{"PLAIN over TLS", b.SASLTLSAddr, encrypted, right["plain"], true},
		{"nobody", b.SASLAddr, nil, nil, false},
	} {
		transport := &kafka.Transport{TLS: c.tls, SASL: c.sasl}
		client := kafka.Client{Addr: kafka.TCP(c.addr), Transport: transport, Timeout: 10 * time.Second}
		if _, err := client.Metadata(t.Context(), &kafka.MetadataRequest{}); (err == nil) != c.in {
			t.Errorf("%s: got %v, want let in: %v", c.name, err, c.in)
		}
		transport.CloseIdleConnections()
	}
}

func sasl(t *testing.T, user, password string) map[string]kafkasasl.Mechanism {
	t.Helper()
	short, err := scram.Mechanism(scram.SHA256, user, password)
	if err != nil {
		t.Fatal(err)
	}
	long, err := scram.Mechanism(scram.SHA512, user, password)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]kafkasasl.Mechanism{"plain": plain.Mechanism{Username: user, Password: password}, "256": short, "512": long}
}

func TestBrokerKeepsItsDataThroughAKill(t *testing.T) {
	ctx := context.Background()
	b := testenv.NewKafka(t)
	k := &kafka.Client{Addr: kafka.TCP(b.Addr), Transport: &kafka.Transport{}}
	if _, err := k.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: "kept", NumPartitions: 2, ReplicationFactor: 1}}}); err != nil {
		t.Fatal(err)
	}
	b.Kill()
	b.Start()
	k.Transport = &kafka.Transport{}
	m, err := k.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{"kept"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(m.Topics[0].Partitions); got != 2 {
		t.Errorf("got %d partitions after a kill, want 2", got)
	}
}

func TestPostgresKeepsItsDataThroughAKill(t *testing.T) {
	ctx := context.Background()
	p := testenv.Postgres(t)
	exec := func(sql string) {
		t.Helper()
		c, err := pgx.Connect(ctx, p.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx) //nolint:errcheck // nothing is lost
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE kept (n int)`)
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO kept VALUES (1)`)
}
