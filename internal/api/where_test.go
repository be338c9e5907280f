package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

func TestAnExpressionNarrowsPagesAndTraces(t *testing.T) {
	b := newBench(t)
	fill(b)
	for _, tc := range []struct {
		path, where string
		want        []event.Position
	}{
		{"events", `payload.duration_ms = 9007199254740993 AND tenant_id = acme`, []event.Position{1}},
		{"events", `payload.duration_ms = 9007199254740992`, nil},
		{"events", `outcome = failure OR NOT payload.cost:*`, []event.Position{3, 4}},
		{"events", `payload.error = "<b>*"`, []event.Position{3}},
		{"traces/c-1", `payload.cost > 1.1 OR outcome = success`, []event.Position{1}},
	} {
		var p page
		b.into("/api/event-bus/"+tc.path+"?where="+url.QueryEscape(tc.where), &p)
		if got := sorted(positions(p.Events)); !slices.Equal(got, tc.want) {
			t.Errorf("%s %s: got %v, want %v", tc.path, tc.where, got, tc.want)
		}
	}
}

func TestAnExpressionIsToldBackInItsOneForm(t *testing.T) {
	b := newBench(t)
	var p page
	b.into("/api/event-bus/events?where="+url.QueryEscape(` source = b  source = "a" AND payload.n>1.0`), &p)
	if want := `payload.n > 1 AND source = "a" AND source = "b"`; p.Options["where"] != want {
		t.Errorf("got %v, want %s", p.Options["where"], want)
	}
}

func TestTheProblemOfAnExpressionHasItsPlace(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"events", "traces/c-1", "stream"} {
		p := b.isProblem(b.get("/api/event-bus/"+path+"?where="+url.QueryEscape("source = a AND\n  NOT x")), http.StatusBadRequest)
		if diff := cmp.Diff(&filter.Place{Line: 2, Column: 7}, p.At); diff != "" || p.Parameter != "where" {
			t.Errorf("%s: got %q %s, (-want +got) %s", path, p.Parameter, p.Detail, diff)
		}
	}
}

func TestAnExpressionNarrowsTheStream(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		b.store(10, 10)
		ws := b.dial("position=0&where=" + url.QueryEscape("offset = 0 AND NOT event_type = *.y"))
		say(t, ws, `{"type":"subscribe","id":"a","filter":{"where":"payload.a = "}}`)
		seen, refused := 0, false
		for seen < 10 || !refused {
			_, data, err := ws.Read(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			var frame struct {
				Type, ID, Code string
				At             *filter.Place
				Filter         map[string]any
				Events         []shown
			}
			if err := json.Unmarshal(data, &frame); err != nil {
				t.Fatal(err)
			}
			seen += len(frame.Events)
			switch frame.Type {
			case "subscribed":
				if got, want := fmt.Sprint(frame.Filter["where"]), `event_type != "*.y" AND offset = 0`; got != want {
					t.Errorf("got the filter %s, want %s", got, want)
				}
			case "error":
				refused = true
				if frame.Code != "bad_filter" || frame.ID != "a" || frame.At == nil || *frame.At != (filter.Place{Line: 1, Column: 12}) {
					t.Errorf("got %s, want the place of the fault", data)
				}
			}
		}
	})
}
