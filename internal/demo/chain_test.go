package demo

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func uuidTime(t *testing.T, id string) int64 {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Fatalf("%q is no UUID of version 7: %v", id, err)
	}
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return ms
}

func TestEveryTypeDialectAndTenantIsThere(t *testing.T) {
	missing := map[string]bool{}
	for family, names := range catalog {
		for _, name := range names {
			missing[eventType(family, name)] = true
		}
	}
	for _, d := range []*dialect{guide, routingVariant, onexA, onexB, bridgeHook, laterOnex, flat, headersOnly, cloudStructured, cloudBinary} {
		missing[d.name] = true
	}
	for _, tenant := range tenants {
		missing[tenant.name] = true
	}
	for _, r := range readable(threeDays()) {
		delete(missing, r.Event.EventType)
		delete(missing, r.Dialect)
		delete(missing, r.Event.TenantID)
	}
	for what := range missing {
		t.Errorf("%s is missing", what)
	}
}

func TestOnlyListedTopicsAreUsed(t *testing.T) {
	topics := Topics()
	if len(topics) > 150 {
		t.Errorf("got %d topics, want at most 150", len(topics))
	}
	for _, r := range threeDays() {
		if !slices.Contains(topics, r.Topic) {
			t.Fatalf("topic %s is not listed", r.Topic)
		}
	}
}

func TestCausesHappenBeforeAndInTheSameChainButForALostConnection(t *testing.T) {
	records := readable(threeDays())
	byID := map[string]*event.Event{}
	for _, r := range records {
		byID[r.Event.EventID] = r.Event
	}
	linked := 0
	for _, r := range records {
		e := r.Event
		if e.CausationID == "" {
			continue
		}
		linked++
		cause := byID[e.CausationID]
		if cause == nil || cause.Timestamp.After(e.Timestamp) || cause.TenantID != e.TenantID ||
			cause.CorrelationID != e.CorrelationID && cause.EventType != "omninode.database.connection.lost.v1" {
			t.Fatalf("%s at %v: got cause %+v, want an earlier event of its chain", e.EventType, e.Timestamp, cause)
		}
	}
	if linked < len(records)/3 {
		t.Errorf("got %d of %d events with a cause, want more", linked, len(records))
	}
}

func TestDurationsAreGapsBetweenTimestamps(t *testing.T) {
	records := readable(threeDays())
	times := map[string]map[int64]bool{}
	for _, r := range records {
		if times[r.Event.CorrelationID] == nil {
			times[r.Event.CorrelationID] = map[int64]bool{}
		}
		times[r.Event.CorrelationID][r.Event.Timestamp.UnixMicro()] = true
	}
	checked := 0
	for _, r := range records {
		ms, ok := duration(t, r.Event.Payload)
		if !ok || r.Dialect == flat.name || until.Sub(r.Event.Timestamp) < time.Hour {
			continue
		}
		checked++
		if began := r.Event.Timestamp.UnixMicro() - ms*1000; !times[r.Event.CorrelationID][began] {
			t.Fatalf("%s lasted %d ms, but nothing began then: %s", r.Event.EventType, ms, r.Event.Payload)
		}
	}
	if checked < len(records)/5 {
		t.Errorf("got %d durations in %d events, want more", checked, len(records))
	}
}

func duration(t *testing.T, raw []byte) (ms int64, ok bool) {
	var p struct {
		DurationMS, ExecutionTimeMS, RoutingTimeMS, OutageMS *int64
		RoutingMetadata                                      struct{ RoutingTimeMS *int64 }
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(raw), "_", "")), &p); err != nil {
		t.Fatalf("read payload %s: %v", raw, err)
	}
	for _, v := range []*int64{p.DurationMS, p.ExecutionTimeMS, p.RoutingTimeMS, p.OutageMS, p.RoutingMetadata.RoutingTimeMS} {
		if v != nil {
			return *v, true
		}
	}
	return 0, false
}

func TestChainsHaveTheSharesOfTheCatalog(t *testing.T) {
	want := map[string]float64{"intelligence": 30, "agent": 20, "code": 15, "metadata": 10, "database": 10, "vault": 8, "consul": 7}
	got, total := map[string]float64{}, 0.0
	seen := map[string]bool{}
	for _, r := range readable(history(1, 40_000)) {
		family := strings.Split(r.Event.EventType, ".")[1]
		if want[family] == 0 || seen[r.Event.CorrelationID] || r.Event.CausationID != "" {
			continue
		}
		seen[r.Event.CorrelationID] = true
		got[family]++
		total++
	}
	for family, share := range want {
		if g := 100 * got[family] / total; math.Abs(g-share) > 1 {
			t.Errorf("%s: got %.1f %% of the chains, want %.0f %%", family, g, share)
		}
	}
}

