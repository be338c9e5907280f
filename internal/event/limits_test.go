package event_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// wantReason checks how a record fares: "" is an event.
func wantReason(t *testing.T, r event.Record, want event.Reason) {
	t.Helper()
	var got event.Reason
	_, err := event.NewDecoder(event.Config{}).Decode(r)
	if rejection := (*event.Rejection)(nil); errors.As(err, &rejection) {
		got = rejection.Reason
	} else if err != nil {
		t.Fatalf("got error %v, want a rejection", err)
	}
	if got != want {
		t.Errorf("%.60s… of %d bytes: got %q (%v), want %q", r.Value, len(r.Value), got, err, want)
	}
}

func TestNestingOf512LevelsIsTheDeepest(t *testing.T) {
	nested := func(open, shut string, levels int) event.Record {
		return record(`{"a":%s0%s}`, strings.Repeat(open, levels-1), strings.Repeat(shut, levels-1))
	}
	for _, kind := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		wantReason(t, nested(kind[0], kind[1], 512), "")
		wantReason(t, nested(kind[0], kind[1], 513), event.ReasonTooDeep)
		wantReason(t, nested(kind[0], "", 200_000), event.ReasonTooDeep)
	}
	wantReason(t, record(`{"a":[%s[]]}`, strings.Repeat("[],{},", 1000)), "") // wide is not deep
}

func TestAnIndexedFieldHasAtMost1024Bytes(t *testing.T) {
	for _, field := range []string{"event_type", "event_id", "tenant_id", "namespace", "source", "correlation_id"} {
		wantReason(t, record(`{%q:%q}`, field, strings.Repeat("é", 512)), "")
		wantReason(t, record(`{%q:"%sx"}`, field, strings.Repeat("é", 512)), event.ReasonFieldTooLong)
		wantReason(t, record(`{%q:"%s"}`, field, strings.Repeat(`\u0041`, 1024)), "") // one byte each, resolved
		wantReason(t, record(`{%q:1%s}`, field, strings.Repeat("0", 1024)), event.ReasonFieldTooLong)
	}
	for _, field := range []string{"causation_id", "schema_ref"} {
		wantReason(t, record(`{%q:%q}`, field, strings.Repeat("x", 5000)), "")
	}
	topic := record(`{"event_id":"e","event_type":"x"}`)
	topic.Topic = strings.Repeat("t", 1025)
	wantReason(t, topic, event.ReasonFieldTooLong)
	generated := record(`{"event_type":"x"}`) // its id is the topic, the partition and the offset
	generated.Topic = strings.Repeat("t", 1022)
	wantReason(t, generated, event.ReasonFieldTooLong)
}

func TestARecordOfMoreThanAMebibyteIsTooLarge(t *testing.T) {
	sized := func(n int) event.Record { return record(`{"a":"%s"}`, strings.Repeat("x", n-len(`{"a":""}`))) }
	wantReason(t, sized(1<<20), "")
	wantReason(t, sized(1<<20+1), event.ReasonTooLarge)
	wantReason(t, sized(2<<20), event.ReasonTooLarge)
	r := sized(1<<20 - 5)
	r.Headers = []event.Header{{Key: "abc", Value: []byte("de")}}
	wantReason(t, r, "")
	r.Headers[0].Key = "abcd"
	wantReason(t, r, event.ReasonTooLarge)
}

