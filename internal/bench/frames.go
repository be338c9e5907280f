package bench

import (
	"encoding/binary"
	"fmt"
)

// headBytes hold what a frame of events says before its events.
const headBytes = 160

// frames cuts what a server of ours sends into frames, and understands nothing
// else. It keeps of a frame what its owner wants to look at.
type frames struct {
	buf    []byte // of the frame at hand, from its start
	want   int    // bytes that buf has to have before the next look
	header int    // bytes of it; 0 until it has been read
	size   int    // of the text
	skip   int    // bytes that nobody wants, before the next frame
}

// take goes on with p. look is called with the head of each frame's text, and
// says whether it wants all of it; then it is called again. What it is given is
// valid for as long as it runs.
func (f *frames) take(p []byte, look func(text []byte, size int) (all bool, err error)) error {
	for len(p) > 0 {
		if f.skip > 0 {
			n := min(f.skip, len(p))
			f.skip, p = f.skip-n, p[n:]
			continue
		}
		f.want = max(f.want, 2)
		n := min(f.want-len(f.buf), len(p))
		f.buf, p = append(f.buf, p[:n]...), p[n:]
		for f.want > 0 && len(f.buf) == f.want {
			if err := f.step(look); err != nil {
				return err
			}
		}
	}
	return nil
}

// step goes on when buf has what was wanted.
func (f *frames) step(look func([]byte, int) (bool, error)) error {
	if f.header == 0 {
		f.readHeader()
		return nil
	}
	text := f.buf[f.header:]
	if f.buf[0]&0x0f == 8 {
		return fmt.Errorf("closed by the server: %q", text)
	}
	all, err := look(text, f.size)
	if err != nil {
		return err
	}
	if all && len(text) < f.size {
		f.want = f.header + f.size
		return nil
	}
	f.buf, f.want, f.header, f.skip = f.buf[:0], 0, 0, f.size-len(text)
	return nil
}

// readHeader may want more of it.
func (f *frames) readHeader() {
	header, size := 2, int(f.buf[1]&0x7f)
	switch size {
	case 126:
		header = 4
	case 127:
		header = 10
	}
	if len(f.buf) < header {
		f.want = header
		return
	}
	switch header {
	case 4:
		size = int(binary.BigEndian.Uint16(f.buf[2:]))
	case 10:
		size = int(binary.BigEndian.Uint64(f.buf[2:]))
	}
	f.header, f.size, f.want = header, size, header+min(size, headBytes)
}
