package api

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestDelaysAreThoseOfTheTenantsThatOneMaySee(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) { c.Auth = who{Subject: "s", Tenants: []string{"beta"}} })
	late := func(tenant string, by time.Duration) *event.Event {
		return newEvent(0, func(e *event.Event) {
			e.TenantID, e.EventID, e.Timestamp = tenant, tenant+by.String(), time.Now().Add(-by)
		})
	}
	b.append(event.Batch{Events: []*event.Event{late("acme", 90*time.Hour), late("beta", time.Hour), late("beta", 2*time.Hour), late("beta", 3*time.Hour)}})
	var got struct {
		All     measuredJSON
		Buckets []delayBucketJSON
	}
	b.into("/api/event-bus/delays?buckets=1", &got)
	near := func(ms float64, want time.Duration) bool {
		return ms >= want.Seconds()*1000 && ms < want.Seconds()*1000+60_000
	}
	if got.All.Events != 3 || !near(got.All.Total.P50, 2*time.Hour) || !near(got.All.Total.P99, 3*time.Hour) || len(got.Buckets) != 1 {
		t.Errorf("got %+v, want the three events of beta: 2 hours in the middle, 3 at most", got)
	}
}

func TestWhoReadsWhatIsUnknownWhileKafkaIsAway(t *testing.T) {
	b := serve(t, testenv.Database(t), func(c *Config) {
		c.Readers = func(context.Context) ([]Reader, error) { return nil, errors.New("dial tcp: connection refused") }
	})
	got := b.get("/api/event-bus/replicas")
	b.isProblem(got, http.StatusServiceUnavailable)
}
