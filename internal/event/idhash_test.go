package event_test

import (
	"fmt"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// That it is event_bus_hash in SQL is tested in package store.
func TestIDHashIsSHA256OverTheTextsBehindTheirLengths(t *testing.T) {
	// printf '\0\0\0\4acme\0\0\0\3e-1' | sha256sum | cut -c1-32
	if got, want := fmt.Sprintf("%x", event.IDHash("acme", "e-1")), "467b3250b2f46f2675407de85b2b21e3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if event.IDHash("ab", "c") == event.IDHash("a", "bc") {
		t.Error("the border between tenant and id does not count")
	}
}
