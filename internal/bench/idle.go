package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Idle asks what conns cost that get nothing.
type Idle struct {
	Server
	Conns int
	// Settle is waited before the server's memory is read, without conns and
	// with them. Go collects what the handshakes left behind when there is much
	// of it, or after two minutes, and gives it back soon after.
	Settle time.Duration
}

// Run measures the resident memory of the server's process; what the kernel
// keeps for a socket is not in it. The server has to be one that was started
// for this alone: memory from before would be used again, and not be counted.
func (d Idle) Run(ctx context.Context) (Report, error) {
	fresh, err := scrape(ctx, d.URL)
	if err != nil {
		return Report{}, err
	}
	if fresh.frames > 0 || fresh.stored > 0 {
		return Report{}, errors.New("measure idle conns: the server has had conns or events since it was started, and would use their memory again: start it anew")
	}
	before, err := d.settled(ctx, nil)
	if err != nil {
		return Report{}, err
	}
	rs, err := d.connect(ctx, d.Conns, ofTenant(d.unique()))
	if err != nil {
		return Report{}, err
	}
	defer rs.close()
	opened, err := scrape(ctx, d.URL)
	if err != nil {
		return Report{}, err
	}
	with, err := d.settled(ctx, rs)
	if err != nil {
		return Report{}, err
	}
	perConn := func(of func(usage) float64) float64 { return (of(with) - of(before)) / float64(d.Conns) / 1e3 }
	return Report{
		Parameters: fmt.Sprintf("%d conns, each with a subscription; memory read after %s", d.Conns, d.Settle),
		Received:   fmt.Sprintf("all %d conns were open at the end; the server had %.0f MB without them", d.Conns, before.resident/1e6),
		Figures: []Figure{
			{"memory an idle conn", perConn(func(u usage) float64 { return u.resident }), "KB", Target{AtMost: 25}},
			{"of it objects", perConn(func(u usage) float64 { return u.heap }), "KB", Target{}},
			{"of it stacks", perConn(func(u usage) float64 { return u.stacks }), "KB", Target{}},
			{"server CPU while they idle, of a core", 100 * (with.cpu - opened.cpu).Seconds() / with.at.Sub(opened.at).Seconds(), "%", Target{}},
		},
	}, nil
}

func (d Idle) settled(ctx context.Context, rs *readers) (usage, error) {
	select {
	case <-ctx.Done():
		return usage{}, ctx.Err()
	case <-time.After(d.Settle):
	}
	u, err := scrape(ctx, d.URL)
	if err != nil || rs == nil {
		return u, err
	}
	if failed := rs.failed.Load(); failed != nil {
		return u, fmt.Errorf("a conn failed: %w", *failed)
	}
	if u.conns < float64(len(rs.conns)) {
		return u, errors.New("the server says that it has fewer conns than there are")
	}
	return u, nil
}
