package event

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// parts is what a record consists of.
type parts struct {
	scanner
	headers [maxHeaders][]byte
	mode    mode
	payload []byte
}

// free are parts to use again: they are 3 KB, which the scanner's own room keeps
// from the stack.
var free = sync.Pool{New: func() any { return new(parts) }}

func borrowParts() *parts { return free.Get().(*parts) }

func (p *parts) giveBack() {
	*p = parts{} // nothing of the record is held
	free.Put(p)
}

var byteOrderMark = []byte("\uFEFF")

// read takes a record apart.
func (p *parts) read(r *Record) *Rejection {
	// A reader may ignore the mark: RFC 8259, section 8.1.
	src := bytes.TrimPrefix(r.Value, byteOrderMark)
	if !utf8.Valid(src) {
		return &Rejection{Reason: ReasonInvalidUTF8}
	}
	if err := p.scan(src); err != nil {
		return err
	}
	cloudHeader := false
	for _, h := range r.Headers {
		name := strings.ToLower(h.Key)
		if at, known := headerNames[name]; known {
			p.headers[at] = h.Value
			cloudHeader = cloudHeader || strings.HasPrefix(name, cloudPrefix)
		}
	}
	p.mode = p.modeOf(cloudHeader)
	p.choosePayload()
	return nil
}

// modeOf decides whether it is a CloudEvent. The content type comes first, as
// the Kafka protocol binding has it (1.0.2, section 3); a specversion in the
// value is for producers that write the structured mode without its headers.
func (p *parts) modeOf(cloudHeader bool) mode {
	v := p.members[cloudVersionMember].kind
	switch {
	case isCloudContent(p.headers[contentTypeHeader]):
		return structuredMode
	case cloudHeader:
		return binaryMode
	case v == plainText || v == escapedText:
		return structuredMode
	}
	return noCloudEvent
}

func (p *parts) choosePayload() {
	p.payload = p.bytes(p.whole)
	if p.mode == binaryMode || p.mode == structuredMode && p.takePayload(p.members[cloudDataMember]) {
		return
	}
	if !p.takePayload(p.members[payloadMember]) && p.members[dataMember].kind == object {
		p.takePayload(p.members[dataMember])
	}
}

// takePayload makes v the payload, if there is one.
func (p *parts) takePayload(v value) bool {
	if v.kind == absent || v.kind == null {
		return false
	}
	p.payload = p.bytes(v.span)
	return true
}

func isCloudContent(contentType []byte) bool {
	media, _, _ := strings.Cut(string(contentType), ";")
	return strings.EqualFold(strings.TrimSpace(media), cloudContentType)
}

// normalPayload gives the payload compact and without repeated members: a copy
// where something has to be left out.
func (p *parts) normalPayload() []byte {
	switch {
	case p.repeated:
		return withoutRepeated(p.payload)
	case p.spaced:
		return compact(p.payload)
	}
	return p.payload
}

// find gives the text of a field from the best place that has one; nil if none
// has. pass tells which texts count as missing; nil means none.
func (p *parts) find(f field, pass func(text []byte) bool) ([]byte, *Rejection) {
	for i := range places[p.mode][f] {
		at := &places[p.mode][f][i]
		text, odd := p.textAt(at, f)
		if strict := rules[f].strict; odd && strict != "" {
			return nil, &Rejection{strict, at.name + " is neither a text nor a number"}
		}
		if len(text) > 0 && (pass == nil || !pass(text)) {
			return text, nil
		}
	}
	return nil, nil
}

// textAt gives the text at a place; odd says that there is something else.
func (p *parts) textAt(at *place, f field) (text []byte, odd bool) {
	switch at.where {
	case inHeaders:
		h := p.headers[at.at]
		if !utf8.Valid(h) || bytes.IndexByte(h, 0) >= 0 {
			return nil, true
		}
		return h, false
	case inPayload:
		if p.payload[0] != '{' || len(p.payload) == p.whole.to-p.whole.from {
			return nil, false
		}
		return textOf(p.payload, memberOf(p.payload, at.name))
	}
	v := p.members[at.at]
	if v.kind == object && f == source {
		o := p.bytes(v.span)
		return textOf(o, memberOf(o, serviceName))
	}
	return textOf(p.src, v)
}

// textOf gives the text that v stands for; odd says that it is neither one nor
// a number, nor missing.
func textOf(src []byte, v value) (text []byte, odd bool) {
	switch v.kind {
	case absent, null:
		return nil, false
	case number:
		return src[v.from:v.to], false
	case plainText:
		return src[v.from+1 : v.to-1], false
	case escapedText:
		return unescape(src[v.from+1 : v.to-1]), false
	}
	return nil, true
}

// timestamp gives the time that the record's value or headers say, else
// Kafka's.
func (p *parts) timestamp(kafka time.Time) (time.Time, *Rejection) {
	text, err := p.find(timestamp, nil)
	if err != nil {
		return time.Time{}, err
	}
	if text == nil {
		at := kafka.UTC().Truncate(time.Microsecond)
		if kafka.IsZero() || !inRange(at) {
			return at, &Rejection{ReasonBadTimestamp, fmt.Sprintf("it says none, and Kafka's is %s", kafka.UTC())}
		}
		return at, nil
	}
	at, ok := parseTimestamp(text)
	if !ok {
		return at, &Rejection{ReasonBadTimestamp, excerpt(text) + " is neither RFC 3339 nor epoch time of the years 1 to 9999"}
	}
	return at, nil
}
