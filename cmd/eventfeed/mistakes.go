package main

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// mistakes collects what is wrong with a configuration, so that all of it is
// said at once.
type mistakes []string

func (m *mistakes) add(format string, args ...any) {
	*m = append(*m, fmt.Sprintf(format, args...))
}

// addAll notes an error that may be several, each on a line of its own.
func (m *mistakes) addAll(name string, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		m.add("%s: %s", name, line)
	}
}

// oneOf notes a value that is none of those allowed; "" is one that need not
// be named.
func (m *mistakes) oneOf(name, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	allowed = slices.DeleteFunc(allowed, func(s string) bool { return s == "" })
	m.add("%s: %q is none of %s", name, value, strings.Join(allowed, ", "))
}

// address notes what cannot be listened on.
func (m *mistakes) address(name, value string) {
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		m.add("%s: %q is not HOST:PORT or :PORT", name, value)
	}
}

// readable notes a file that cannot be read; "" is none.
func (m *mistakes) readable(name, path string) {
	if path == "" {
		return
	}
	if _, err := os.ReadFile(path); err != nil {
		m.add("%s: %v", name, err)
	}
}

// err is nil if nothing is wrong.
func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return fmt.Errorf("the configuration is wrong:\n  %s", strings.Join(m, "\n  "))
}
