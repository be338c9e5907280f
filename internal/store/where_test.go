package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// The oddities that memory and SQL could see differently: names that are
// numbers, numbers written in many ways, texts that look like numbers, words or
// patterns, escapes.
var (
	oddNames   = []string{"a", "b", "0", "1", "-1", "+1", "01", " 1", "a.b", "", "é", "AND", `q"\`, "A", "99999999999"}
	oddNumbers = []string{
		"0", "-0", "0.0", "1", "1.0", "1.10", "1.1", "10e-1", "1E+0", "-1", "-1.5", "0.1", "0.10000000000000000001",
		"9007199254740992", "9007199254740993", "12345678901234567890", "12345678901234567890.5", "1e30", "1e-30", "1e400", "2", "10",
	}
	oddTexts = []string{
		"", "a", "A", "b", "ab", "aXb", "a*b", "*", "1", "1.10", "true", "null", "é", "e\u0301", "日本", "😀", "\uFFFD", "50%", "a_b",
		`a\b`, `"`, "x\ny", "\t", "a b", strings.Repeat("long \" ", 60), "2026-10-01T08:00:00Z",
	}
)

func oddJSON(random *rand.Rand, depth int) string {
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	kind := random.IntN(10)
	if depth == 0 {
		kind = random.IntN(6)
	}
	switch {
	case kind < 2:
		return pick(oddNumbers)
	case kind < 4 && random.IntN(3) == 0: // every character escaped
		var b strings.Builder
		for _, c := range pick(oddTexts) {
			if c < 0x10000 {
				fmt.Fprintf(&b, `\u%04x`, c)
			}
		}
		return `"` + b.String() + `"`
	case kind < 4:
		b, _ := json.Marshal(pick(oddTexts)) // a string: cannot fail
		return string(b)
	case kind < 6:
		return pick([]string{"true", "false", "null"})
	case kind < 8:
		var list []string
		for range random.IntN(4) {
			list = append(list, oddJSON(random, depth-1))
		}
		return "[" + strings.Join(list, " ,") + "]"
	}
	return oddObject(random, depth-1)
}

func oddObject(random *rand.Rand, depth int) string {
	var list []string
	for _, i := range random.Perm(len(oddNames))[:random.IntN(6)] {
		name, _ := json.Marshal(oddNames[i]) // a string: cannot fail
		list = append(list, string(name)+": "+oddJSON(random, depth))
	}
	return "{" + strings.Join(list, ",") + "}"
}

func drawWhere(t *rapid.T, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0, 1:
			return drawPart(t, depth) + rapid.SampledFrom([]string{" AND ", " OR ", " "}).Draw(t, "word") + drawPart(t, depth)
		case 2:
			return rapid.SampledFrom([]string{"NOT ", "-"}).Draw(t, "not") + "(" + drawWhere(t, depth-1) + ")"
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "envelope") == 0 {
		return drawEnvelopeTest(t)
	}
	return drawPayloadTest(t)
}

func drawPart(t *rapid.T, depth int) string { return "(" + drawWhere(t, depth-1) + ")" }

var operators = []string{"=", "=", "!=", "<", "<=", ">", ">="}

func drawPayloadTest(t *rapid.T) string {
	path := "payload"
	for _, name := range rapid.SliceOfN(rapid.SampledFrom(oddNames), 1, 3).Draw(t, "path") {
		path += "." + strconv.Quote(name)
	}
	number := rapid.SampledFrom([]string{"0", "-0.0", "1", "1.100", "-1.5", "0.10000000000000000001", "9007199254740993", "12345678901234567890.5", "10", "2"})
	text := rapid.Map(rapid.SampledFrom(oddTexts), strconv.Quote)
	word := rapid.SampledFrom([]string{"true", "false", "null"})
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return path + ":*"
	case 1:
		return path + " " + rapid.SampledFrom([]string{"=", "!="}).Draw(t, "operator") + " " + word.Draw(t, "word")
	case 2:
		plain := rapid.Map(rapid.SampledFrom(append([]string{"b"}, oddNames...)), strconv.Quote)
		return rapid.SampledFrom([]string{path, path, "payload"}).Draw(t, "at") + ":" + rapid.OneOf(number, plain, word).Draw(t, "value")
	case 3:
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune(`ab*%_\é"`)), 0, 4, -1)
		return path + " = " + strconv.Quote(pattern.Draw(t, "pattern"))
	}
	return path + " " + rapid.SampledFrom(operators).Draw(t, "operator") + " " + rapid.OneOf(number, text).Draw(t, "value")
}

