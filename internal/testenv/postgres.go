package testenv

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/embedded"
)

var sharedPostgres = sync.OnceValues(func() (*embedded.Postgres, error) {
	dir, err := sharedDir("postgres")
	if err != nil {
		return nil, err
	}
	p, err := embedded.StartPostgres(context.Background(), embedded.PostgresConfig{Dir: dir, Unsafe: true})
	if err == nil {
		onExit(p.Stop)
	}
	return p, err
})

var databases atomic.Int64

// Database gives the URL of a fresh, empty database on a server that the test
// binary shares. It is dropped when the test ends. Its texts are ordered as in
// a dictionary, as in most databases that people have, and not by bytes.
func Database(tb testing.TB) string {
	tb.Helper()
	p, err := sharedPostgres()
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	admin(tb, p.URL(), "CREATE DATABASE "+name+" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
	tb.Cleanup(func() { admin(tb, p.URL(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(p.URL())
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(tb testing.TB, at, statement string) {
	tb.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, at)
	if err != nil {
		tb.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing is lost
	if _, err := c.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// Postgres gives a server of the test's own, to stop, kill and start again.
// Writes are as safe as they are by default.
func Postgres(tb testing.TB) *embedded.Postgres {
	tb.Helper()
	p, err := embedded.StartPostgres(context.Background(), embedded.PostgresConfig{Dir: openDir(tb)})
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	tb.Cleanup(func() {
		if err := p.Kill(); err != nil {
			tb.Errorf("stop PostgreSQL: %v", err)
		}
	})
	return p
}
