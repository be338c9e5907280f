package demo

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// random is the one source of chance. Everything drawn from it is drawn in an
// order that depends on nothing but the seed.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random {
	return random{rand.New(rand.NewPCG(seed, 0x6576656e74666565))}
}

func (r random) chance(p float64) bool { return r.Float64() < p }

func (r random) int(lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// decimal is a number in [lo, hi) with exactly that many digits after the
// point, the last zero included.
func (r random) decimal(lo, hi float64, digits int) json.Number {
	return json.Number(strconv.FormatFloat(lo+r.Float64()*(hi-lo), 'f', digits, 64))
}

// duration lies between lo and hi, short ones more often than long ones, in
// whole milliseconds.
func (r random) duration(lo, hi time.Duration) time.Duration {
	d := float64(lo) * math.Pow(float64(hi)/float64(lo), r.Float64())
	return time.Duration(d).Round(time.Millisecond)
}

// longTail is half the time below the median and now and then far above it.
func (r random) longTail(lo, median, hi time.Duration) time.Duration {
	d := time.Duration(float64(median) * math.Exp(0.7*r.NormFloat64()))
	return min(max(d, lo), hi).Round(time.Millisecond)
}

// wait is the time until the next of events that come at random, so many a
// second.
func (r random) wait(perSecond float64) time.Duration {
	return time.Duration(min(r.ExpFloat64()/perSecond, 1e9) * float64(time.Second))
}

// uuid7 is a UUID of version 7 (RFC 9562) made at t.
func (r random) uuid7(t time.Time) string {
	var b [16]byte
	ms := uint64(t.UnixMilli())
	low := r.Uint64()
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6], b[7] = 0x70|byte(r.Uint32())&0x0f, byte(low>>56)
	for i := range 8 {
		b[8+i] = byte(low >> (8 * i))
	}
	b[8] = 0x80 | b[8]&0x3f
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (r random) hash(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return hex.EncodeToString(b)
}

func pick[T any](r random, from []T) T { return from[r.IntN(len(from))] }

// weighted is an index into weights, each as likely as its weight says.
func (r random) weighted(weights []float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	at := r.Float64() * sum
	for i, w := range weights {
		if at < w {
			return i
		}
		at -= w
	}
	return len(weights) - 1
}
