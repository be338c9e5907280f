package filter

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func TestOneCanonicalFormForWhatIsWrittenInManyWays(t *testing.T) {
	for want, written := range map[string][]string{
		``: {``, ` `, "\n\t"},
		`source = "a"`: {
			`source="a"`, ` source = a `, `source:'a'`, `NOT source != a`, `-source != a`, `source = a AND source = "a"`,
			`source = a source = a`, `((source = a) OR (source = a))`, `NOT (NOT (source = a))`, "source\n=\n\"\\x61\"",
		},
		`payload.a = 1 AND payload.b = 2`: {
			`payload.b = 2 AND payload.a = 1`, `payload.a = 1 payload.b = 2`, `NOT (payload.b != 2 OR payload.a != 1)`,
			`payload."a" = 1.00 AND (payload.b = 002 AND (payload.a = 1.))`, `payload.a = 1 AND payload.b = (2)`,
		},
		`(payload.a = 1 OR payload.b = 2) AND payload.c = 3`: {`payload.a = 1 OR payload.b = 2 AND payload.c = 3`},
		`payload.a = -0.5`:                       {`payload.a = -.50`, `payload.a=-0.5`, `payload.a = (-0.5)`},
		`payload.a = 0`:                          {`payload.a = -0.0`, `payload.a = 000`},
		`payload.a = "*x*"`:                      {`payload.a = **x***`, `payload.a = "***x**"`},
		`NOT payload.a > 5`:                      {`-payload.a>5`, `NOT (payload.a > 5)`},
		`NOT namespace:*`:                        {`namespace = null`, `NOT namespace != null`, `namespace:null`},
		`payload.a = null`:                       {`payload.a = null`},
		`payload.a != "null"`:                    {`NOT payload.a = 'null'`},
		`payload."a b".0."AND"."1x"."":*`:        {`payload.'a b'.0.AND."1x"."" : *`},
		`timestamp > "2026-10-01T06:00:00.5Z"`:   {`timestamp > "2026-10-01T08:00:00.500000+02:00"`},
		`event_type = "a.b-c*\"\\\n\x01é"`:       {"event_type = 'a.b-c*\"\\\\\\n\\001é'"},
		`payload.a = 12345678901234567890123.45`: {`payload.a = 012345678901234567890123.450`},
	} {
		for _, text := range written {
			where, err := ParseWhere(text)
			if err != nil || where.String() != want {
				t.Errorf("%s: got %s, %v, want %s", text, where, err, want)
			}
		}
		if again, err := ParseWhere(want); err != nil || again.String() != want {
			t.Errorf("%s read again: got %s, %v", want, again, err)
		}
	}
}

