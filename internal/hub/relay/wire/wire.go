// Package wire is what replicas say to each other, as bytes: a message is one
// beat, or a run of events.
//
//	version   1 byte
//	kind      1 byte
//	sender    8 bytes, random, of a process
//	checksum  4 bytes, CRC-32C of everything else
//	body      by kind
//
// A beat is the sender's position and name. A run is the position of its first
// event (0 for previews, which have none), how many there are, and the events,
// compressed as an S2 block; each message is complete in itself.
//
// Guarantees: what Open accepts is what was sent, but for somebody who means to
// deceive; garbage, truncated messages and those of another version are an
// error, never a panic, and take no more memory than one large event. Numbers are
// big-endian where they have a size, varints elsewhere.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// version changes when an older program would misread a message. Replicas of
// two versions do not understand each other and read the store instead.
const version = 1

const (
	headerSize   = 14
	checksumAt   = 10
	maxName      = 256
	maxMessage   = 32 << 20 // compressed; far above any of ours
	highest      = event.Position(1) << 60
	kindBeat     = 1
	kindStored   = 2
	kindPreviews = 3
)

// Sender tells processes apart, also those of one name.
type Sender [8]byte

// Message is one message, read. Exactly one of Beat, Stored and Previews is
// set.
type Message struct {
	Sender   Sender
	Beat     *Beat
	Stored   *event.Appended
	Previews []*event.Event
}

// Beat is a sign of life.
type Beat struct {
	Replica  string
	Position event.Position // the replica has everything up to here
}

// Errors of Open.
var (
	// ErrGarbage: not one of our messages, or not whole.
	ErrGarbage = errors.New("not a message of a replica")
	// ErrVersion: of a program that speaks differently.
	ErrVersion = errors.New("message of another version")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// begin appends a header; seal completes it.
func begin(dst []byte, kind byte, s Sender) []byte {
	dst = append(dst, version, kind)
	dst = append(dst, s[:]...)
	return append(dst, 0, 0, 0, 0)
}

func seal(message []byte) []byte {
	binary.BigEndian.PutUint32(message[checksumAt:], checksum(message))
	return message
}

func checksum(message []byte) uint32 {
	sum := crc32.Update(0, castagnoli, message[:checksumAt])
	return crc32.Update(sum, castagnoli, message[headerSize:])
}

// AppendBeat appends a beat.
func AppendBeat(dst []byte, s Sender, b Beat) []byte {
	at := len(dst)
	dst = binary.AppendUvarint(begin(dst, kindBeat, s), uint64(b.Position))
	dst = append(dst, strings.ToValidUTF8(b.Replica[:min(len(b.Replica), maxName)], "")...)
	seal(dst[at:])
	return dst
}

func readBeat(body []byte) (*Beat, error) {
	position, n := binary.Uvarint(body)
	if n <= 0 || position > uint64(highest) || len(body)-n > maxName || !utf8.Valid(body[n:]) {
		return nil, ErrGarbage
	}
	return &Beat{Replica: string(body[n:]), Position: event.Position(position)}, nil
}

// header reads what comes before the body.
func header(message []byte) (kind byte, s Sender, err error) {
	if len(message) < headerSize || len(message) > maxMessage {
		return 0, s, ErrGarbage
	}
	if checksum(message) != binary.BigEndian.Uint32(message[checksumAt:]) {
		return 0, s, ErrGarbage
	}
	if message[0] != version {
		return 0, s, fmt.Errorf("%w: %d, want %d", ErrVersion, message[0], version)
	}
	copy(s[:], message[2:checksumAt])
	return message[1], s, nil
}
