package testenv_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"

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
	testenv.Redis(t)
	k := kafka.Client{Addr: kafka.TCP(testenv.Kafka(t).Addr)}
	if _, err := k.Metadata(ctx, &kafka.MetadataRequest{}); err != nil {
		t.Fatal(err)
	}
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
