package filter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func TestEachListRestrictsItsField(t *testing.T) {
	e := &event.Event{
		EventType: "omninode.agent.execution.failed.v1", TenantID: "acme", Namespace: "prod", Source: "omniclaude",
		CorrelationID: "c-1", Topic: "acme.omninode.agent.v1",
	}
	for name, tc := range map[string]struct{ yes, no Filter }{
		"event_types":       {Filter{EventTypes: []string{"a", "omninode.agent.execution.failed.v1"}}, Filter{EventTypes: []string{"omninode.agent"}}},
		"event_types glob":  {Filter{EventTypes: []string{"*.failed.v1"}}, Filter{EventTypes: []string{"*.failed.v2", "x*"}}},
		"tenant_ids":        {Filter{TenantIDs: []string{"globex", "acme"}}, Filter{TenantIDs: []string{"acm"}}},
		"tenant_ids star":   {Filter{TenantIDs: []string{"acme"}}, Filter{TenantIDs: []string{"*"}}},
		"namespaces":        {Filter{Namespaces: []string{"prod"}}, Filter{Namespaces: []string{"dev"}}},
		"sources":           {Filter{Sources: []string{"omniclaude"}}, Filter{Sources: []string{"omni"}}},
		"correlation_ids":   {Filter{CorrelationIDs: []string{"c-1"}}, Filter{CorrelationIDs: []string{"c-2"}}},
		"topics":            {Filter{Topics: []string{"acme.*"}}, Filter{Topics: []string{"*.v2"}}},
		"outcomes":          {Filter{Outcomes: []string{"failure"}}, Filter{Outcomes: []string{"open", "success"}}},
		"AND between lists": {Filter{TenantIDs: []string{"acme"}, Topics: []string{"*"}}, Filter{TenantIDs: []string{"acme"}, Topics: []string{"x"}}},
		"the empty filter":  {Filter{}, Filter{Sources: []string{""}}},
	} {
		if !tc.yes.Match(e) {
			t.Errorf("%s: %s does not match, want a match", name, tc.yes.Key())
		}
		if tc.no.Match(e) {
			t.Errorf("%s: %s matches, want no match", name, tc.no.Key())
		}
	}
}

func TestAnAbsentTextMatchesNoValue(t *testing.T) {
	for _, f := range []Filter{{Namespaces: []string{""}}, {CorrelationIDs: []string{""}}} {
		if f.Match(&event.Event{}) {
			t.Errorf("%s matches an event without the field, want no match, as NULL in SQL", f.Key())
		}
	}
}

func TestGlobMatchesAsARegularExpressionDoes(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab.*%_\\ä\n")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		p, s := text.Draw(t, "pattern"), text.Draw(t, "text")
		parts := strings.Split(p, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		want := regexp.MustCompile(`(?s)^` + strings.Join(parts, ".*") + `$`).MatchString(s)
		if got := Glob(p, s); got != want {
			t.Fatalf("Glob(%q, %q): got %v, want %v", p, s, got, want)
		}
	})
}

func TestEqualFiltersHaveEqualKeys(t *testing.T) {
	value := rapid.SampledFrom([]string{"a", "b", "a*", "a**", "*"})
	rapid.Check(t, func(t *rapid.T) {
		f := Filter{EventTypes: rapid.SliceOf(value).Draw(t, "types"), TenantIDs: rapid.SliceOf(value).Draw(t, "tenants")}
		same := Filter{
			EventTypes: append(slices.Clone(f.EventTypes), f.EventTypes...),
			TenantIDs:  rapid.Permutation(f.TenantIDs).Draw(t, "shuffled"),
		}
		before := f.Key()
		got, want := same.Canonical().Key(), f.Canonical().Key()
		if got != want {
			t.Fatalf("key: got %s, want %s", got, want)
		}
		if again := f.Canonical().Canonical().Key(); again != want {
			t.Fatalf("canonical of a canonical filter: got %s, want %s", again, want)
		}
		if f.Key() != before {
			t.Fatalf("Canonical changed its receiver: got %s, want %s", f.Key(), before)
		}
	})
}

func TestCanonicalSelectsTheSame(t *testing.T) {
	pattern := rapid.StringOfN(rapid.RuneFrom([]rune("ab*")), 1, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		f := Filter{EventTypes: rapid.SliceOfN(pattern, 0, 3).Draw(t, "types")}
		c := f.Canonical()
		e := &event.Event{EventType: rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 1, 4, -1).Draw(t, "type")}
		if got, want := c.Match(e), f.Match(e); got != want {
			t.Fatalf("%s for %q: canonical says %v, the original %v", f.Key(), e.EventType, got, want)
		}
	})
}

func TestALoneStarDoesNotRestrict(t *testing.T) {
	f := Filter{EventTypes: []string{"a", "***"}}.Canonical()
	if !f.Empty() {
		t.Errorf("got %s, want the empty filter", f.Key())
	}
}