func TestAFaultOfAnExpressionHasItsPlaceAndReason(t *testing.T) {
	for _, tc := range []struct {
		text         string
		line, column int
		says         string
	}{
		{`payload.a =`, 1, 12, "ends where a value should be"},
		{`source = a AND `, 1, 15, "ends where a comparison"},
		{"source = a AND\n  OR b = 1", 2, 3, "has OR where a comparison"},
		{"source = \"é\" AND\n\n   é = 1", 3, 4, "é is no field; what the payload holds is written payload."},
		{`NOT`, 1, 4, "ends where a comparison"},
		{`-`, 1, 2, "ends where a comparison"},
		{`(source = a`, 1, 12, "ends where ) or"},
		{`source = a)`, 1, 11, "a ) without its ("},
		{`source = a , b`, 1, 12, "has , where"},
		{`source = "a`, 1, 10, "quote that is not closed"},
		{`source = "\q"`, 1, 10, "escape"},
		{`source = "a\x00"`, 1, 10, "NUL"},
		{"source > \x00", 1, 10, "NUL"},
		{`source = vault-adapter`, 1, 15, "has - right behind vault; a value or a name that has other characters than letters, digits and _ is written in quotes"},
		{`payload.foo-bar = 1`, 1, 12, "in quotes"},
		{`timestamp > 2026-10-01T08:00:00Z`, 1, 17, "in quotes"},
		{`payload.a = 1e5`, 1, 14, "e5 right behind 1"},
		{`payload.a == 1`, 1, 12, "equal is ="},
		{`payload.a ! 1`, 1, 11, "NOT"},
		{`payload.a = 0x1F`, 1, 13, "decimal"},
		{`payload.a = 1٣`, 1, 13, "0 to 9"},
		{`payload.ok`, 1, 1, "payload.ok alone"},
		{`"some text"`, 1, 1, `"some text" alone`},
		{`source = a and outcome = open`, 1, 12, "in capitals"},
		{`NOT(source = a)`, 1, 4, "a space between NOT and ("},
		{`duration("1s") < 5`, 1, 1, "no functions"},
		{`payload.a = f(x)`, 1, 13, "no functions"},
		{`5 < payload.a`, 1, 1, "on the left"},
		{`"source" = a`, 1, 1, "on the left"},
		{`payload.a = payload.b`, 1, 13, "the field payload.b on the right"},
		{`payload.a = "x".y`, 1, 13, "on the right"},
		{`payload.a = (b OR c)`, 1, 14, "a = 1 OR a = 2"},
		{`payload = 1`, 1, 1, "whole payload"},
		{`source.x = 1`, 1, 1, "only payload has"},
		{`source = 42`, 1, 10, `write "42"`},
		{`source = true`, 1, 10, "never true or false"},
		{`source < null`, 1, 10, "= and != only"},
		{`payload.a < null`, 1, 13, "= "},
		{`payload.a > true`, 1, 13, "goes with =, != and :"},
		{`payload.a:"x*"`, 1, 11, "behind = and != only"},
		{`offset = "5"`, 1, 10, "without quotes"},
		{`offset = true`, 1, 10, "never true"},
		{`timestamp = 5`, 1, 13, "RFC 3339"},
		{`timestamp = "2026-10-01"`, 1, 13, "RFC 3339"},
		{`timestamp = "2026-10-01T00:00:00.0000001Z"`, 1, 13, "six digits"},
		{`timestamp = "0000-10-01T00:00:00Z"`, 1, 13, "RFC 3339"},
		{`outcome = done`, 1, 11, "success, failure, open"},
		{`outcome < open`, 1, 1, "=, != and :"},
		{`stored_at > "2026-10-01T00:00:00Z"`, 1, 1, "only once an event is stored"},
		{`position > 5`, 1, 1, "only once an event is stored"},
		{strings.Repeat("(", MaxDepth+1) + "source = a" + strings.Repeat(")", MaxDepth+1), 1, MaxDepth + 1, "deeper"},
		{strings.Repeat("source = a AND ", MaxTerms) + "source = a", 1, 15*MaxTerms + 8, "more than 50 comparisons"},
		{"payload" + strings.Repeat(".x", MaxSteps+1) + " = 1", 1, 1, "at most 32"},
	} {
		_, err := ParseWhere(tc.text)
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.At == nil || *wrong.At != (Place{tc.line, tc.column}) || wrong.Field != "where" || !strings.Contains(wrong.Detail, tc.says) {
			t.Errorf("%.60s:\n got %v\nwant line %d, column %d, and %q in it", tc.text, err, tc.line, tc.column, tc.says)
		}
	}
}

func TestAnExpressionIsBounded(t *testing.T) {
	quotes := `payload.a = "` + strings.Repeat(`\"`, 2030) + `"`
	for name, text := range map[string]string{
		"too long":                   "source = " + strings.Repeat("a", MaxWhereBytes),
		"too long in canonical form": strings.Replace(quotes, `\"`, "\t\t\t", 700),
		"not UTF-8":                  "source = \"\xff\"",
	} {
		if w, err := ParseWhere(text); err == nil {
			t.Errorf("%s: got %d bytes, want an error", name, len(w.String()))
		}
	}
	deepest := strings.Repeat("(", MaxDepth) + "source = a" + strings.Repeat(")", MaxDepth)
	for _, text := range []string{quotes, deepest, strings.Repeat("(", MaxDepth) + strings.Repeat("(", 2000), strings.Repeat("f(", 2000), strings.Repeat("-", 4000), strings.Repeat(".0", 2000)} {
		if w, err := ParseWhere(text); (err == nil) != (text == quotes || text == deepest) {
			t.Errorf("%.40s: got %s, %v", text, w, err)
		}
	}
}

