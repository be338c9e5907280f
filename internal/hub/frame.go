package hub

import (
	"encoding/binary"
	"encoding/json"
	"strconv"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// FrameBytes is the most that the events of one frame take, unless it is one
// event alone.
const FrameBytes = 1 << 20

// headerRoom is the longest header of a WebSocket frame from a server.
const headerRoom = 10

// Frame is one JSON text of the protocol, ready to be written. Its bytes are
// shared by everybody who gets the frame: never change them.
type Frame struct {
	wire     []byte // WebSocket header, then the text
	header   int    // length of the header
	deflated *deflated

	Events   int            // how many events it carries
	Type     string         // as in the text
	Position event.Position // that the text names; 0 if it names none
}

// WebSocket is the frame as a complete, unmasked, uncompressed text message.
func (f Frame) WebSocket() []byte { return f.wire }

// Deflated is the frame as a message compressed by permessage-deflate without
// context takeover (RFC 7692), if that is worth it. It is made once, by whoever
// asks first.
func (f Frame) Deflated() []byte {
	if len(f.JSON()) < deflateMin {
		return f.wire
	}
	return f.deflated.of(f.JSON())
}

// JSON is the text alone.
func (f Frame) JSON() []byte { return f.wire[f.header:] }

// seal puts the WebSocket header before the text that starts at
// buf[headerRoom].
func seal(buf []byte) Frame {
	wire, header := withHeader(buf, finText)
	return Frame{wire: wire, header: header, deflated: &deflated{}}
}

// The first byte of a message in one piece: RFC 6455, section 5.2.
const (
	finText           = 0x81
	finCompressedText = 0xc1
)

// withHeader puts a header before what starts at buf[headerRoom].
func withHeader(buf []byte, first byte) (wire []byte, header int) {
	n := len(buf) - headerRoom
	h := append(buf[:0:headerRoom], first)
	switch {
	case n < 126:
		h = append(h, byte(n))
	case n < 1<<16:
		h = binary.BigEndian.AppendUint16(append(h, 126), uint16(n))
	default:
		h = binary.BigEndian.AppendUint64(append(h, 127), uint64(n))
	}
	start := headerRoom - len(h)
	copy(buf[start:headerRoom], h)
	return buf[start:], len(h)
}

// eventsFrame collects entries until the frame is full.
type eventsFrame struct {
	entries []*entry
	size    int
}

// add takes e, unless the frame is full without it.
func (b *eventsFrame) add(e *entry) bool {
	n := len(e.JSON()) + 1
	if len(b.entries) > 0 && b.size+n > FrameBytes {
		return false
	}
	b.entries = append(b.entries, e)
	b.size += n
	return true
}

// live is the frame that a feed shares: it covers (prev, position].
func (b *eventsFrame) live(feed uint64, prev, position event.Position) Frame {
	buf := b.start()
	buf = append(buf, `{"type":"events","feed":`...)
	buf = strconv.AppendUint(buf, feed, 10)
	return b.covering(buf, prev, position)
}

// preview is the frame of events that have no position yet.
func (b *eventsFrame) preview(feed uint64) Frame {
	buf := append(b.start(), `{"type":"preview","feed":`...)
	f := b.finish(strconv.AppendUint(buf, feed, 10))
	f.Type = "preview"
	return f
}

// catchUp is the frame for one subscription alone: it covers (prev, position].
func (b *eventsFrame) catchUp(id string, prev, position event.Position) Frame {
	buf := b.start()
	buf = append(buf, `{"type":"events","id":`...)
	buf = append(buf, quote(id)...)
	return b.covering(buf, prev, position)
}

func (b *eventsFrame) start() []byte {
	return make([]byte, headerRoom, headerRoom+b.size+192)
}

// cover says which positions the frame covers.
func (b *eventsFrame) cover(buf []byte, prev, position event.Position) []byte {
	buf = append(buf, `,"prev":`...)
	buf = strconv.AppendInt(buf, int64(prev), 10)
	buf = append(buf, `,"position":`...)
	return strconv.AppendInt(buf, int64(position), 10)
}

func (b *eventsFrame) finish(buf []byte) Frame {
	buf = append(buf, `,"events":[`...)
	for i, e := range b.entries {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, e.JSON()...)
	}
	f := seal(append(buf, "]}"...))
	f.Events = len(b.entries)
	return f
}

// covering finishes a frame that covers (prev, position].
func (b *eventsFrame) covering(buf []byte, prev, position event.Position) Frame {
	f := b.finish(b.cover(buf, prev, position))
	f.Type, f.Position = "events", position
	return f
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string: cannot fail
	return b
}

// message is every frame but the ones with events: one struct, so that the
// order of the fields is the protocol's everywhere.
type message struct {
	Type     string          `json:"type"`
	Replica  string          `json:"replica,omitempty"`
	Version  string          `json:"version,omitempty"`
	ID       string          `json:"id,omitempty"`
	Feed     uint64          `json:"feed,omitempty"`
	Filter   *filter.Filter  `json:"filter,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Code     string          `json:"code,omitempty"`
	Message  string          `json:"message,omitempty"`
	At       *filter.Place   `json:"at,omitempty"`
	Position *event.Position `json:"position,omitempty"`
	Epoch    string          `json:"epoch,omitempty"`
	Head     *event.Position `json:"head,omitempty"`
	Oldest   *event.Position `json:"oldest,omitempty"`
	Tenants  []string        `json:"tenants,omitempty"`
	Admin    *bool           `json:"admin,omitempty"`
	Limits   *Limits         `json:"limits,omitempty"`
	After    int64           `json:"reconnect_after_ms,omitempty"`
	In       *int64          `json:"in_ms,omitempty"`
	*Services
}

// Limits are what a conn is allowed; hello tells them.
type Limits struct {
	Subscriptions int `json:"subscriptions"`
	MessageBytes  int `json:"message_bytes"`
	FrameBytes    int `json:"frame_bytes"`
}

// Hello is what a conn is told first, beside what the hub knows itself.
type Hello struct {
	Replica, Version string
	Tenants          []string // ["*"] is all
	Admin            bool
	Limits           Limits
}

func (m message) frame() Frame {
	b, _ := json.Marshal(m) // texts and numbers: cannot fail
	f := seal(append(make([]byte, headerRoom, headerRoom+len(b)), b...))
	f.Type = m.Type
	if m.Position != nil {
		f.Position = *m.Position
	}
	return f
}

// Pong answers a client's ping.
func Pong() Frame { return message{Type: "pong"}.frame() }

// TokenExpires tells a client that it needs a new token within so many
// milliseconds.
func TokenExpires(inMS int64) Frame { return message{Type: "token_expires", In: &inMS}.frame() }

// Error tells a client what was wrong with what it asked; the conn stays. id
// is the subscription that it speaks of, or "".
func Error(id, code, text string) Frame { return ErrorAt(id, code, text, nil) }

// ErrorAt is Error with the place of the fault in what the client wrote, or
// nil.
func ErrorAt(id, code, text string, at *filter.Place) Frame {
	return message{Type: "error", ID: id, Code: code, Message: text, At: at}.frame()
}

// Goodbye announces that the conn is about to be closed.
func Goodbye(reason string, reconnectAfterMS int64) Frame {
	return message{Type: "goodbye", Reason: reason, After: reconnectAfterMS}.frame()
}
