package event

import "strconv"

// The reasons why a record is rejected. No others are given.
const (
	ReasonEmpty            Reason = "empty"               // the value has no bytes, or only white space
	ReasonTooLarge         Reason = "too_large"           // value and headers together exceed Config.MaxBytes
	ReasonInvalidUTF8      Reason = "invalid_utf8"        // the value is not UTF-8
	ReasonNotJSON          Reason = "not_json"            // the value is not one JSON text
	ReasonNotObject        Reason = "not_object"          // it is JSON, but no object
	ReasonNUL              Reason = "nul"                 // a string has the character U+0000, which PostgreSQL cannot hold
	ReasonLoneSurrogate    Reason = "lone_surrogate"      // a string has half of a surrogate pair, which is no character
	ReasonTooDeep          Reason = "too_deep"            // arrays and objects are nested deeper than 512
	ReasonNumberOutOfRange Reason = "number_out_of_range" // a number that jsonb refuses
	ReasonNumbersTooLong   Reason = "numbers_too_long"    // the numbers, written without exponents, exceed 131,072 characters
	ReasonFieldTooLong     Reason = "field_too_long"      // an indexed field exceeds 1,024 bytes
	ReasonBadTimestamp     Reason = "bad_timestamp"       // it says when, but unreadably; or neither it nor Kafka does
	ReasonBadTenant        Reason = "bad_tenant"          // it names a tenant, but not by a text
	ReasonRefusedByStore   Reason = "refused_by_store"    // decoded, but the store can never take it; given by ingest
)

// Reasons lists every Reason.
var Reasons = []Reason{
	ReasonEmpty, ReasonTooLarge, ReasonInvalidUTF8, ReasonNotJSON, ReasonNotObject, ReasonNUL, ReasonLoneSurrogate,
	ReasonTooDeep, ReasonNumberOutOfRange, ReasonNumbersTooLong, ReasonFieldTooLong, ReasonBadTimestamp,
	ReasonBadTenant, ReasonRefusedByStore,
}

// Rejection is the error of a record that cannot become an event.
type Rejection struct {
	Reason Reason
	Detail string // for people; short, valid UTF-8, may be ""
}

func (r *Rejection) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Rejected is the record as it is kept.
func (r *Rejection) Rejected(rec Record) Rejected {
	return Rejected{Record: rec, Reason: r.Reason, Detail: r.Detail}
}

// excerpt quotes the beginning of a text for a Detail.
func excerpt(text []byte) string {
	const most = 60
	if len(text) > most {
		return strconv.QuoteToASCII(string(text[:most])) + "…"
	}
	return strconv.QuoteToASCII(string(text))
}
