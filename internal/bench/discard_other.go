//go:build !linux

package bench

import (
	"io"
)

// discard throws the next n bytes away.
func (c *wsConn) discard(n int) error {
	_, err := io.CopyN(io.Discard, c.TCPConn, int64(n))
	return err
}