func TestNineOfTenExecutionsSucceedAndEveryFamilyHasFailures(t *testing.T) {
	types, bad := map[string]float64{}, map[string]int{}
	for _, r := range readable(threeDays()) {
		types[r.Event.EventType]++
		family := strings.Split(r.Event.EventType, ".")[1]
		p := string(r.Event.Payload)
		if r.Event.Outcome() == event.Failure || slices.ContainsFunc(troubles, func(s string) bool { return strings.Contains(p, s) }) {
			bad[family]++
		}
	}
	completed, failed := types["omninode.agent.execution.completed.v1"], types["omninode.agent.execution.failed.v1"]
	if share := completed / (completed + failed); math.Abs(share-0.9) > 0.02 {
		t.Errorf("got %.1f %% of executions that succeed, want 90 %%", 100*share)
	}
	for family := range catalog {
		if family != "onex" && bad[family] == 0 {
			t.Errorf("nothing goes wrong in family %s", family)
		}
	}
}

// troubles are how families say that something is wrong whose types do not.
var troubles = []string{
	`"level":"ERROR"`, `"decision":"deny"`, `"current_status":"unhealthy"`, `"status":"lagging"`, `"below_reserve":true`,
	`"effectiveness":-`, `"reason":"lease expired"`, `"status":"critical"`,
}

func TestAnIncidentCanBeFollowed(t *testing.T) {
	tenant := tenants[1]
	steps := map[string]time.Time{}
	failed, executions, logged := 0, 0, 0
	lost := ""
	for _, f := range incident(newRandom(1), tenant, until, time.Minute) {
		name := f.family + " " + f.name
		if _, ok := steps[name]; !ok {
			steps[name] = f.Timestamp
		}
		switch name {
		case "database connection.lost":
			lost = f.EventID
		case "database query.failed":
			failed++
			if f.CausationID != lost {
				t.Errorf("got %s as the cause of a failed query, want the lost connection %s", f.CausationID, lost)
			}
		case "agent execution.failed":
			executions++
		}
		if f.family == "logging" {
			logged++
		}
	}
	order := []string{"database connection.lost", "service health.changed", "database connection.restored"}
	for i, name := range order {
		if steps[name].IsZero() || i > 0 && !steps[name].After(steps[order[i-1]]) {
			t.Errorf("%s: got %v, want it after %v", name, steps[name], order[:i])
		}
	}
	if failed < 8 || logged != failed || executions < 2 {
		t.Errorf("got %d failed queries, %d logs and %d failed executions of them, want at least 8 and 2 executions", failed, logged, executions)
	}
	if got := steps["database connection.restored"].Sub(until); got != time.Minute {
		t.Errorf("got the connection back after %v, want a minute", got)
	}
}

func TestNoIncidentIsLongerThanTheLongest(t *testing.T) {
	for seed := range uint64(500) {
		g := NewGenerator(seed, since)
		g.schedule(tenants[1], incident(g.random, tenants[1], since, 10*time.Minute))
		if got := g.queue.pushed; got > longestIncident {
			t.Errorf("seed %d: got %d records, want at most %d", seed, got, longestIncident)
		}
	}
}

func TestKeysKeepTogetherWhatBelongsTogether(t *testing.T) {
	for _, r := range readable(history(1, 5000)) {
		var p struct {
			ServiceName string                `json:"service_name"`
			ServiceInfo struct{ Name string } `json:"service_info"`
		}
		if err := json.Unmarshal(r.Event.Payload, &p); err != nil {
			t.Fatal(err)
		}
		want := r.Event.CorrelationID
		switch typ := r.Event.EventType; {
		case typ == "omninode.logging.application.v1", strings.HasPrefix(typ, "omninode.service.registered"), strings.HasPrefix(typ, "omninode.service.deregistered"):
			want = p.ServiceName
		case strings.HasSuffix(typ, "health.changed.v1"):
			want = p.ServiceInfo.Name
		case strings.HasPrefix(typ, "omninode.logging."):
			want = r.Event.TenantID
		}
		if string(r.Key) != want {
			t.Fatalf("%s: got key %q, want %q", r.Event.EventType, r.Key, want)
		}
	}
}

func TestNoSecretsAreTold(t *testing.T) {
	for _, r := range readable(threeDays()) {
		if strings.HasPrefix(r.Event.EventType, "omninode.vault.") {
			for _, word := range []string{`"value"`, `"secret_value"`, `"data"`, `"password"`, `"token"`} {
				if strings.Contains(string(r.Event.Payload), word) {
					t.Fatalf("%s tells %s: %s", r.Event.EventType, word, r.Event.Payload)
				}
			}
		}
	}
}
