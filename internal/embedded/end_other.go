//go:build !linux

package embedded

import "syscall"

// endWithUs can do nothing here: a child that outlives a kill of ours is
// stopped at the next start, see stopOrphan.
func endWithUs(*syscall.SysProcAttr) {}
