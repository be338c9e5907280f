package embedded

import "syscall"

// endWithUs lets the kernel stop a child when we are gone, however we went.
func endWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGINT }
