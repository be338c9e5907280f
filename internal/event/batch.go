package event

import (
	"errors"
	"time"
)

// Span is a run of offsets of one partition: [From, Next).
type Span struct {
	Partition
	From, Next int64
	// TopicID is Kafka's own id of the topic, stored beside the offset, so that
	// a topic of the same name that was made again is told from the old one
	// whatever its offsets are. Zero if the broker has no ids (before 2.8).
	TopicID [16]byte
}

// Batch is what is stored in one transaction: all or nothing.
//
// Spans say which Kafka offsets the batch covers, one span a partition; the
// store moves each stored offset from From to Next and refuses the batch with
// ErrFenced if one is not at From.
type Batch struct {
	Events   []*Event
	Rejected []Rejected
	Gaps     []Gap
	Spans    []Span
}

// Appended says what became of a batch. Events holds copies of the stored ones,
// in the order of their positions, which are dense: First … Last. It is empty,
// and First and Last are zero, if all were duplicates.
type Appended struct {
	First, Last Position
	Events      []*Event
	Duplicates  int
}

// Reason says in one word why a record could not become an event.
type Reason string

// Rejected is a Kafka record that could not become an event, kept with its
// bytes and the reason.
type Rejected struct {
	Record
	Reason Reason
	Detail string // for people: what is wrong and, where it is known, where
}

// Gap is a run of offsets [From, To) that Kafka no longer had when we came to
// read it, or, with From > To, a topic that was made again.
type Gap struct {
	Partition
	From, To  int64
	Reason    GapReason
	NoticedAt time.Time
}

// GapReason says why records are missing at the source.
type GapReason string

const (
	GapRetention GapReason = "retention" // the broker deleted them before they were read
	GapRecreated GapReason = "recreated" // the topic was deleted and made again
	GapTruncated GapReason = "truncated" // the log now ends below the stored offset
)

// Head is the end and the beginning of what is stored.
type Head struct {
	Last  Position // the newest event; 0 in an empty database
	Floor Position // everything above it is there, nothing at or below
	Epoch string   // names the numbering: positions of another epoch mean nothing
}

// StoredOffset is where a partition is resumed.
type StoredOffset struct {
	Next        int64
	Incarnation int32
	TopicID     [16]byte // as Span.TopicID; zero if none was stored yet
}

// What ingest decides on when an append fails. Any other error is fatal.
var (
	// ErrFenced: another replica has moved a partition's offset; the batch is
	// stale and must be dropped.
	ErrFenced = errors.New("partition belongs to another replica")
	// ErrUnavailable: the store is away or overloaded; try the same batch again.
	ErrUnavailable = errors.New("store unavailable")
	// ErrData: something in this batch can never be stored; split it to find what.
	ErrData = errors.New("batch refused for its data")
)