func drawEnvelopeTest(t *rapid.T) string {
	operator := rapid.SampledFrom(operators).Draw(t, "operator")
	switch rapid.IntRange(0, 5).Draw(t, "field") {
	case 0:
		name := rapid.SampledFrom([]string{"namespace", "correlation_id", "causation_id", "schema_ref", "source", "outcome", "offset", "timestamp"})
		return name.Draw(t, "name") + rapid.SampledFrom([]string{":*", " = null", " != null"}).Draw(t, "there")
	case 1:
		return rapid.SampledFrom([]string{"partition", "offset"}).Draw(t, "name") + " " + operator + " " +
			rapid.SampledFrom([]string{"0", "1", "1.5", "-3", "200", "12345678901234567890123"}).Draw(t, "number")
	case 2:
		at := origin.Add(time.Duration(rapid.IntRange(-100, 3000).Draw(t, "second")) * time.Second)
		at = at.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "micros")) * time.Microsecond)
		return rapid.SampledFrom([]string{"timestamp", "processed_at"}).Draw(t, "name") + " " + operator + " " + strconv.Quote(at.Format(time.RFC3339Nano))
	case 3:
		return "outcome " + rapid.SampledFrom([]string{"=", "!="}).Draw(t, "equal") + " " + rapid.SampledFrom(event.Outcomes).Draw(t, "outcome")
	}
	value := rapid.SampledFrom(append(append([]string{"", "*a*", "acme*", "prod", "c-1", "*.failed.v1", "dev.*", "50%", `a\*`, "\uFFFD"}, texts...), eventTypes...))
	name := rapid.SampledFrom([]string{"event_id", "event_type", "tenant_id", "namespace", "source", "correlation_id", "causation_id", "schema_ref", "topic"})
	return name.Draw(t, "name") + " " + operator + " " + strconv.Quote(value.Draw(t, "value"))
}

func oddHistory(tb testing.TB, n int) *history {
	h := emptyHistory(tb, 5000)
	random := newRandom(11)
	for i := range n {
		e := randomEvent(random, i)
		e.Payload = []byte(oddObject(random, 3))
		e.CausationID = []string{"", "c-1", "acmé"}[random.IntN(3)]
		e.SchemaRef = []string{"", "a,b", "50%"}[random.IntN(3)]
		h.events = append(h.events, e)
	}
	h.insert(tb, h.events)
	return h
}

// 2,000 expressions; 20,000 with -rapid.checks=1000, in a minute.
func TestAnExpressionSelectsTheSameInMemoryAndInSQL(t *testing.T) {
	h := oddHistory(t, 400)
	some := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			if n := checkExpression(t, h); n > 0 && n < len(h.events) {
				some++
			}
		}
	})
	if some == 0 {
		t.Error("no expression selected a part of the events")
	}
	t.Logf("%d expressions selected a part of the events", some)
}

// checkExpression tries one, and says how many events it selects.
func checkExpression(t *rapid.T, h *history) int {
	where, err := filter.ParseWhere(drawWhere(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	f := filter.Filter{Where: where}
	if rapid.IntRange(0, 3).Draw(t, "lists") == 0 {
		f = drawFilter(t)
		f.Where = where
	}
	condition, args := f.Condition(1)
	got, _, err := wholeEvent.query(t.Context(), h.read, pageBytes, "WHERE "+condition+" ORDER BY id", args...)
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	if diff := cmp.Diff(positions(h.matching(f)), positions(got)); diff != "" {
		t.Fatalf("%s: (-Match +Condition) %s", f.Key(), diff)
	}
	for _, e := range got { // as PostgreSQL writes payloads
		if !f.Match(e) {
			t.Fatalf("%s: does not match the stored %s", f.Key(), e.Payload)
		}
	}
	return len(got)
}

func TestCountsRefuseWhatTheyCannotCount(t *testing.T) {
	h := emptyHistory(t, 50)
	where, err := filter.ParseWhere("source = a")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Statistics(t.Context(), filter.Filter{Where: where}, origin, origin.Add(time.Hour))
	var wrong *filter.Error
	if !errors.As(err, &wrong) || wrong.Field != "where" {
		t.Errorf("got %v, want an error of where", err)
	}
}
