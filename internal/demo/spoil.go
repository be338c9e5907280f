package demo

import (
	"bytes"
	"strings"
)

// spoils are the ways in which a record can be no event, by name; each spoils
// a record of the guide dialect. All of them have been seen to stop a consumer.
var spoils = []struct {
	name  string
	spoil func(value []byte) []byte
}{
	{"not JSON", func([]byte) []byte { return []byte("heartbeat from node-7 at noon") }},
	{"cut off", func(value []byte) []byte { return value[:len(value)/2] }},
	{"not an object", func(value []byte) []byte { return append(append([]byte("["), value...), ']') }},
	{"empty", func([]byte) []byte { return []byte{} }},
	{"bad timestamp", func(value []byte) []byte { return withField(value, `"timestamp":"last Tuesday"`) }},
	{"NUL", func(value []byte) []byte { return withField(value, `"namespace":"pr\u0000od"`) }},
	{"lone surrogate", func(value []byte) []byte { return withField(value, `"namespace":"\ud83d"`) }},
	{"not UTF-8", func(value []byte) []byte { return withField(value, "\"namespace\":\"\xff\xfe\"") }},
	{"number too large", func(value []byte) []byte { return withField(value, `"payload":{"balance":1e400000}`) }},
	{"numbers that swell", func(value []byte) []byte {
		return withField(value, `"payload":{"samples":[`+strings.Repeat("1e131071,", 99)+`0]}`)
	}},
	{"too long a field", func(value []byte) []byte {
		return withField(value, `"correlation_id":"`+strings.Repeat("trace-", 200)+`"`)
	}},
	{"nested too deep", func(value []byte) []byte {
		return withField(value, `"payload":`+strings.Repeat("[", 600)+strings.Repeat("]", 600))
	}},
}

// withField adds a field at the end of a JSON object, where it outdoes one of
// the same name before it.
func withField(object []byte, field string) []byte {
	return append(append(bytes.TrimSuffix(bytes.Clone(object), []byte("}")), ","+field...), '}')
}
