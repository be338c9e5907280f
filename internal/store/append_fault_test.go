package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// notBlocked is how long an append may take that nothing holds up: far more
// than it needs, far less than any timeout of anybody.
const notBlocked = 3 * time.Second

func mustAppendSoon(tb testing.TB, s *Store, b event.Batch) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), notBlocked)
	defer cancel()
	if _, err := s.Append(ctx, b); err != nil {
		tb.Fatalf("append beside a stopped one: %v", err)
	}
}

func TestABatchWhoseAnswerWasLostIsStoredOnceAndAnsweredAsIfFirst(t *testing.T) {
	url := testenv.Database(t)
	direct := openStore(t, Config{URL: url})
	proxy, through := startProxy(t, url)
	s := openStore(t, Config{URL: through})
	conn := connect(t, url)
	mustAppend(t, s, newBatch(orders, 0, 5)) // the statement is known from now on

	for _, next := range []int64{8, 11} {
		b := newBatch(orders, next-3, next)
		b.Events = slices.Insert(b.Events, 1, newEvent(orders, 2))
		b.Rejected = []event.Rejected{{Record: event.Record{Partition: orders, Offset: 1000 + next}, Reason: "empty"}}
		proxy.cutNextAnswer()
		if _, err := s.Append(t.Context(), b); !errors.Is(err, event.ErrUnavailable) {
			t.Fatalf("append whose answer is lost: got %v, want ErrUnavailable", err)
		}
		wantNumber(t, conn, next, `SELECT last FROM event_bus_head`) // so it was the answer that was lost
		mustAppend(t, direct, newBatch(event.Partition{Topic: "other", ID: int32(next)}, 0, 0))

		a := mustAppend(t, s, b)
		want := event.Appended{First: event.Position(next - 2), Last: event.Position(next), Duplicates: 1,
			Events: []*event.Event{b.Events[0], b.Events[2], b.Events[3]}}
		if diff := cmp.Diff(want, a, cmpopts.IgnoreFields(event.Event{}, "Position", "StoredAt")); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		for i, e := range a.Events {
			if e.Position != want.First+event.Position(i) {
				t.Errorf("event %d: got position %d, want %d", i, e.Position, want.First+event.Position(i))
			}
			wantNumber(t, conn, 1, `SELECT count(*) FROM event_bus_events WHERE id = $1 AND event_id = $2 AND stored_at = $3`, e.Position, e.EventID, e.StoredAt)
		}
	}
	wantNumber(t, conn, 2, `SELECT rejected FROM event_bus_head`)
	checkWhole(t, conn)
}

func TestALostBatchThatAnotherReplicaStoredDifferentlyIsFenced(t *testing.T) {
	url := testenv.Database(t)
	s := openStore(t, Config{URL: url})
	b := newBatch(orders, 0, 6)
	mustAppend(t, s, newBatch(orders, 0, 4))
	mustAppend(t, s, newBatch(orders, 4, 6))
	if _, err := s.Append(t.Context(), b); !errors.Is(err, event.ErrFenced) {
		t.Errorf("got %v, want ErrFenced", err)
	}
	checkWhole(t, connect(t, url))
}

// A procedure that did not commit by itself would fail this for five bytes:
// the server runs the statement, and waits for the Sync behind it.
func TestAReplicaThatStopsInMidRequestHoldsUpNobody(t *testing.T) {
	url := testenv.Database(t)
	direct := openStore(t, Config{URL: url})
	for _, missing := range []int{1, len(syncMessage), 2*len(syncMessage) + 10, 5000} {
		t.Run(fmt.Sprintf("%d bytes missing", missing), func(t *testing.T) {
			p := event.Partition{Topic: t.Name()}
			proxy, through := startProxy(t, url)
			s := openStore(t, Config{URL: through})
			mustAppend(t, s, newBatch(p, 0, 1))
			proxy.holdBack(missing)
			stopped := make(chan error)
			go func() {
				_, err := s.Append(t.Context(), newBatch(p, 1, 100))
				stopped <- err
			}()
			<-proxy.held
			for i := range int64(3) {
				mustAppendSoon(t, direct, newBatch(event.Partition{Topic: "beside " + t.Name()}, i, i+1))
			}
			proxy.holdBack(0)
			close(proxy.release)
			if err := <-stopped; err != nil {
				t.Errorf("the append that went on: %v", err)
			}
		})
	}
	checkWhole(t, connect(t, url))
}

