package embedded

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreePort finds a port of 127.0.0.1 that nobody listens on. It stays below
// those that systems give to outgoing connections (from 32768 on Linux, 49152
// elsewhere): one of them could take the port of a server that is down for a
// while, or, connecting to that port, be connected to itself.
func FreePort() (int, error) {
	for range 100 {
		port := 15000 + rand.IntN(32768-15000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("find a free port of 127.0.0.1: none of 100 was")
}
