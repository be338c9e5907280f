package bench

import (
	"errors"
	"io"
	"net"
	"runtime"
	"syscall"
	"time"
)

// The load generator shares the machine with what it measures. So it reads
// with as little work as can be, which spares the machine what clients on
// others would spare it: a few goroutines ask epoll(7) which conns have
// something, and read each once.

const (
	// sweepBytes are read of a conn at once: a frame that is larger is one of a
	// busy server. Who looks into frames reads sampleBytes.
	sweepBytes  = 2 << 10
	sampleBytes = 64 << 10
	// sweepPause is how soon a close is noticed.
	sweepPause = 20 * time.Millisecond
)

// nowhere is where the kernel would write what it throws away: tcp(7) says of
// MSG_TRUNC that the bytes "are discarded, rather than being placed into the
// caller-supplied buffer". Only its size counts, so that all may share it.
var nowhere [1 << 20]byte

// line is a socket that Go's poller does not know.
type line struct{ fd int }

// detach takes the socket over.
func detach(c *net.TCPConn) (line, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return line{}, errors.Join(err, c.Close())
	}
	fd, failed := -1, error(nil)
	err = raw.Control(func(of uintptr) { fd, failed = syscall.Dup(int(of)) })
	return line{fd}, errors.Join(err, failed, c.Close())
}

// start reads all conns.
func (rs *readers) start() error {
	sweepers := make([]int, runtime.GOMAXPROCS(0))
	for i := range sweepers {
		epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			return err
		}
		sweepers[i] = epoll
		rs.joined.Go(func() { rs.fail(rs.sweep(epoll)) })
	}
	for i, r := range rs.conns {
		e := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(i)} // Fd is ours to use
		if err := syscall.EpollCtl(sweepers[i%len(sweepers)], syscall.EPOLL_CTL_ADD, r.line.fd, &e); err != nil {
			return err
		}
	}
	return nil
}

// stop joins who reads.
func (rs *readers) stop() {
	rs.joined.Wait()
	for _, r := range rs.conns {
		_ = syscall.Close(r.line.fd) // nothing was promised to it
	}
}

// sweep reads the conns that have something until the run is closed.
func (rs *readers) sweep(epoll int) error {
	defer syscall.Close(epoll) //nolint:errcheck // nothing is in it
	ready := make([]syscall.EpollEvent, 256)
	buf := make([]byte, sampleBytes)
	for !rs.closing.Load() {
		n, err := syscall.EpollWait(epoll, ready, int(sweepPause.Milliseconds()))
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		for _, e := range ready[:max(0, n)] {
			if err := rs.conns[e.Fd].readOnce(buf); err != nil {
				return err
			}
		}
	}
	return nil
}

// readOnce reads a conn that has something.
func (r *reader) readOnce(buf []byte) error {
	if !r.whole {
		buf = buf[:sweepBytes]
	}
	if r.frames.skip <= len(buf) {
		n, err := syscall.Read(r.line.fd, buf)
		if err := received(n, err); err != nil {
			return err
		}
		if err := r.take(buf[:max(0, n)]); err != nil || r.frames.skip <= len(buf) {
			return err
		}
	}
	n, _, err := syscall.Recvfrom(r.line.fd, nowhere[:min(r.frames.skip, len(nowhere))], syscall.MSG_TRUNC|syscall.MSG_DONTWAIT)
	r.frames.skip -= max(0, n)
	return received(n, err)
}

// received says why n bytes are the last ones.
func received(n int, err error) error {
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return nil
	case err == nil && n == 0:
		return io.ErrUnexpectedEOF
	}
	return err
}
