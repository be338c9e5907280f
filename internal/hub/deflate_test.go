package hub

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/flate"
)

// inflated reads a compressed message, whose header is of the given length.
func inflated(t *testing.T, wire []byte, header int) string {
	t.Helper()
	if wire[0] != finCompressedText {
		t.Fatalf("got first byte %#x, want %#x", wire[0], finCompressedText)
	}
	r := flate.NewReader(io.MultiReader(bytes.NewReader(wire[header:]), bytes.NewReader(append(flushTail, 0x01, 0x00, 0x00, 0xff, 0xff))))
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFramesAreCompressedOnceAndReadBack(t *testing.T) {
	for n, header := range map[int]int{600: 2, 100_000: 4, 3_000_000: 4} {
		text := strings.Repeat(`{"event_id":"1"},`, n/17)
		f := seal(append(make([]byte, headerRoom), text...))
		var all [8][]byte
		var joined sync.WaitGroup
		for i := range all {
			joined.Go(func() { all[i] = f.Deflated() })
		}
		joined.Wait()
		for _, one := range all {
			if &one[0] != &all[0][0] {
				t.Fatal("it was made twice")
			}
		}
		if len(all[0]) > len(text)/3 {
			t.Errorf("got %d bytes of %d", len(all[0]), len(text))
		}
		if got := inflated(t, all[0], header); got != text {
			t.Errorf("%d bytes: got another text of %d bytes", len(text), len(got))
		}
	}
	if f := Pong(); &f.Deflated()[0] != &f.WebSocket()[0] {
		t.Error("a short frame was compressed")
	}
}