func TestAnExpressionIsPartOfAFilter(t *testing.T) {
	a, err := ParseJSON([]byte(`{"sources":["x"],"where":"payload.a > 1 AND outcome = open"}`))
	if err != nil {
		t.Fatal(err)
	}
	b, taken, err := FromQuery(url.Values{"source": {"x"}, "where": {`outcome = "open" payload.a > 1.0`}})
	if err != nil || len(taken) != 2 {
		t.Fatal(err, taken)
	}
	if a.Key() != b.Key() || a.Empty() {
		t.Errorf("got %s from JSON and %s from a URL, want the same", a.Key(), b.Key())
	}
	var again Filter
	if err := json.Unmarshal([]byte(a.Key()), &again); err != nil || again.Key() != a.Key() {
		t.Errorf("%s read by encoding/json: got %s, %v", a.Key(), again.Key(), err)
	}
	if c := a.Canonical(); !c.Where.Equal(a.Where) {
		t.Errorf("canonical: got %s, want %s", c.Where, a.Where)
	}
	match := &event.Event{Source: "x", EventType: "a.started", Payload: []byte(`{"a":2}`)}
	if !a.Match(match) || a.Match(&event.Event{Source: "x", EventType: "a.started", Payload: []byte(`{"a":1}`)}) {
		t.Error("want the lists and the expression to restrict together")
	}
}

func TestNoExpressionDoesNotRestrict(t *testing.T) {
	for _, in := range []string{`{"where":null}`, `{"where":""}`, `{"where":" \n "}`} {
		if f, err := ParseJSON([]byte(in)); err != nil || !f.Empty() || f.Key() != "{}" {
			t.Errorf("%s: got %s, %v, want the empty filter", in, f.Key(), err)
		}
	}
	if f, _, err := FromQuery(url.Values{"where": {""}}); err != nil || !f.Empty() {
		t.Errorf("where=: got %s, %v, want the empty filter", f.Key(), err)
	}
	if _, _, err := FromQuery(url.Values{"where": {"source = a", "source = b"}}); err == nil {
		t.Error("where twice: got no error, want one")
	}
}

func FuzzParseWhere(f *testing.F) {
	for _, text := range []string{
		`payload.duration_ms > 1000 AND NOT source = "vault-adapter"`, `-(payload.a.0."b c":* OR payload.x != 'y') event_type = *.failed.v1`,
		`timestamp <= "2026-10-01T08:00:00+02:00" payload.a = (-.5)`, `payload.tags:urgent OR offset = 00012.`, `NOT(a`, `a = "\u00e9\x41\101"`,
	} {
		f.Add(text)
	}
	payload := []byte(`{"a":[{"b c":1}],"x":"\u0079","tags":["urgent"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		where, err := ParseWhere(text)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Field != "where" {
				t.Fatalf("got %T %v, want an *Error of where", err, err)
			}
			if wrong.At != nil && (wrong.At.Line < 1 || wrong.At.Column < 1 || wrong.At.Line > 1+strings.Count(text, "\n")) {
				t.Fatalf("got the place %s in %q", wrong.At, text)
			}
			return
		}
		again, err := ParseWhere(where.String())
		if err != nil || again.String() != where.String() {
			t.Fatalf("%q is %s, which reads as %s, %v", text, where, again, err)
		}
		e := &event.Event{Payload: payload}
		if where.Match(e) != again.Match(e) {
			t.Fatalf("%q and its canonical form %s do not match alike", text, where)
		}
		f := Filter{Where: where}
		if _, args := f.Condition(1); len(args) > 4*MaxTerms*MaxSteps {
			t.Fatalf("got %d arguments", len(args))
		}
	})
}
