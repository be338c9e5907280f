package store

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/filter"
)

// Order is what a page of history is sorted by.
type Order string

const (
	ByTimestamp Order = "timestamp" // ties broken by position
	ByPosition  Order = "position"
)

// Key is a place in an order: a page continues strictly behind it. It need not
// be an event's place: Position 0 in the order of timestamps is the border
// before the first event of that Timestamp.
type Key struct {
	Timestamp time.Time // of no meaning when ordered by position
	Position  event.Position
}

// Query asks for one page of history.
type Query struct {
	Filter     filter.Filter
	Start, End time.Time // on timestamp, start inclusive, end exclusive; zero is open
	Order      Order
	Ascending  bool
	After      *Key // nil: from the beginning of the order
	Offset     int  // events to skip; not together with After
	Limit      int  // 1 … 1000

	Through event.Position // nothing above it; 0: whatever is stored
	Bytes   int            // of payloads, and one event that exceeds them; 0: 16 MiB
}

// Page is one page of history.
type Page struct {
	Events []*event.Event
	// Next is where the next page continues; nil if there is nothing more.
	// With fewer events than Limit, or none, it says how far a search has read
	// that ran out of time.
	Next *Key
}

// Window is what catch-up reads: the matching events of a range of positions.
type Window struct {
	Events  []*event.Event // ascending
	Through event.Position // everything up to here has been looked at
	Floor   event.Position // of the same moment; what lies at or below is gone
}

// Statistics are exact counts of the stored events of a range of time.
type Statistics struct {
	Total    int64
	ByType   map[string]int64
	ByTenant map[string]int64
	Oldest   time.Time // timestamp of the oldest event of the range; zero if there is none
	Newest   time.Time
	Buckets  []Bucket
}

// Bucket counts the events whose timestamp lies in [Start, Start + width).
type Bucket struct {
	Start     time.Time
	Count     int64
	Successes int64
	Failures  int64
	Open      int64 // asked or begun; what is none of the three has no outcome
}

// Histogram counts the events of a range of time in buckets.
type Histogram struct {
	Buckets []Bucket
	Width   int64 // of a bucket, in microseconds: a time.Duration ends at 292 years
	Reached
}

// Reached is how far back a count came that is bounded in time.
type Reached struct {
	Complete bool
	From     time.Time // what has an earlier timestamp was not looked at; zero if all was
}

// Facets counts the events of a range of time by the values of some fields.
type Facets struct {
	Values map[string][]Value // by the name of the field in a filter; most frequent first
	Reached
}

// Value is a value of a field and how many events have it.
type Value struct {
	Value string
	Count int64
}

// EventType is a type that has been seen.
type EventType struct {
	Name      string
	Count     int64
	FirstSeen time.Time // timestamp, to the hour it is counted in
	LastSeen  time.Time // timestamp, to the minute it is counted in
}

// Delays are how long events took from their producer to the store.
type Delays struct {
	Width   time.Duration
	All     Measured
	Buckets []Measured
}

// Measured is what a sample of some events says.
type Measured struct {
	Start   time.Time   // stored_at of the bucket; zero for all of them
	Events  int64       // that were measured
	Storing Percentiles // from decoded to stored
	Total   Percentiles // from its timestamp to stored: the producer's clock is in it
}

// Percentiles are in milliseconds.
type Percentiles struct{ P50, P95, P99 float64 }

// RejectedQuery asks for one page of rejected events, newest first.
type RejectedQuery struct {
	Reason     string // "" is any
	Topic      string
	Producer   string    // looked for among those that RejectedGroups groups
	Start, End time.Time // on rejected_at
	Before     int64     // ids below it; 0 is from the newest
	Limit      int
}

// RejectedEvent is a rejected event as it is stored.
type RejectedEvent struct {
	ID         int64
	RejectedAt time.Time
	Producer   string // as far as its bytes say it, else "unknown"
	event.Rejected
}

// RejectedGroup is what rejected events have in common.
type RejectedGroup struct {
	Reason              event.Reason
	Topic               string
	Producer            string
	Count, Bytes        int64
	FirstSeen, LastSeen time.Time // rejected_at
	NewestID            int64
}

// State is what an operator wants to know of the store.
type State struct {
	event.Head
	Oldest     event.Position // the first position that is there; 0 if none is
	Partitions int
	Bytes      int64
	Rejected   int64
	Gaps       []event.Gap // the newest ones
}
