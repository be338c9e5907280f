package bench

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// wait returns when every conn has got the events that it has to get, by its
// number; more or less is an error.
func (rs *readers) wait(ctx context.Context, patience time.Duration, want func(i int) int64) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(patience)
	for {
		if err := rs.failed.Load(); err != nil {
			return fmt.Errorf("a conn failed: %w", *err)
		}
		done, err := rs.compare(want)
		if done || err != nil && time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// compare says whether all is there, or cannot be any more, and else what is
// not there yet.
func (rs *readers) compare(want func(i int) int64) (done bool, err error) {
	for i, r := range rs.conns {
		switch got, want := r.count.Load(), want(i); {
		case got > want && !r.whole:
			return true, fmt.Errorf("repeated, or somebody else writes to this Kafka, too: conn %d got %d positions, %d events were for it", i, got, want)
		case got > want:
			return true, fmt.Errorf("repeated: conn %d got %d events, %d events were for it", i, got, want)
		case got < want && err == nil:
			err = fmt.Errorf("lost: conn %d got %d of %d events", i, got, want)
		}
	}
	return err == nil, err
}

// least is what the conn that is farthest behind has got.
func (rs *readers) least() int64 {
	least := rs.conns[0].count.Load()
	for _, r := range rs.conns {
		least = min(least, r.count.Load())
	}
	return least
}

// sameBytes compares the conns of one filter that were never behind: they got
// the same frames, so that one that did not look into them had the events that
// those had which did.
func (rs *readers) sameBytes() (lagged int, err error) {
	var size int64
	for i, r := range rs.conns {
		switch got := r.bytes.Load(); {
		case r.lagged.Load() > 0:
			lagged++
		case size == 0:
			size = got
		case got != size:
			return lagged, fmt.Errorf("conn %d got %d bytes of events, and others %d", i, got, size)
		}
	}
	return lagged, nil
}

// Sample is one event as one conn got it.
type Sample struct {
	Written time.Time     // just before it went to Kafka
	Age     time.Duration // when its frame had been read
}

// samples closes the conns and gives what those that are timed have seen.
func (rs *readers) samples() []Sample {
	rs.close()
	var all []Sample
	for _, r := range rs.conns {
		all = append(all, r.samples...)
	}
	return all
}

// Ages are those of samples, the youngest first.
func Ages(samples []Sample) []time.Duration {
	ages := make([]time.Duration, len(samples))
	for i, s := range samples {
		ages[i] = s.Age
	}
	slices.Sort(ages)
	return ages
}

// Quantile is that of a sorted list; 0 if it is empty.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
