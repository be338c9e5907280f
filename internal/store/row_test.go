package store

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestPayloadsAreCompactAndTheSameJSON(t *testing.T) {
	h := emptyHistory(t, 50)
	value := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]string{`a": "b`, `\`, `\"`, `, : `, `\\" `}), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
	)
	rapid.Check(t, func(t *rapid.T) {
		tree := map[string]any{
			rapid.String().Draw(t, "key"): rapid.SliceOf(value).Draw(t, "list"), "x": rapid.MapOf(rapid.String(), value).Draw(t, "object"),
		}
		in, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(in, []byte(`\u0000`)) {
			t.Skip("refused by jsonb")
		}
		var text []byte
		if err := h.read.QueryRow(t.Context(), `SELECT $1::text::jsonb`, string(in)).Scan(&text); err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, text); err != nil {
			t.Fatal(err)
		}
		if got := compactJSONB(text); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%s: got %s, want %s", text, got, want.Bytes())
		}
	})
}
