package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// rejectedJSON is a rejected event as it is shown. Bytes are there as base64,
// and those that people want to read as text too, where they are text.
type rejectedJSON struct {
	ID         int64        `json:"id"`
	Topic      string       `json:"topic"`
	Partition  int32        `json:"partition"`
	Offset     string       `json:"offset"`
	Reason     event.Reason `json:"reason"`
	Detail     string       `json:"detail"`
	Producer   string       `json:"producer"`
	RecordTime *time.Time   `json:"record_time"`
	RejectedAt time.Time    `json:"rejected_at"`
	Size       int          `json:"size"` // of key and value
	Key        *string      `json:"key"`
	KeyBytes   []byte       `json:"key_base64"`
	Headers    []headerJSON `json:"headers"`
	Value      []byte       `json:"value_base64"`
}

type headerJSON struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
	Bytes []byte  `json:"value_base64"`
}

func showRejected(e store.RejectedEvent) rejectedJSON {
	headers := make([]headerJSON, len(e.Headers))
	for i, h := range e.Headers {
		headers[i] = headerJSON{h.Key, textOf(h.Value), h.Value}
	}
	return rejectedJSON{
		ID: e.ID, Topic: e.Topic, Partition: e.Partition.ID, Offset: strconv.FormatInt(e.Offset, 10),
		Reason: e.Reason, Detail: e.Detail, Producer: e.Producer, RecordTime: timeOf(e.Time), RejectedAt: e.RejectedAt.UTC(),
		Size: len(e.Key) + len(e.Value), Key: textOf(e.Key), KeyBytes: e.Key, Headers: headers, Value: e.Value,
	}
}

func textOf(b []byte) *string {
	if b == nil || !utf8.Valid(b) {
		return nil
	}
	s := string(b)
	return &s
}

func listOfRejected(found []store.RejectedEvent) list {
	l := list{"rejected", len(found), 0, func(dst []byte, i int) []byte {
		b, _ := json.Marshal(showRejected(found[i])) // texts, bytes, and times that timeOf let pass: cannot fail
		return append(dst, b...)
	}}
	for _, e := range found {
		l.bytes += eventBytes + len(e.Key) + len(e.Value)
		for _, h := range e.Headers {
			l.bytes += len(h.Value)
		}
	}
	return l
}

// readRejected reads the parameters of a page of rejected events; others are
// those that a cursor goes with.
func readRejected(p *parameters) (q store.RejectedQuery, others string, err error) {
	q = store.RejectedQuery{Reason: p.reason(), Topic: p.text("topic"), Producer: p.text("producer")}
	q.Start, q.End = p.span("start_time", "end_time")
	q.Limit = p.number("limit", defaultPage, 1, maxPage)
	others = fmt.Sprintf("rejected %q %q %q %d %d", q.Reason, q.Topic, q.Producer, q.Start.UnixMicro(), q.End.UnixMicro())
	if after := p.cursor(others); after != nil {
		q.Before = int64(after.Position)
	}
	return q, others, p.done()
}

// reason gives one of event.Reasons, or "" for any.
func (p *parameters) reason() string {
	v, given := p.one("reason")
	if given && !slices.Contains(event.Reasons, event.Reason(v)) {
		var names []string
		for _, r := range event.Reasons {
			names = append(names, string(r))
		}
		p.blame("reason", "must be one of "+strings.Join(names, ", "))
	}
	return v
}

// rejected answers GET /rejected: for admins, newest first; the range is one of
// rejected_at.
func (s *Server) rejected(w http.ResponseWriter, r *http.Request) error {
	q, others, err := readRejected(parametersOf(r))
	if err != nil {
		return err
	}
	found, more, err := s.store.Rejected(r.Context(), q)
	if err != nil {
		return err
	}
	var next *store.Key
	if more {
		next = &store.Key{Position: event.Position(found[len(found)-1].ID)}
	}
	return s.writeList(w, listOfRejected(found), struct {
		Count int     `json:"count"`
		Next  *string `json:"next_cursor"`
		More  bool    `json:"has_more"`
	}{len(found), cursorOf(next, others), more})
}

// rejectedByID answers GET /rejected/{id}: for admins.
func (s *Server) rejectedByID(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	text, err := pathText(r, "id")
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return &parameterFault{"id", "must be a whole number"}
	}
	found, err := s.store.RejectedByID(r.Context(), id)
	if err != nil {
		return err
	}
	if found == nil {
		return &statusError{http.StatusNotFound, "no rejected event has this id"}
	}
	return writeJSON(w, showRejected(*found))
}
