package api

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// frameSchemas are those of asyncapi.json, strictly, by the name of the
// message. The schema of an event is that of openapi.json, which they refer to.
var frameSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	const at = "https://eventfeed.test/"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, document := range map[string][]byte{"openapi.json": openAPI, "asyncapi.json": asyncAPI} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(strictly(document)))
		if err == nil {
			err = c.AddResource(at+name, doc)
		}
		if err != nil {
			return nil, err
		}
	}
	var described struct {
		Components struct{ Messages map[string]any }
	}
	if err := json.Unmarshal(asyncAPI, &described); err != nil {
		return nil, err
	}
	schemas := map[string]*jsonschema.Schema{}
	for name := range described.Components.Messages {
		s, err := c.Compile(at + "asyncapi.json#/components/messages/" + name + "/payload")
		if err != nil {
			return nil, err
		}
		schemas[name] = s
	}
	return schemas, nil
})

// checkFrame fails unless a frame that the server has said is as described; it
// gives the name of the message.
func checkFrame(t testing.TB, frame []byte) string {
	t.Helper()
	name := typeOf(frame)
	if name == "events" {
		name = "catch_up"
		if bytes.HasPrefix(frame, []byte(`{"type":"events","feed":`)) {
			name = "live"
		}
	}
	if err := conforms(t, name, frame); err != nil {
		t.Errorf("frame %.500s is not as described: %v", frame, err)
	}
	return name
}

func conforms(t testing.TB, name string, text []byte) error {
	t.Helper()
	schemas, err := frameSchemas()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if schemas[name] == nil {
		t.Fatalf("no message is named %q", name)
	}
	return schemas[name].Validate(v)
}

// notHeard are frames of the contract that nothing in these tests makes the
// server say.
var notHeard = []string{"preview", "status", "token_expires"}

func TestEachFrameThatTheServerSaysIsDescribed(t *testing.T) {
	everyFrame(t, func(f frameFiles) {
		heard := map[string]bool{}
		for _, frame := range f {
			heard[checkFrame(t, frame)] = true
		}
		schemas, err := frameSchemas()
		if err != nil {
			t.Fatal(err)
		}
		for name := range schemas {
			if !heard[name] && !strings.HasPrefix(name, "say_") && !slices.Contains(notHeard, name) {
				t.Errorf("the server has never said %s", name)
			}
		}
	})
}

// What is described of frames that are not heard here is held against what the
// contract says of them.
func TestFramesOfTheContractAreDescribed(t *testing.T) {
	stored := string(framedEvent(0).AppendJSON(nil))
	preview := strings.Replace(stored, `"stored_at":"2026-10-01T09:00:00.127456Z"`, `"stored_at":null`, 1)
	for _, tc := range []struct {
		name, frame string
		good        bool
	}{
		{"preview", `{"type":"preview","feed":7,"events":[` + preview + `]}`, true},
		{"preview", `{"type":"preview","feed":7,"events":[` + strings.Replace(preview, "{", `{"position":1,`, 1) + `]}`, false},
		{"status", `{"type":"status","store":"away","kafka":"ok","relay":"ok"}`, true},
		{"status", `{"type":"status","store":"gone","kafka":"ok","relay":"ok"}`, false},
		{"token_expires", `{"type":"token_expires","in_ms":60000}`, true},
		{"token_expires", `{"type":"token_expires"}`, false},
		{"error", `{"type":"error","id":"a","code":"bad_filter","message":"…","at":{"line":1,"column":14}}`, true},
		{"error", `{"type":"error","message":"…"}`, false},
	} {
		if err := conforms(t, tc.name, []byte(tc.frame)); (err == nil) != tc.good {
			t.Errorf("%s: got %v, want it accepted: %v", tc.frame, err, tc.good)
		}
	}
}

// TestWhatAClientMaySayIsDescribed: what is described is understood, and what is
// not described is refused.
func TestWhatAClientMaySayIsDescribed(t *testing.T) {
	messages := []struct {
		name, text string
		good       bool
	}{
		{"subscribe", `{"type":"subscribe","id":"a","filter":{"event_types":["*.failed.v1"],"outcomes":["failure"]},"from":{"position":1,"epoch":"e1"}}`, true},
		{"subscribe", `{"type":"subscribe","id":"b","from":"now"}`, true},
		{"subscribe", `{"type":"subscribe","id":"c","filter":{"tenant_ids":["acme"]},"from":{"last":1000}}`, true},
		{"subscribe", `{"type":"subscribe","id":"d","filter":{"sources":["x"]},"from":{"since":"2026-10-01T08:00:00.5Z"}}`, true},
		{"subscribe", `{"type":"subscribe","id":"e","filter":{"topics":["t.*"]}}`, true},
		{"unsubscribe", `{"type":"unsubscribe","id":"a"}`, true},
		{"ping", `{"type":"ping"}`, true},
		{"subscribe", `{"type":"subscribe","filter":{}}`, false},
		{"subscribe", `{"type":"subscribe","id":"` + strings.Repeat("x", 65) + `"}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","filter":{"tenants":["acme"]}}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","filter":{"outcomes":["done"]}}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","from":{"last":0}}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","from":{"last":5,"position":5}}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","from":{"since":"yesterday"}}`, false},
		{"subscribe", `{"type":"subscribe","id":"f","from":"then"}`, false},
	}
	inBubble(t, StreamConfig{Faults: 100}, func(b *streamBench) {
		ws := b.dial("")
		for _, m := range messages {
			if err := conforms(t, "say_"+m.name, []byte(m.text)); (err == nil) != m.good {
				t.Errorf("%s: described: %v, want it accepted: %v", m.text, err, m.good)
			}
			time.Sleep(time.Second) // or it would be a flood
			say(t, ws, "%s", m.text)
			answer := said{}
			for !slices.Contains([]string{"error", "subscribed", "unsubscribed", "pong"}, answer.Type) {
				answer = next(t, ws)
			}
			if (answer.Type != "error") != m.good {
				t.Errorf("%s: got %+v, want it accepted: %v", m.text, answer, m.good)
			}
		}
	})
}

// TestExamplesOfTheProtocolAreAsDescribed reads those of docs/protocol.md.
func TestExamplesOfTheProtocolAreAsDescribed(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for i, block := range strings.Split(string(text), "```") {
		lines, isJSON := strings.CutPrefix(block, "json\n")
		if i%2 == 0 || !isJSON {
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
			examples++
			schemas, err := frameSchemas()
			if err != nil {
				t.Fatal(err)
			}
			if said := "say_" + typeOf([]byte(line)); schemas[said] == nil {
				checkFrame(t, []byte(line))
			} else if err := conforms(t, said, []byte(line)); err != nil {
				t.Errorf("message %s is not as described: %v", line, err)
			}
		}
	}
	if examples < 15 {
		t.Errorf("got %d examples, want those of every kind", examples)
	}
}
