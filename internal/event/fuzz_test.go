package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/event/eventtest"
)

func FuzzDecode(f *testing.F) {
	for _, path := range recordFiles(f) {
		r, _ := readRecord(f, path)
		var h event.Header
		if len(r.Headers) > 0 {
			h = r.Headers[len(r.Headers)-1]
		}
		f.Add(r.Value, r.Topic, h.Key, h.Value)
	}
	for _, value := range []string{
		`{"a":[{},[],"",0,true,false,null]}`, `{"\u0061":1,"a":{"b":1,"\u0062":2}}`, `{"payload":{"a":1,"a":[1e5,-0.0]},"data":{}}`,
		`{"data":{"correlation_id":9007199254740993}}`, `{"source":{"service_name":"s"},"specversion":"1.0","data":"x"}`,
	} {
		f.Add([]byte(value), catalogTopic, "content-type", []byte("application/cloudevents+json"))
	}
	f.Fuzz(func(t *testing.T, value []byte, topic, key string, header []byte) {
		r := record("")
		r.Value, r.Topic, r.Headers = value, strings.Map(legal, topic), []event.Header{{Key: key, Value: header}}
		before := bytes.Clone(value)
		d := event.NewDecoder(event.Config{Now: decodedAt})
		e, err := d.Decode(r)
		again, errAgain := d.Decode(r)
		if diff := cmp.Diff(e, again); diff != "" || (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
			t.Fatalf("decoded twice: %v and %v\n%s", err, errAgain, diff)
		}
		if !bytes.Equal(before, value) {
			t.Fatal("the record was changed")
		}
		if err != nil {
			checkRefusal(t, r, e, err)
			return
		}
		checkEvent(t, r, e)
	})
}

// legal drops what Kafka allows in no topic's name.
func legal(r rune) rune {
	if r == '.' || r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return -1
}

// checkRefusal checks a record that became no event.
func checkRefusal(t *testing.T, r event.Record, e *event.Event, err error) {
	t.Helper()
	var rejection *event.Rejection
	isRejection, isTombstone := errors.As(err, &rejection), errors.Is(err, event.ErrTombstone)
	if e != nil || isRejection == isTombstone || isTombstone != (r.Value == nil) {
		t.Fatalf("got %v, %v; want one of event, rejection and tombstone", e, err)
	}
	if isTombstone {
		return
	}
	if !utf8.ValidString(rejection.Detail) || strings.ContainsRune(rejection.Detail, 0) || len(rejection.Detail) > 1000 {
		t.Fatalf("detail is not fit to be stored: %q", rejection.Detail)
	}
	text := bytes.TrimPrefix(r.Value, []byte("\uFEFF"))
	if rejection.Reason == event.ReasonNotJSON && json.Valid(text) {
		t.Fatalf("%v: but it is JSON", err)
	}
	if (rejection.Reason == event.ReasonInvalidUTF8) != !utf8.Valid(text) && rejection.Reason != event.ReasonTooLarge {
		t.Fatalf("%v: valid UTF-8 is %v", err, utf8.Valid(text))
	}
}

// checkEvent checks an event against package encoding/json's reading of the
// record.
func checkEvent(t *testing.T, r event.Record, e *event.Event) {
	t.Helper()
	text := bytes.TrimPrefix(r.Value, []byte("\uFEFF"))
	if !json.Valid(text) || !json.Valid(e.AppendJSON(nil)) {
		t.Fatalf("not JSON: the record or\n%s", e.AppendJSON(nil))
	}
	if diff := cmp.Diff(payloadOf(t, r, text), eventtest.Value(t, e.Payload)); diff != "" {
		t.Fatalf("payload differs (-record +event):\n%s", diff)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.Payload); err != nil || compact.String() != string(e.Payload) {
		t.Fatalf("payload is not compact, %v: %s", err, e.Payload)
	}
	for _, field := range []string{e.EventType, e.EventID, e.TenantID, e.Namespace, e.Source, e.CorrelationID, e.Topic} {
		if len(field) > 1024 {
			t.Fatalf("field of %d bytes", len(field))
		}
	}
	for _, field := range []string{e.EventType, e.EventID, e.TenantID, e.Namespace, e.Source, e.CorrelationID, e.CausationID, e.SchemaRef} {
		if !utf8.ValidString(field) || strings.ContainsRune(field, 0) {
			t.Fatalf("field that PostgreSQL cannot hold: %q", field)
		}
	}
	if e.EventID == "" || e.TenantID == "" || e.Source == "" || e.EventType == "" && r.Topic != "" {
		t.Fatalf("a field is missing: %s", e.AppendJSON(nil))
	}
}

// payloadOf is the payload as the catalog has it.
func payloadOf(t *testing.T, r event.Record, text []byte) any {
	t.Helper()
	whole := eventtest.Value(t, text)
	body, ok := whole.(map[string]any)
	if !ok {
		t.Fatalf("got an event of what is no object: %s", text)
	}
	key, value := strings.ToLower(r.Headers[0].Key), string(r.Headers[0].Value)
	media, _, err := mime.ParseMediaType(value)
	structured := key == "content-type" && err == nil && media == "application/cloudevents+json"
	switch key {
	case "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_dataschema", "ce_tenantid", "ce_namespace", "ce_correlationid", "ce_causationid":
		return whole
	}
	_, hasVersion := body["specversion"].(string)
	if data := body["data"]; data != nil && (structured || hasVersion) {
		return data
	}
	if payload := body["payload"]; payload != nil {
		return payload
	}
	if data, isObject := body["data"].(map[string]any); isObject {
		return data
	}
	return whole
}
