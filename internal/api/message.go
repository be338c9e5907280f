package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/omninode-ai/eventfeed/internal/auth"
	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/hub"
)

// The bounds of what a client may say in a subscription.
const (
	maxLast    = 1000
	maxIDBytes = 64
)

// clientMessage is what a client may send: one type at a time.
type clientMessage struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Filter json.RawMessage `json:"filter"`
	From   json.RawMessage `json:"from"`
	Token  string          `json:"token"`
}

// startNames are the ways to name a start, in a URL and in from.
var startNames = []string{"position", "last", "since"}

// parseFrom reads the from of a subscribe message.
func parseFrom(raw json.RawMessage) (hub.From, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return hub.From{}, nil
	}
	if string(raw) == `"now"` {
		return hub.From{Start: hub.Now}, nil
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return hub.From{}, errors.New(`from must be "now" or an object with position, last or since`)
	}
	values := url.Values{}
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		values.Set(name, text)
	}
	from, taken, err := startOf(values)
	if err == nil && len(taken) < len(fields) {
		return hub.From{}, errors.New("from has a field that is none of position, epoch, last and since")
	}
	return from, err
}

// startOf reads a start from URL parameters and says which it took. Without
// one the start is Unnamed.
func startOf(values url.Values) (from hub.From, taken []string, err error) {
	for _, name := range []string{"from", "epoch", "position", "last", "since"} {
		if values.Has(name) {
			taken = append(taken, name)
		}
	}
	named := 0
	for _, name := range startNames {
		if !values.Has(name) {
			continue
		}
		named++
		if from, err = parseStart(name, values.Get(name)); err != nil {
			return hub.From{}, taken, err
		}
	}
	if values.Has("from") {
		if values.Get("from") != "now" {
			return hub.From{}, taken, &parameterFault{"from", `must be "now"; other starts are position, last and since`}
		}
		named++
		from.Start = hub.Now
	}
	if named > 1 {
		return hub.From{}, taken, &parameterFault{taken[0], "is one start of several; name one of from, position, last, since"}
	}
	if from.Epoch = values.Get("epoch"); from.Epoch != "" && from.Start != hub.AtPosition {
		return hub.From{}, taken, &parameterFault{"epoch", "goes with position only"}
	}
	return from, taken, nil
}

func parseStart(name, value string) (hub.From, error) {
	if name == "since" {
		t, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return hub.From{}, &parameterFault{"since", "must be a time as in RFC 3339, like 2026-10-01T08:00:00Z"}
		}
		return hub.From{Start: hub.Since, Since: t}, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if name == "last" {
		if err != nil || n < 1 || n > maxLast {
			return hub.From{}, &parameterFault{"last", fmt.Sprintf("must be a whole number from 1 to %d", maxLast)}
		}
		return hub.From{Start: hub.Last, Last: int(n)}, nil
	}
	if err != nil || n < 0 {
		return hub.From{}, &parameterFault{"position", "must be a whole number from 0"}
	}
	return hub.From{Start: hub.AtPosition, Position: event.Position(n)}, nil
}

// faultCode gives the code of the error frame for what is wrong with a message.
func faultCode(err error) string {
	var bad *filter.Error
	var forbidden *auth.ForbiddenError
	switch {
	case errors.As(err, &bad):
		return "bad_filter"
	case errors.As(err, &forbidden), errors.Is(err, auth.ErrNoTenants):
		return "forbidden"
	}
	return "bad_message"
}