func TestNumbersAreKeptToTheLastDigitOrRejected(t *testing.T) {
	digits := strings.Repeat("1234567890", 10_000)
	for _, n := range []string{
		"0", "-0", "9007199254740993", "1.10", "-1.10e-3", "1E+2", "1e-16383", "1e131071", digits, "0." + digits[:16383],
		digits + "." + digits[:16383], "1" + strings.Repeat("0", 131071), "0e131072", "123e-16383", "0.1e131072",
	} {
		if got, want := string(decode(t, record(`{"payload":{"n":%s}}`, n)).Payload), `{"n":`+n+`}`; got != want {
			t.Errorf("got %.80s, want %.80s", got, want)
		}
	}
	for n, want := range map[string]event.Reason{
		"1e400": "", "1e131072": event.ReasonNumberOutOfRange, "10e131071": event.ReasonNumberOutOfRange,
		"1" + strings.Repeat("0", 131072):  event.ReasonNumberOutOfRange,
		"0." + strings.Repeat("1", 16384):  event.ReasonNumberOutOfRange,
		"1e-16384":                         event.ReasonNumberOutOfRange,
		"1.0e-16383":                       event.ReasonNumberOutOfRange,
		"1e99999999999999999999":           event.ReasonNumberOutOfRange,
		"1e-99999999999999999999":          event.ReasonNumberOutOfRange,
		"-1" + strings.Repeat("0", 131071): event.ReasonNumbersTooLong, // the sign counts
		"01":                               event.ReasonNotJSON, "1.": event.ReasonNotJSON, ".5": event.ReasonNotJSON, "+1": event.ReasonNotJSON, "-": event.ReasonNotJSON,
		"1e": event.ReasonNotJSON, "1e+": event.ReasonNotJSON, "0x1": event.ReasonNotJSON, "NaN": event.ReasonNotJSON, "Infinity": event.ReasonNotJSON, "1_000": event.ReasonNotJSON,
	} {
		wantReason(t, record(`{"payload":{"n":%s}}`, n), want)
	}
}

func TestNumbersAreBoundedInSum(t *testing.T) {
	list := func(n string, times int) event.Record {
		return record(`{"a":[%s]}`, strings.TrimSuffix(strings.Repeat(n+",", times), ","))
	}
	wantReason(t, list("1", 131_072), "")
	wantReason(t, list("1", 131_073), event.ReasonNumbersTooLong)
	wantReason(t, list("1e131071", 99), event.ReasonNumbersTooLong)
	wantReason(t, list("1e-9", 11_915), "") // 11 characters each
	wantReason(t, list("1e-9", 11_916), event.ReasonNumbersTooLong)
}

func TestSurrogatesAndNULsAreRejectedWhereverTheyAre(t *testing.T) {
	for text, want := range map[string]event.Reason{
		`\ud83d\ude00`: "", `\uD83D\uDE00`: "", `\ufffd`: "", `\uffff`: "", `\u0001`: "", `\\u0000`: "", `\\ud83d`: "",
		`\u0000`: event.ReasonNUL, "\x00": event.ReasonNUL, `\\\u0000`: event.ReasonNUL,
		`\ud83d`: event.ReasonLoneSurrogate, `\ude00`: event.ReasonLoneSurrogate, `\ude00\ud83d`: event.ReasonLoneSurrogate,
		`\ud83d\n`: event.ReasonLoneSurrogate, `\ud83d\u0041`: event.ReasonLoneSurrogate, `\ud83d😀`: event.ReasonLoneSurrogate,
		`\ud83`: event.ReasonNotJSON, `\ud83d\ude0`: event.ReasonLoneSurrogate, `\x41`: event.ReasonNotJSON, "\t": event.ReasonNotJSON,
	} {
		for _, where := range []string{`{"%s":1}`, `{"payload":"%s"}`, `{"payload":{"a":["%s"]}}`, `{"event_id":"%s"}`, `{"x":{"%s":1},"payload":{}}`} {
			wantReason(t, record(where, text), want)
		}
	}
}

func TestInvalidUTF8IsRejectedWhereverItIs(t *testing.T) {
	for _, text := range []string{"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é"[:1]} {
		for _, where := range []string{`{"%s":1}`, `{"a":"%s"}`, `{"a":1}%s`} {
			wantReason(t, record(where, text), event.ReasonInvalidUTF8)
		}
	}
}

