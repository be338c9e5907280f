package filter

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseJSONReadsEveryField(t *testing.T) {
	got, err := ParseJSON([]byte(`{"event_types":["b","a","a"],"tenant_ids":["t"],"namespaces":["n"],"sources":["s"],
		"correlation_ids":["c"],"topics":["x.*"],"outcomes":["open","failure"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Filter{
		EventTypes: []string{"a", "b"}, TenantIDs: []string{"t"}, Namespaces: []string{"n"}, Sources: []string{"s"},
		CorrelationIDs: []string{"c"}, Topics: []string{"x.*"}, Outcomes: []string{"failure", "open"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)", diff)
	}
}

func TestParseJSONTakesNothingAsNoRestriction(t *testing.T) {
	for _, in := range []string{``, `null`, ` null `, `{}`, `{"event_types":[]}`, `{"event_types":null}`} {
		if f, err := ParseJSON([]byte(in)); err != nil || !f.Empty() {
			t.Errorf("%q: got %s, %v, want the empty filter", in, f.Key(), err)
		}
	}
}

func TestParseJSONRefusesAndNamesTheField(t *testing.T) {
	for in, field := range map[string]string{
		`[]`:                                "",
		`"x"`:                               "",
		`{`:                                 "",
		`{} {}`:                             "",
		"{\"sources\":[\"\xff\"]}":          "",
		`{"where":"x"}`:                     "where",
		`{"where":["source = a"]}`:          "where",
		`{"where":"\ud800"}`:                "where",
		`{"tenant_id":["x"]}`:               "tenant_id",
		`{"Sources":["x"]}`:                 "Sources",
		`{"sources":"x"}`:                   "sources",
		`{"sources":[1]}`:                   "sources",
		`{"sources":["a",null]}`:            "sources",
		`{"sources":[["a"]]}`:               "sources",
		`{"sources":[""]}`:                  "sources",
		`{"sources":["\u0000"]}`:            "sources",
		`{"sources":["\ud800"]}`:            "sources",
		`{"outcomes":["done"]}`:             "outcomes",
		`{"topics":` + list(101, "x") + `}`: "topics",
		`{"topics":["` + strings.Repeat("x", 1025) + `"]}`: "topics",
	} {
		f, err := ParseJSON([]byte(in))
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%.60s: got %v, want an error for the field %q", in, err, field)
		}
		if !f.Empty() {
			t.Errorf("%.60s: got %s beside the error, want the empty filter", in, f.Key())
		}
	}
}

func TestAReplacementCharacterThatIsMeantIsTaken(t *testing.T) {
	for _, in := range []string{`{"sources":["\ufffd"]}`, `{"sources":["\uFFFD"]}`, "{\"sources\":[\"\uFFFD\"]}"} {
		if f, err := ParseJSON([]byte(in)); err != nil || !slices.Equal(f.Sources, []string{"\uFFFD"}) {
			t.Errorf("%s: got %q, %v", in, f.Sources, err)
		}
	}
}

func TestFromQueryReadsListsRepetitionsAndAliases(t *testing.T) {
	for in, want := range map[string]Filter{
		"":                                 {},
		"tenant_ids=":                      {},
		"tenant_ids=,,":                    {},
		"tenant_ids=b,a":                   {TenantIDs: []string{"a", "b"}},
		"tenant_ids=b&tenant_ids=a,b":      {TenantIDs: []string{"a", "b"}},
		"tenant_id=c&tenant_ids=a":         {TenantIDs: []string{"a", "c"}},
		"namespace=n&source=s":             {Namespaces: []string{"n"}, Sources: []string{"s"}},
		"correlation_id=c":                 {CorrelationIDs: []string{"c"}},
		"event_types=*.failed.v1":          {EventTypes: []string{"*.failed.v1"}},
		`sources=a%5C,b,c`:                 {Sources: []string{"a,b", "c"}},
		`sources=a%5Cb,c%5C%5C`:            {Sources: []string{`a\b`, `c\\`}},
		"limit=3&outcomes=failure,failure": {Outcomes: []string{"failure"}},
	} {
		q, err := url.ParseQuery(in)
		if err != nil {
			t.Fatal(err)
		}
		got, taken, err := FromQuery(q)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got) %s", in, err, diff)
		}
		for name := range q {
			if slices.Contains(taken, name) == (name == "limit") {
				t.Errorf("%s: took %v", in, taken)
			}
		}
	}
}

func TestFromQueryRefusesAndNamesTheField(t *testing.T) {
	for in, field := range map[string]string{
		"outcomes=done": "outcomes",
		"sources=%FF":   "sources",
		"source=a%00b":  "sources",
		"topics=" + strings.Repeat("x,", MaxValues+1):    "topics",
		"topics=" + strings.Repeat("x", 1+MaxValueBytes): "topics",
	} {
		q, err := url.ParseQuery(in)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = FromQuery(q)
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%.40s: got %v, want an error for the field %q", in, err, field)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"event_types":["a*","b"],"outcomes":["open"]}`))
	f.Add([]byte(`{"sources":["\ud800",null]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		parsed, err := ParseJSON(raw)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %T, want *Error", err)
			}
			return
		}
		again, err := ParseJSON([]byte(parsed.Key()))
		if err != nil || again.Key() != parsed.Key() {
			t.Fatalf("%s read again: got %s, %v", parsed.Key(), again.Key(), err)
		}
		if diff := cmp.Diff(parsed, parsed.Canonical()); diff != "" {
			t.Fatalf("parsed is not canonical: %s", diff)
		}
	})
}

func FuzzFromQuery(f *testing.F) {
	f.Add("a,b", `x\,y`)
	f.Fuzz(func(t *testing.T, types, sources string) {
		parsed, _, err := FromQuery(url.Values{"event_types": {types}, "source": {sources}})
		if err != nil {
			return
		}
		again, err := ParseJSON([]byte(parsed.Key()))
		if err != nil || again.Key() != parsed.Key() {
			t.Fatalf("%s read again: got %s, %v", parsed.Key(), again.Key(), err)
		}
	})
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b", "aXb")
	f.Fuzz(func(t *testing.T, p, s string) {
		if !strings.Contains(p, "*") && Glob(p, s) != (p == s) {
			t.Fatalf("%q without a star must match itself alone, not %q", p, s)
		}
		if !Glob("*"+p+"*", s+strings.ReplaceAll(p, "*", "")+s) {
			t.Fatalf("*%s* must match what contains it", p)
		}
	})
}

func list(n int, value string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%q,", value), n), ",") + "]"
}
