package bench

import (
	"fmt"
	"syscall"
)

// spareFiles are those that are not conns.
const spareFiles = 200

// checkFiles says before the first of n conns that there may not be so many.
// Go has raised the limit to what it may be raised to; so has the server's.
func checkFiles(n int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	if need := uint64(n + spareFiles); limit.Cur < need {
		return fmt.Errorf("%d conns need %d open files, here and in the server, and this process may have %d: raise the hard limit (ulimit -Hn)", n, need, limit.Cur)
	}
	return nil
}
