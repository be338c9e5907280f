package event

import (
	"slices"
	"strings"
)

// Outcome is how the thing that an event tells of ended, as the last word of
// its type says. "" means that the type does not tell.
type Outcome string

const (
	Success Outcome = "success"
	Failure Outcome = "failure"
	Open    Outcome = "open"
)

// Outcomes lists what Outcome can be, beside "".
var Outcomes = []string{string(Success), string(Failure), string(Open)}

var outcomeWords = map[string]Outcome{
	"failed": Failure, "error": Failure, "lost": Failure, "denied": Failure,
	"completed": Success, "stamped": Success, "registered": Success, "restored": Success, "passed": Success,
	"requested": Open, "started": Open,
}

// Outcome is derived from the last word of the type before its version; words
// are split at '.' and '-'.
func (e *Event) Outcome() Outcome { return OutcomeOf(e.EventType) }

// OutcomeOf is the outcome that an event type tells.
func OutcomeOf(eventType string) Outcome {
	if i := strings.LastIndex(eventType, ".v"); i >= 0 && allDigits(eventType[i+2:]) {
		eventType = eventType[:i]
	}
	return outcomeWords[eventType[strings.LastIndexAny(eventType, ".-")+1:]]
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// OutcomeWords are the last words of the event types whose outcome is one of
// those given.
func OutcomeWords(outcomes []string) []string {
	var words []string
	for w, o := range outcomeWords {
		if slices.Contains(outcomes, string(o)) {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return words
}
