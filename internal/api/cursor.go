package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
)

// A cursor is opaque to clients: the place where a page ends, and the
// beginning of a hash over it and the other parameters, so that one that is
// not ours, or goes with other parameters, is recognised. It is no secret:
// what a page shows is decided by the principal who asks, not by the cursor.
const (
	cursorPlace = 8 + 8 // timestamp in microseconds, position
	cursorSum   = 8
)

func cursorOf(k *store.Key, others string) *string {
	if k == nil {
		return nil
	}
	b := make([]byte, 0, cursorPlace+cursorSum)
	b = binary.BigEndian.AppendUint64(b, uint64(k.Timestamp.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(k.Position))
	c := base64.RawURLEncoding.EncodeToString(append(b, sumOf(b, others)...))
	return &c
}

func sumOf(place []byte, others string) []byte {
	sum := sha256.Sum256(append([]byte(others), place...))
	return sum[:cursorSum]
}

// cursor reads where a page begins; nil means at the beginning. The other
// parameters are those that the cursor goes with.
func (p *parameters) cursor(others string) *store.Key {
	c, given := p.one("cursor")
	if !given {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(c)
	if err != nil || len(b) != cursorPlace+cursorSum || string(b[cursorPlace:]) != string(sumOf(b[:cursorPlace], others)) {
		p.blame("cursor", "must be the next_cursor of an answer to the same parameters; limit alone may differ")
		return nil
	}
	return &store.Key{
		Timestamp: time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC(),
		Position:  event.Position(binary.BigEndian.Uint64(b[8:])),
	}
}
