package event_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
)

func TestTheLastWordOfATypeTellsItsOutcome(t *testing.T) {
	for eventType, want := range map[string]event.Outcome{
		"omninode.agent.routing.failed.v1": event.Failure, "a.error.v1": event.Failure, "omninode.database.connection.lost.v1": event.Failure,
		"omninode.agent.execution.completed.v1": event.Success, "omninode.metadata.stamping.stamped.v1": event.Success,
		"omninode.consul.service.registered.v12": event.Success, "a.restored": event.Success, "omninode.agent.quality.gate.passed.v1": event.Success,
		"omninode.code.generation.requested.v1": event.Open, "onex.evt.stamp-workflow-started.v1": event.Open,
		"stamp-workflow-failed": event.Failure, "access-denied.v2": event.Failure, "failed": event.Failure, "failed.v1": event.Failure,
		"omninode.agent.execution.progress.v1": "", "omninode.consul.service.deregistered.v1": "", "a.failed.vx": "", "a.failed.v": "",
		"a.failed.v1.v2": "", "a.Failed.v1": "", "a_failed.v1": "", "failed.": "", "": "", ".v1": "",
	} {
		if got := event.OutcomeOf(eventType); got != want {
			t.Errorf("%q: got %q, want %q", eventType, got, want)
		}
		if e := (event.Event{EventType: eventType}); e.Outcome() != want {
			t.Errorf("event of %q: got %q, want %q", eventType, e.Outcome(), want)
		}
	}
}

func TestOutcomeWordsAreThoseOfTheOutcomesGiven(t *testing.T) {
	if diff := cmp.Diff([]string{"denied", "error", "failed", "lost", "requested", "started"}, event.OutcomeWords([]string{"open", "failure"})); diff != "" {
		t.Errorf("words differ (-want +got):\n%s", diff)
	}
	if got := event.OutcomeWords(nil); len(got) > 0 {
		t.Errorf("got %v of no outcome, want none", got)
	}
	for _, w := range event.OutcomeWords(event.Outcomes) {
		if o := event.OutcomeOf("a." + w + ".v1"); !slices.Contains(event.Outcomes, string(o)) {
			t.Errorf("%s: got outcome %q, want one of %v", w, o, event.Outcomes)
		}
	}
}
