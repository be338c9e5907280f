//go:build !linux

package embedded

import "syscall"

// endWithUs can do nothing here: a server that outlives a kill of ours is
// stopped at the next start, see stopOrphan.
func endWithUs(*syscall.SysProcAttr, syscall.Signal) {}
