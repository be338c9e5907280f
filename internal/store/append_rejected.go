package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// rejectedArrays are the rejected events of a batch, one array a column.
type rejectedArrays struct {
	topic                   []string
	partition               []int32
	offset                  []int64
	incarnation             []int32
	reason, detail, headers []string
	time                    []time.Time
	key, value              [][]byte
}

func newRejectedArrays(rejected []event.Rejected) (*rejectedArrays, error) {
	c := &rejectedArrays{}
	for _, r := range rejected {
		headers, err := headersJSON(r.Headers)
		if err != nil {
			return nil, err
		}
		c.topic = append(c.topic, storable(r.Topic))
		c.partition = append(c.partition, r.ID)
		c.offset = append(c.offset, r.Offset)
		c.incarnation = append(c.incarnation, r.Incarnation)
		c.reason = append(c.reason, storable(string(r.Reason)))
		c.detail = append(c.detail, storable(r.Detail))
		c.time = append(c.time, storableTime(r.Time))
		c.key = append(c.key, r.Key)
		c.headers = append(c.headers, headers)
		c.value = append(c.value, r.Value)
	}
	return c, nil
}

func (c *rejectedArrays) args() []any {
	return []any{c.topic, c.partition, c.offset, c.incarnation, c.reason, c.detail,
		c.time, c.key, c.headers, c.value}
}

func headersJSON(headers []event.Header) (string, error) {
	pairs := make([][2]any, len(headers))
	for i, h := range headers {
		pairs[i] = [2]any{storable(h.Key), h.Value}
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		return "", fmt.Errorf("encode headers: %w", err)
	}
	return string(text), nil
}

// storable replaces what PostgreSQL refuses in a text. A rejected event must
// never be refused in its turn: nothing would come after it.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// storableTime keeps a time within the years that have four digits.
func storableTime(t time.Time) time.Time {
	switch t = t.UTC(); {
	case t.Year() < 0:
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return t
}
