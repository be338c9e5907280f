package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// front is what a replica is reached through. It is opened before anything
// else, so that a taken port is said at once.
type front struct {
	plain   net.Listener
	tls     *tls.Config  // nil: plain HTTP
	metrics net.Listener // nil: on the same as the rest
}

func (s serverSettings) listen(ctx context.Context) (*front, error) {
	var f front
	if s.TLSCertFile != "" {
		pair, err := tls.LoadX509KeyPair(s.TLSCertFile, s.TLSKeyFile)
		if err != nil {
			return nil, fmt.Errorf("load TLS_CERT_FILE and TLS_KEY_FILE: %w", err)
		}
		// HTTP/2 has no WebSockets that browsers use.
		f.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	var err error
	if f.plain, err = listenOn(ctx, "LISTEN_ADDR", s.ListenAddr); err != nil {
		return nil, err
	}
	if s.MetricsAddr != "" {
		if f.metrics, err = listenOn(ctx, "METRICS_ADDR", s.MetricsAddr); err != nil {
			return nil, errors.Join(err, f.plain.Close())
		}
	}
	return &f, nil
}

// listenOn opens the address that a setting gives, or says what to do.
func listenOn(ctx context.Context, name, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	_, port, _ := net.SplitHostPort(addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %s is taken: stop what listens on %s, or choose another address with %s", port, addr, name)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("port %s may not be listened on by this user: choose one of 1024 or more with %s", port, name)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s: %s is no address of this machine", name, addr)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// main is the listener for everybody.
func (f *front) main() net.Listener { return f.secured(f.plain) }

func (f *front) secured(l net.Listener) net.Listener {
	if f.tls == nil {
		return l
	}
	return tls.NewListener(l, f.tls)
}

// second is another listener of the same socket, to be closed by itself.
func (f *front) second() (net.Listener, error) {
	file, err := f.plain.(*net.TCPListener).File()
	if err != nil {
		return nil, err
	}
	l, err := net.FileListener(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return f.secured(l), nil
}

// url is where a browser on this machine finds the page; it ends with a slash.
func (f *front) url(base string) string {
	scheme := "http"
	if f.tls != nil {
		scheme = "https"
	}
	addr := f.plain.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(addr.Port)) + strings.TrimSuffix(base, "/") + "/"
}

// close closes what is still open.
func (f *front) close() {
	_ = f.plain.Close() // it is closed already, or nobody has used it
	if f.metrics != nil {
		_ = f.metrics.Close()
	}
}
