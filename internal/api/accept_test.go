package api

import (
	"net/http/httptest"
	"testing"
)

func TestAMediaTypeIsChosenAsTheRequestPrefers(t *testing.T) {
	for accept, want := range map[string]string{
		"": "a/x", "*/*": "a/x", "b/*": "b/x", "b/y": "b/y", "b/x;q=0.5, b/y": "b/y", "b/y;q=0.5, */*;q=0.1": "b/y",
		"a/x;q=0, */*": "b/x", "a/*;q=0.2, b/x;q=0.1": "a/x", "text/html": "", "*/*;q=0": "", "text/html, */*;q=0.8": "a/x", "B/X": "b/x", "nonsense": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		if got := preferred(r, "a/x", "b/x", "b/y"); got != want {
			t.Errorf("%q: got %q, want %q", accept, got, want)
		}
	}
}

func TestAStreamIsForWhoNamesItAlone(t *testing.T) {
	for accept, want := range map[string]bool{
		"text/event-stream": true, "text/html, text/event-stream;q=0.1": true, "*/*": false, "text/*": false, "": false, "text/event-stream;q=0": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		if got := accepts(r, eventStream); got != want {
			t.Errorf("%q: got %v, want %v", accept, got, want)
		}
	}
}
