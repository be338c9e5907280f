package hub

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/flate"
)

// deflateMin is the shortest text that is worth compressing.
const deflateMin = 512

// deflated is the compressed form of a frame, made once. Safe for concurrent
// use.
type deflated struct {
	once sync.Once
	wire []byte
}

func (d *deflated) of(text []byte) []byte {
	d.once.Do(func() { d.wire = deflate(text) })
	return d.wire
}

// compressors are reused: each holds hundreds of kilobytes.
var compressors = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is a valid one
	return w
}}

// flushTail ends what a flush writes, and is left out of a message: RFC 7692,
// section 7.2.1.
var flushTail = []byte{0x00, 0x00, 0xff, 0xff}

func deflate(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(headerRoom + len(text)/3)
	out.Write(make([]byte, headerRoom))
	w := compressors.Get().(*flate.Writer)
	w.Reset(&out)
	_, _ = w.Write(text) // into memory: cannot fail
	_ = w.Flush()
	compressors.Put(w)
	wire, _ := withHeader(bytes.TrimSuffix(out.Bytes(), flushTail), finCompressedText)
	return wire
}
