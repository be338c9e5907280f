package event

import "errors"

// Why a record cannot become an event.
const (
	ReasonEmpty         Reason = "empty"            // a value of no bytes
	ReasonTooLarge      Reason = "too_large"        // a value over the size limit
	ReasonInvalidUTF8   Reason = "invalid_utf8"     // bytes that are no UTF-8, in the value or in a header that is used
	ReasonNotJSON       Reason = "not_json"         // no JSON text
	ReasonNotObject     Reason = "not_object"       // JSON, but no object
	ReasonNUL           Reason = "nul"              // U+0000 in a text, which PostgreSQL cannot store
	ReasonLoneSurrogate Reason = "lone_surrogate"   // half of a UTF-16 pair in a text
	ReasonTooDeep       Reason = "too_deep"         // nested deeper than MaxDepth
	ReasonNumberRange   Reason = "number_range"     // a number that jsonb refuses
	ReasonNumbersLong   Reason = "numbers_long"     // numbers whose plain forms are too long together
	ReasonBadTimestamp  Reason = "bad_timestamp"    // a timestamp that is there and cannot be read
	ReasonFieldTooLong  Reason = "field_too_long"   // an indexed field over MaxFieldBytes
	ReasonRefused       Reason = "refused_by_store" // the store refused it, though nothing above holds
)

// Rejection is the error of a record that cannot become an event.
type Rejection struct {
	Reason Reason
	Detail string // for people
}

func (r *Rejection) Error() string { return string(r.Reason) + ": " + r.Detail }

// Reject keeps a record with the reason.
func (r *Rejection) Reject(record Record) Rejected {
	return Rejected{Record: record, Reason: r.Reason, Detail: r.Detail}
}

// ErrTombstone: the record has no value, as a compacted topic says that a key
// is gone. It is counted and skipped.
var ErrTombstone = errors.New("tombstone")
