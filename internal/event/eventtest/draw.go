// Package eventtest draws JSON for property tests of events, and reads it
// exactly. Its own tests compare the decoder with PostgreSQL's jsonb; they are
// not among package event's, whose fuzz targets would otherwise be built with
// every client library that testenv needs.
package eventtest

import (
	"strings"

	"pgregory.net/rapid"
)

var (
	textPieces = rapid.SampledFrom([]string{
		"a", "b", "é", "日本", "😀", " ", "/", "{", "]", ",", ":", "<", "\u2028", "\x7f", "\ufeff",
		`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0001`, `\u0061`, `\u00E9`, `\ud83d\ude00`, `\uFFFF`,
	})
	names   = rapid.SampledFrom([]string{"a", "b", `\u0061`, `\"`, "é", `\u00e9`, "", "payload", "data", "event_id", "correlation_id"})
	digits  = rapid.StringMatching(`(0|[1-9][0-9]{0,30})`)
	numbers = rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			sign := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")
			fraction := rapid.SampledFrom([]string{"", ".0", ".10", ".000", ".123456789012345678901234567890"}).Draw(t, "fraction")
			exponent := rapid.SampledFrom([]string{"", "e0", "E+2", "e-7", "e400", "e-400", "e05"}).Draw(t, "exponent")
			return sign + digits.Draw(t, "digits") + fraction + exponent
		}),
		rapid.SampledFrom([]string{"0", "-0", "9007199254740993", "1.10", "1e131071", "1e-16383", "0e131072", "0e-16383", "-0.0e9", "1.0e16383", "0e1000000"}),
	)
)

// DrawJSON draws a compact JSON text of up to so many levels. Names repeat.
func DrawJSON(t *rapid.T, levels int) string {
	kinds := 4
	if levels > 0 {
		kinds = 8
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false"}).Draw(t, "word")
	case 1, 2:
		return numbers.Draw(t, "number")
	case 3:
		return drawText(t)
	case 4:
		return "[" + strings.Join(drawList(t, func() string { return DrawJSON(t, levels-1) }), ",") + "]"
	}
	return "{" + strings.Join(drawList(t, func() string {
		return `"` + names.Draw(t, "name") + `":` + DrawJSON(t, levels-1)
	}), ",") + "}"
}

func drawText(t *rapid.T) string {
	return `"` + strings.Join(rapid.SliceOfN(textPieces, 0, 8).Draw(t, "text"), "") + `"`
}

func drawList(t *rapid.T, draw func() string) []string {
	list := make([]string, rapid.IntRange(0, 5).Draw(t, "length"))
	for i := range list {
		list[i] = draw()
	}
	return list
}

// DrawRecordValue draws the value of a record: an object, which may have the
// members that make it an envelope.
func DrawRecordValue(t *rapid.T) string {
	members := drawList(t, func() string { return `"` + names.Draw(t, "name") + `":` + DrawJSON(t, 3) })
	return rapid.SampledFrom([]string{"", " ", "\uFEFF", "\n"}).Draw(t, "before") + "{" +
		strings.Join(members, rapid.SampledFrom([]string{",", " , ", ",\n\t"}).Draw(t, "comma")) + "}"
}
