//go:build !linux

package bench

import "net"

// line is a conn that a goroutine reads.
type line struct{ conn *net.TCPConn }

func detach(c *net.TCPConn) (line, error) { return line{c}, nil }

// start reads all conns.
func (rs *readers) start() error {
	for _, r := range rs.conns {
		rs.joined.Go(func() { rs.fail(r.readAll()) })
	}
	return nil
}

func (r *reader) readAll() error {
	buf := make([]byte, 4<<10)
	for {
		n, err := r.line.conn.Read(buf)
		if err != nil {
			return err
		}
		if err := r.take(buf[:n]); err != nil {
			return err
		}
	}
}

// stop joins who reads.
func (rs *readers) stop() {
	for _, r := range rs.conns {
		_ = r.line.conn.Close() // nothing was promised to it
	}
	rs.joined.Wait()
}
