package embedded

import "syscall"

// endWithUs lets the kernel signal a child when we are gone.
func endWithUs(a *syscall.SysProcAttr, last syscall.Signal) { a.Pdeathsig = last }
