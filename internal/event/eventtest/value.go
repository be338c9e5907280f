package eventtest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// T is what *testing.T and *rapid.T have in common here.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

// plain is a number as its digits without zeros at either end, and the power of
// ten that they are multiplied with: equal for equal numbers of any size.
type plain struct {
	Negative bool
	Digits   string
	Power    int
}

// Value reads JSON by package encoding/json, for which the last of repeated
// members counts, with numbers as plain.
func Value(t T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		t.Fatalf("%v\n%.2000s", err, text)
	}
	return plainNumbers(t, v)
}

func plainNumbers(t T, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			v[k] = plainNumbers(t, m)
		}
	case []any:
		for i, m := range v {
			v[i] = plainNumbers(t, m)
		}
	case json.Number:
		return plainOf(t, string(v))
	}
	return v
}

func plainOf(t T, number string) (p plain) {
	number, p.Negative = strings.CutPrefix(number, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	if exponent != "" {
		n, err := strconv.Atoi(exponent)
		if err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		p.Power = n
	}
	before, after, _ := strings.Cut(mantissa, ".")
	p.Power -= len(after)
	p.Digits = strings.TrimLeft(before+after, "0")
	trimmed := strings.TrimRight(p.Digits, "0")
	p.Power += len(p.Digits) - len(trimmed)
	if p.Digits = trimmed; trimmed == "" {
		return plain{} // zeros of either sign are equal
	}
	return p
}
