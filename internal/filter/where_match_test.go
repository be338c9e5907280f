package filter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func mustWhere(tb testing.TB, text string) *Where {
	tb.Helper()
	w, err := ParseWhere(text)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// That memory and SQL agree about thousands of odd events and expressions is
// shown in internal/store; here is what the answers ought to be.
func TestExpressionsSayWhatTheLanguagePromises(t *testing.T) {
	e := &event.Event{
		EventID: "id-1", EventType: "omninode.agent.execution.failed.v1", TenantID: "acme", Source: "vault-adapter",
		CorrelationID: "c-1", Topic: "acme.agent", Partition: 2, Offset: 48213, Timestamp: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC),
		Payload: []byte(`{"cost":1.10,"big":9007199254740993,"tiny":1e-30,"name":"caf\u00e9","number_text":"5","ok":true,"none":null,
			"tags":["urgent",5,null,{"a":1}],"map":{"key":null,"0":"zero"},"":1,"star":"a*b"}`),
	}
	for text, want := range map[string]bool{
		`payload.cost = 1.1`: true, `payload.cost = 1.10000000000000000001`: false, `payload.cost > 1.09`: true, `payload.cost >= 1.1`: true,
		`payload.big > 9007199254740992`: true, `payload.big = 9007199254740992`: false, `payload.tiny > 0`: true, `payload.cost = "1.10"`: false,
		`payload.number_text = 5`: false, `payload.number_text > 4`: false, `payload.number_text = "5"`: true, `payload.number_text < "50"`: true,
		`payload.name = "café"`: true, `payload.name = "caf*"`: true, `payload.name = "*F*"`: false, `payload.name > "caff"`: true, `payload.name < "cafz"`: false,
		`payload.ok = true`: true, `payload.ok = "true"`: false, `payload.ok != false`: true, `payload.none = null`: true, `payload.none:*`: false,
		`payload.missing = null`: false, `payload.missing != null`: true, `payload.missing > 1`: false, `NOT payload.missing > 1`: true,
		`payload.missing <= 1`: false, `payload.missing:*`: false, `payload.missing != "x"`: true, `payload.missing.deeper = 1`: false,
		`payload.tags:urgent`: true, `payload.tags:"urg"`: false, `payload.tags:5.0`: true, `payload.tags:null`: true, `payload.tags:true`: false,
		`payload.tags = "urgent"`: false, `payload.tags.0 = "urgent"`: true, `payload.tags.3.a = 1`: true, `payload.tags.4:*`: false, `payload.tags."-1":*`: false,
		`payload.map:key`: true, `payload.map:zero`: false, `payload.map.key:*`: false, `payload.map.0 = zero`: true, `payload:cost`: true, `payload:nope`: false,
		`payload:*`: true, `payload."" = 1`: true, `payload.name:"café"`: true, `payload.star >= "a*b" AND payload.star <= "a*b"`: true,
		`outcome = failure`: true, `outcome:failure`: true, `outcome != open`: true, `outcome:*`: true,
		`namespace = null`: true, `namespace != prod`: true, `namespace = prod`: false, `namespace = "*"`: false, `namespace < "z"`: false, `NOT namespace < "z"`: true,
		`correlation_id = c*`: true, `correlation_id:*`: true, `source = "vault-*"`: true, `source:"vault-adapter"`: true, `event_type = omninode.*.failed.v1`: true,
		`offset = 48213.0`: true, `offset > 48212.5`: true, `partition < 2`: false, `partition:2`: true, `offset > -1`: true, `offset:*`: true,
		`timestamp = "2026-10-01T10:00:00+02:00"`: true, `timestamp > "2026-10-01T08:00:00Z"`: false, `timestamp < "2026-10-01T08:00:00.000001Z"`: true, `timestamp != null`: true,
		`tenant_id = acme OR tenant_id = x AND partition = 3`: false, `(tenant_id = x AND partition = 3) OR tenant_id = acme`: true, `tenant_id = acme -partition = 3`: true,
	} {
		if got := mustWhere(t, text).Match(e); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestAnEventWithoutPayloadHasNoFieldsInIt(t *testing.T) {
	for _, text := range []string{`payload.a = 1`, `payload.a:*`, `payload:a`, `payload.a.0 = "x*"`, `payload.a:1`, `payload.a < "x"`} {
		if mustWhere(t, text).Match(&event.Event{}) {
			t.Errorf("%s matches, want no match", text)
		}
	}
}

const threeTerms = `payload.duration_ms > 1000 AND outcome = failure AND NOT payload.agent.name = "vault-*"`

func busyEvent() *event.Event {
	return &event.Event{
		EventType: "omninode.agent.execution.failed.v1", TenantID: "acme", Source: "omniclaude", Partition: 3, Offset: 12345, Timestamp: time.Now(),
		Payload: fmt.Appendf(nil, `{"detail":"%s","tags":["a","b",{"c":1}],"cost":1.10,"duration_ms":1200.5,"agent":{"version":"1.2.3","name":"say \"poly\" agent"}}`,
			strings.Repeat("lorem ipsum ", 30)),
	}
}

func TestMatchingAnExpressionAllocatesNothing(t *testing.T) {
	e := busyEvent()
	for _, text := range []string{
		threeTerms, `payload.tags:c OR payload.tags:5`, `payload.agent.name >= "say" AND payload.agent.name != "say \"poly\" agent!"`,
		`timestamp > "2026-10-01T08:00:00Z" AND offset > 99999999999999999999 OR event_type = *.v2 OR namespace = null`, `payload.tags.2.c = 1`,
	} {
		f := Filter{Where: mustWhere(t, text)}
		if allocs := testing.AllocsPerRun(100, func() { f.Match(e) }); allocs != 0 {
			t.Errorf("%s: got %v allocations, want none", text, allocs)
		}
	}
}

func BenchmarkMatchWhere(b *testing.B) {
	f, e := Filter{Where: mustWhere(b, threeTerms)}, busyEvent()
	if !f.Match(e) {
		b.Fatal("got no match, want one")
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Match(e)
	}
}

func BenchmarkParseWhere(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseWhere(threeTerms); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatAnExpressionNeedsOfTheEnvelope(t *testing.T) {
	for text, want := range map[string]string{
		`source = a`: "[a]", `source = a OR source = b`: "[a b]", `payload.a = 1 AND (source = a OR source = b)`: "[a b]",
		`source = a OR payload.a = 1`: "[]", `source != a`: "[]", `source = "a*"`: "[]", `source > a`: "[]", `source:*`: "[]", `namespace = a`: "[]",
		`source = a AND source = b`: "[a]", `NOT (source != a AND source != b)`: "[a b]", `(source = a AND outcome = open) OR source = b`: "[]",
	} {
		if got := fmt.Sprint(mustWhere(t, text).Need("source", false)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got := fmt.Sprint(mustWhere(t, `event_type = *.failed.v1 OR event_type = x`).Need("event_type", true)); got != "[*.failed.v1 x]" {
		t.Errorf("got %s, want the pattern, too", got)
	}
}

func TestWhatAnExpressionLetsAFieldBe(t *testing.T) {
	for text, want := range map[string]string{
		`tenant_id = a`: "[a]", `tenant_id = a OR source = b`: "[a]", `NOT (tenant_id != a AND payload.x = 1)`: "[a]",
		`source = x AND (tenant_id = a OR (tenant_id = b AND payload.x = 1))`: "[a b]",
		`tenant_id != a`: "[]", `NOT tenant_id = a`: "[]", `tenant_id = "a*"`: "[]", `tenant_id:*`: "[]", `source = a`: "[]", `payload.tenant_id = a`: "[]",
	} {
		got := mustWhere(t, text).Admits("tenant_id")
		slices.Sort(got)
		if fmt.Sprint(got) != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got := (*Where)(nil).Admits("tenant_id"); got != nil {
		t.Errorf("got %s of no expression", got)
	}
}