func TestOfARepeatedMemberTheLastOneCounts(t *testing.T) {
	many := ""
	for i := range 40 {
		many += fmt.Sprintf(`"k%d":%d,`, i, i)
	}
	for in, want := range map[string]string{
		`{"a":1,"a":2}`:                             `{"a":2}`,
		`{"a":1,"b":2,"a":3}`:                       `{"b":2,"a":3}`,
		`{ "a" : 1 , "\u0061" : [ 1 , 2 ] }`:        `{"\u0061":[1,2]}`,
		`{"a":{"b":1,"b":{"c":1,"c":2}}}`:           `{"a":{"b":{"c":2}}}`,
		`{"a":{"b":1,"b":2},"a":{"d":1}}`:           `{"a":{"d":1}}`,
		`[{"a":1,"a":2},{"a":1},{}]`:                `[{"a":2},{"a":1},{}]`,
		`{"":1,"":2}`:                               `{"":2}`,
		`{"\ud83d\ude00":1,"😀":2}`:                  `{"😀":2}`,
		`{"\"":1,"\u0022":2,"a}":"{\"a\":1,","b":}`: "",
		`{"a":1,"A":2}`:                             `{"a":1,"A":2}`,
		`{` + many + `"k0":"x"}`:                    `{` + strings.TrimPrefix(many, `"k0":0,`) + `"k0":"x"}`,
	} {
		if want == "" {
			wantReason(t, record(`{"payload":%s}`, in), event.ReasonNotJSON)
			continue
		}
		if got := string(decode(t, record(`{"payload":%s}`, in)).Payload); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestATombstoneIsNoEmptyValue(t *testing.T) {
	r := record("")
	r.Value = []byte{}
	wantReason(t, r, event.ReasonEmpty)
	r.Value = nil
	if e, err := new(event.Decoder).Decode(r); e != nil || !errors.Is(err, event.ErrTombstone) {
		t.Errorf("got %v, %v; want ErrTombstone", e, err)
	}
	wantReason(t, record("\uFEFF"), event.ReasonEmpty)
	wantReason(t, record("\uFEFF\uFEFF{}"), event.ReasonNotJSON)
}

func TestARejectionKeepsTheRecord(t *testing.T) {
	r := record("[")
	_, err := new(event.Decoder).Decode(r)
	var rejection *event.Rejection
	if !errors.As(err, &rejection) {
		t.Fatalf("got %v, want a rejection", err)
	}
	got := rejection.Rejected(r)
	if string(got.Value) != "[" || got.Partition != r.Partition || got.Offset != 7 || got.Reason != event.ReasonNotJSON || got.Detail == "" {
		t.Errorf("got %+v", got)
	}
	if want := "not_json: " + got.Detail; err.Error() != want {
		t.Errorf("got error %q, want %q", err, want)
	}
}

func TestNoBeginningOfARecordIsARecord(t *testing.T) {
	text := `{"a":[1,-2.5e+3,true,false,null,{"b":{}},[],"\u00e9\\"], "c" : {"d":"e"}}`
	wantReason(t, record("%s", text), "")
	for n := 1; n < len(text); n++ {
		wantReason(t, record("%s", text[:n]), event.ReasonNotJSON)
	}
	for _, bad := range []string{`{"a":[1 2]}`, `{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `{"a":tru}`, `{"a":nulL}`, `{"a":"\u00zz"}`, `{"a":'b'}`, `{"a":1}//`, `{,}`, `{"a":[,]}`, `{"a":[1,]}`, "{\"a\":\v1}"} {
		wantReason(t, record("%s", bad), event.ReasonNotJSON)
	}
}

func TestACorrelationIsFoundAmongAnyMembersOfThePayload(t *testing.T) {
	e := decode(t, record(`{"payload": {"a" :null, "b":true,"c":false,"d":[1,{"correlation_id":"no"},"]"],"e":{"correlation_id":"no"},"f":-1.5 ,
		"g":"\"correlation_id\":\"no\"","correlation_id":"no","corr\u0065lation_id" : "c\u002d1" , "h":[] }}`))
	if e.CorrelationID != "c-1" {
		t.Errorf("got %q, want c-1", e.CorrelationID)
	}
}
