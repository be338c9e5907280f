package event

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestMembersAndElementsAreFoundInAnyWriting(t *testing.T) {
	const payload = `{ "a" : {"b":[1,{"c":"x, ]}\""},[ ]]} , "" : null, "a\u0062" : true,"é\ud83d\ude00":-1.50e2}`
	for name, tc := range map[string]struct{ got, want []byte }{
		"a member":                     {Member([]byte(payload), "a"), []byte(`{"b":[1,{"c":"x, ]}\""},[ ]]}`)},
		"the empty name":               {Member([]byte(payload), ""), []byte(`null`)},
		"an escaped name":              {Member([]byte(payload), "ab"), []byte(`true`)},
		"a surrogate pair":             {Member([]byte(payload), "é😀"), []byte(`-1.50e2`)},
		"no such name":                 {Member([]byte(payload), "b"), nil},
		"a member of an array":         {Member([]byte(`[1]`), "0"), nil},
		"a member of nothing":          {Member(nil, "a"), nil},
		"an element":                   {Element([]byte(`[ 1 , "," , [2,3] ]`), 2), []byte(`[2,3]`)},
		"an element behind the end":    {Element([]byte(`[1]`), 1), nil},
		"an element before the start":  {Element([]byte(`[1]`), -1), nil},
		"an element of an empty array": {Element([]byte(`[ ]`), 0), nil},
		"an element of an object":      {Element([]byte(`{"0":1}`), 0), nil},
	} {
		if string(tc.got) != string(tc.want) || (tc.got == nil) != (tc.want == nil) {
			t.Errorf("%s: got %q, want %q", name, tc.got, tc.want)
		}
	}
}

func TestLookingForAMemberAllocatesNothing(t *testing.T) {
	payload := []byte(`{"a\n":1,"list":["x",{"long name \" of a member":2}]}`)
	allocs := testing.AllocsPerRun(100, func() {
		if found := Member(Element(Member(payload, "list"), 1), `long name " of a member`); string(found) != "2" {
			t.Fatalf("got %s, want 2", found)
		}
	})
	if allocs != 0 {
		t.Errorf("got %v allocations, want none", allocs)
	}
}

func TestNumbersCompareByTheirExactValue(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,4})(\.[0-9]{1,4})?([eE][-+]?[0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if got, want := CompareNumbers([]byte(a), []byte(b)), x.Cmp(y); got != want {
			t.Fatalf("%s and %s: got %d, want %d", a, b, got, want)
		}
	})
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"9007199254740993", "9007199254740992", 1}, {"0.1", "0.10000000000000000001", -1}, {"1.10", "1.1", 0},
		{"-0.0", "0e99", 0}, {"1e400", "1e399", 1}, {"-1e400", "0", -1}, {"10", "1e1", 0}, {"0.001e3", "1", 0},
	} {
		if got := CompareNumbers([]byte(tc.a), []byte(tc.b)); got != tc.want {
			t.Errorf("%s and %s: got %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