func TestAStoppedProcessHoldsUpNobody(t *testing.T) {
	url := testenv.Database(t)
	s := openStore(t, Config{URL: url})
	child := startChild(t, url)
	var next int64
	for range 20 {
		if err := child.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		mustAppendSoon(t, s, newBatch(orders, next, next+10))
		next += 10
		if err := child.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		for range 1 + rand.IntN(5) { // some time that does not depend on the machine
			mustAppendSoon(t, s, newBatch(orders, next, next+100))
			next += 100
		}
	}
	if err := child.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, connect(t, url))
}

func TestAKilledProcessLeavesAllOfABatchOrNothing(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	var next int64
	for range 5 {
		child := startChild(t, url)
		for range 1 + rand.IntN(5) {
			mustAppendSoon(t, s, newBatch(orders, next, next+100))
			next += 100
		}
		if err := child.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := child.Wait(); err != nil {
			t.Fatal(err)
		}
		stored, err := s.Offsets(t.Context(), []event.Partition{childPartition})
		if err != nil {
			t.Fatal(err)
		}
		if n := stored[childPartition].Next; n%childBatch != 0 {
			t.Errorf("got %d offsets, want a multiple of %d", n, childBatch)
		}
	}
	// An append of the dead may still be running in its server process; this
	// one waits behind it.
	mustAppendSoon(t, s, newBatch(orders, next, next+1))
	wantNumber(t, conn, 0, `SELECT o.next_offset - (SELECT count(*) FROM event_bus_events e WHERE e.topic = o.topic) FROM event_bus_offsets o WHERE topic = $1`,
		childPartition.Topic)
	checkWhole(t, conn)
}

func TestAServerThatIsAwayIsUnavailableUntilItIsBack(t *testing.T) {
	server := testenv.Postgres(t)
	s := openStore(t, Config{URL: server.URL()})
	mustAppend(t, s, newBatch(orders, 0, 5))
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	b := newBatch(orders, 5, 10)
	for range 3 {
		if _, err := s.Append(t.Context(), b); !errors.Is(err, event.ErrUnavailable) {
			t.Fatalf("append without a server: got %v, want ErrUnavailable", err)
		}
	}
	if _, err := s.Head(t.Context()); !errors.Is(err, event.ErrUnavailable) {
		t.Errorf("head without a server: got %v, want ErrUnavailable", err)
	}
	if _, err := Open(t.Context(), Config{URL: server.URL()}); !errors.Is(err, event.ErrUnavailable) {
		t.Errorf("open without a server: got %v, want ErrUnavailable", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		a, err := s.Append(t.Context(), b)
		if err == nil {
			if a.First != 6 || a.Last != 10 {
				t.Errorf("got %d … %d, want 6 … 10", a.First, a.Last)
			}
			break
		}
		if !errors.Is(err, event.ErrUnavailable) {
			t.Fatalf("append to a server that starts: got %v, want ErrUnavailable", err)
		}
	}
	checkWhole(t, connect(t, server.URL()))
}

func TestAReadOnlyServerIsUnavailable(t *testing.T) {
	url := testenv.Database(t)
	s, conn := openStore(t, Config{URL: url}), connect(t, url)
	execute(t, conn, fmt.Sprintf(`ALTER DATABASE %s SET default_transaction_read_only = on`, conn.Config().Database))
	s.write.Reset() // as a failover does to every conn
	if _, err := s.Append(t.Context(), newBatch(orders, 0, 1)); !errors.Is(err, event.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestACancelledAppendSaysThatItWasCancelled(t *testing.T) {
	s := openStore(t, Config{URL: testenv.Database(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Append(ctx, newBatch(orders, 0, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
