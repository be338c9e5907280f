package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var me = Sender{1, 2, 3}

// messages are those that become of events.
func messages(first event.Position, events []*event.Event) [][]byte {
	var all [][]byte
	_ = NewWriter(me).Runs(first, events, func(m []byte, _ int) error { // its errors are send's
		all = append(all, bytes.Clone(m))
		return nil
	})
	return all
}

var instants = rapid.Custom(func(t *rapid.T) time.Time {
	if rapid.IntRange(0, 4).Draw(t, "zero") == 0 {
		return time.Time{}
	}
	return time.UnixMicro(rapid.Int64Range(-62135596799999999, 253402300799999999).Draw(t, "micros")).UTC()
})

var drawn = rapid.Custom(func(t *rapid.T) *event.Event {
	e := &event.Event{
		Partition: rapid.Int32().Draw(t, "partition"), Offset: rapid.Int64().Draw(t, "offset"),
		Timestamp: instants.Draw(t, "timestamp"), ProcessedAt: instants.Draw(t, "processed"), StoredAt: instants.Draw(t, "stored"),
	}
	for _, s := range textsOf(e) {
		*s = rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringN(0, 1024, 1024)).Draw(t, "text")
	}
	if b := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "payload"); len(b) > 0 {
		e.Payload = bytes.Repeat(b, rapid.SampledFrom([]int{1, 1, 1, 40}).Draw(t, "times"))
	}
	return e
})

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	r := new(Reader)
	rapid.Check(t, func(rt *rapid.T) {
		events := rapid.SliceOfN(drawn, 1, 40).Draw(rt, "events")
		first := event.Position(rapid.Int64Range(0, int64(highest)-100).Draw(rt, "first"))
		var got []*event.Event
		next := first
		for _, m := range messages(first, events) {
			read, err := r.Open(m)
			if err != nil || read.Sender != me {
				rt.Fatalf("got %v of %v, want no error of %v", err, read.Sender, me)
			}
			if first == 0 {
				got = append(got, read.Previews...)
				continue
			}
			a := read.Stored
			if a.First != next || a.Last != next+event.Position(len(a.Events))-1 {
				rt.Fatalf("got %d … %d with %d events, want them from %d", a.First, a.Last, len(a.Events), next)
			}
			next = a.Last + 1
			got = append(got, a.Events...)
		}
		for i, e := range events {
			if first > 0 {
				e.Position = first + event.Position(i)
			}
		}
		if diff := cmp.Diff(events, got); diff != "" {
			rt.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

// Every field of an event has to be carried: one that is added to it fails
// here until it is.
func TestNoFieldOfAnEventIsForgotten(t *testing.T) {
	at := time.Date(2026, 10, 1, 8, 0, 0, 123456000, time.UTC)
	e := event.Event{
		Position: 7, EventID: "a", EventType: "b", Timestamp: at, TenantID: "c", Namespace: "d", Source: "e", CorrelationID: "f",
		CausationID: "g", SchemaRef: "h", Payload: json.RawMessage(`{"x":1.10}`), Topic: "i", Partition: 3, Offset: 9,
		ProcessedAt: at.Add(time.Microsecond), StoredAt: at.Add(time.Second),
	}
	read, err := new(Reader).Open(messages(7, []*event.Event{&e})[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, *read.Stored.Events[0]); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	if strings.Contains(fmt.Sprintf("%+v", e), ":0 ") || strings.Contains(fmt.Sprintf("%q", fmt.Sprint(e)), `""`) {
		t.Errorf("a field of %+v is not set: set it here", e)
	}
}

func TestRunsAreBoundedUnlessOneEventIsLarger(t *testing.T) {
	large := &event.Event{Payload: bytes.Repeat([]byte("x"), 3*runBytes)}
	var events []*event.Event
	for range 2000 {
		events = append(events, usual(len(events)))
	}
	events = append(events, large, usual(0), large)
	w, counts := NewWriter(me), []int{}
	err := w.Runs(1, events, func(_ []byte, n int) error {
		if len(w.events) > runBytes && n > 1 {
			t.Errorf("got %d bytes of %d events, want at most %d", len(w.events), n, runBytes)
		}
		counts = append(counts, n)
		return nil
	})
	sum := 0
	for _, n := range counts {
		sum += n
	}
	if err != nil || sum != len(events) || len(counts) < 6 {
		t.Errorf("got %v, %v, want %d events in several messages", counts, err, len(events))
	}
}

func TestABeatTellsNameAndPosition(t *testing.T) {
	m := AppendBeat(nil, me, Beat{"r1", 18234})
	read, err := new(Reader).Open(m)
	if err != nil || read.Beat == nil || *read.Beat != (Beat{"r1", 18234}) || read.Sender != me {
		t.Errorf("got %+v, %v", read, err)
	}
	long := AppendBeat([]byte("before"), me, Beat{strings.Repeat("a", 254) + "日本", 1})
	if read, err = new(Reader).Open(long[len("before"):]); err != nil || read.Beat.Replica != strings.Repeat("a", 254) {
		t.Errorf("got %+v, %v", read, err)
	}
}

func TestWhatIsNotWholeIsGarbage(t *testing.T) {
	r := new(Reader)
	whole := messages(1, []*event.Event{usual(1), usual(2)})[0]
	for n := range whole {
		if _, err := r.Open(whole[:n]); !errors.Is(err, ErrGarbage) {
			t.Fatalf("the first %d of %d bytes: got %v, want ErrGarbage", n, len(whole), err)
		}
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x10
		if _, err := r.Open(flipped); !errors.Is(err, ErrGarbage) {
			t.Fatalf("byte %d flipped: got %v, want ErrGarbage", n, err)
		}
	}
	other := bytes.Clone(whole)
	other[0] = version + 1
	if _, err := r.Open(seal(other)); !errors.Is(err, ErrVersion) {
		t.Errorf("another version: got %v, want ErrVersion", err)
	}
}

func TestWhatClaimsToBeLargeIsRefusedWithoutTakingTheMemory(t *testing.T) {
	r := new(Reader)
	bomb := func(count, size int) []byte {
		m := binary.AppendUvarint(binary.AppendUvarint(begin(nil, kindStored, me), 1), uint64(count))
		return seal(appendCompressed(m, make([]byte, size)))
	}
	for _, m := range [][]byte{bomb(1, 4*maxRun), bomb(maxRun, 10), bomb(1<<62, 100), bomb(runBytes/leastEvent, 1000), bomb(maxRun/leastEvent, maxRun), bomb(2, runBytes+1)} {
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := r.Open(m); !errors.Is(err, ErrGarbage) {
				t.Errorf("got %v, want ErrGarbage", err)
			}
		})
		if cap(r.events) > 2*maxRun || allocated > 10 {
			t.Errorf("got %d bytes, %g allocations", cap(r.events), allocated)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(messages(1, []*event.Event{usual(1), usual(2)})[0])
	f.Add(messages(0, []*event.Event{usual(1)})[0])
	f.Add(AppendBeat(nil, me, Beat{"r1", 7}))
	f.Fuzz(func(t *testing.T, m []byte) {
		r := new(Reader)
		if len(m) >= headerSize {
			if m[1] > kindBeat && len(m) > headerSize+2 && m[0]&1 == 0 { // the fuzzer cannot compress: what follows is a run as it is
				m = appendCompressed(m[:headerSize+2:headerSize+2], m[headerSize+2:])
			}
			m[0] = version
			seal(m) // nor does it find a checksum
		}
		read, err := r.Open(m)
		if err != nil {
			return
		}
		again, err := r.Open(rewritten(read))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read, again); diff != "" {
			t.Fatalf("(-read +read again):\n%s", diff)
		}
	})
}

// rewritten is a message that says the same.
func rewritten(m Message) []byte {
	switch {
	case m.Beat != nil:
		return AppendBeat(nil, m.Sender, *m.Beat)
	case m.Stored != nil:
		return runOf(m.Sender, m.Stored.First, m.Stored.Events)
	default:
		return runOf(m.Sender, 0, m.Previews)
	}
}

func runOf(s Sender, first event.Position, events []*event.Event) []byte {
	w := NewWriter(s)
	for _, e := range events {
		w.events = appendEvent(w.events, e)
	}
	return w.run(first, len(events))
}

// usual is an event as they come, of about 650 bytes as JSON.
func usual(i int) *event.Event {
	at := time.UnixMicro(1790000000000000 + int64(i)*1234567).UTC()
	return &event.Event{
		Position: event.Position(i + 1), EventID: fmt.Sprintf("0190b7e0-%04x-7a3b-8c4d-%012x", i&0xffff, uint64(i)*0x9e3779b97f4a7c15>>16), EventType: "omninode.agent.execution.completed.v1",
		Timestamp: at, TenantID: fmt.Sprintf("tenant-%d", i%10), Namespace: "prod", Source: "omniclaude", CorrelationID: fmt.Sprintf("c-%08x", uint32(i)*2654435761),
		Payload: json.RawMessage(fmt.Sprintf(`{"agent":"polymorphic-%d","duration_ms":%d,"cost":%d.%02d,"model":"sonnet","tokens":{"in":%d,"out":%d},"trace":"%032x"}`,
			i%17, i*7919%5000, i%9, i%100, i*31%9000, i*17%900, uint64(i)*0xbf58476d1ce4e5b9)),
		Topic: "acme.omninode.agent.execution.completed.v1", Partition: int32(i % 6), Offset: int64(i), ProcessedAt: at.Add(time.Millisecond), StoredAt: at.Add(5 * time.Millisecond),
	}
}

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1, 10, 300} {
		events := make([]*event.Event, n)
		jsonBytes := 0
		for i := range events {
			events[i] = usual(i)
			jsonBytes += len(events[i].AppendJSON(nil))
		}
		message := messages(1, events)[0]
		ratio := func(b *testing.B) {
			b.SetBytes(int64(jsonBytes))
			b.ReportMetric(float64(len(message))/float64(jsonBytes), "of-JSON")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
		}
		b.Run(fmt.Sprintf("write/%d", n), func(b *testing.B) {
			w := NewWriter(me)
			for b.Loop() {
				if err := w.Runs(1, events, func([]byte, int) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b)
		})
		b.Run(fmt.Sprintf("read/%d", n), func(b *testing.B) {
			r := new(Reader)
			for b.Loop() {
				if _, err := r.Open(message); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b)
		})
	}
}
