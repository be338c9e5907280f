package bench

import (
	"io"
	"syscall"
)

// nowhere is where the kernel would write what it throws away: tcp(7) says of
// MSG_TRUNC that the bytes "are discarded, rather than being placed into the
// caller-supplied buffer". Only its size counts, so that all may share it.
var nowhere [1 << 20]byte

// discard throws the next n bytes away. A server with conns on other machines
// does not pay for copying them to their readers, either.
func (c *wsConn) discard(n int) error {
	for n > 0 {
		var got int
		var failed error
		err := c.raw.Read(func(fd uintptr) bool {
			got, _, failed = syscall.Recvfrom(int(fd), nowhere[:min(n, len(nowhere))], syscall.MSG_TRUNC)
			return failed != syscall.EAGAIN
		})
		switch {
		case err != nil:
			return err
		case failed == syscall.EINTR:
		case failed != nil:
			return failed
		case got == 0:
			return io.ErrUnexpectedEOF
		default:
			n -= got
		}
	}
	return nil
}
