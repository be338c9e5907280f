package relay

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/hub/relay/wire"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// soon is more than it takes to connect again, on a machine that is busy.
const soon = 15 * time.Second

func TestWhatOneReplicaStoresReachesTheOthersAndNotItself(t *testing.T) {
	redis := testenv.Redis(t)
	a, b, c := join(t, redis.URL, "a"), join(t, redis.URL, "b"), join(t, redis.URL, "c")
	for _, p := range []*peer{a, b, c} {
		p.works(true, soon)
	}
	want := batch(1, 3000) // several messages
	a.Send(want)
	b.gets(1, 3000)
	c.gets(1, 3000)
	var got []*event.Event
	for _, piece := range b.got {
		got = append(got, piece.Events...)
	}
	for i, e := range want.Events {
		if i >= len(got) || string(got[i].AppendJSON(nil)) != string(e.AppendJSON(nil)) {
			t.Fatalf("event %d of %d is not as it was sent", i, len(got))
		}
	}
	if len(a.got) > 0 || len(b.got) < 3 {
		t.Errorf("got %d messages of its own, want none; the other got %d, want several", len(a.got), len(b.got))
	}

	previews := batch(1, 2).Events
	previews[0].Position, previews[1].Position = 0, 0
	b.SendPreview(previews)
	await(t, soon, func() error {
		a.mu.Lock()
		defer a.mu.Unlock()
		if len(a.previews) != 2 || a.previews[0].Position != 0 || a.previews[1].Offset != 1 || a.heard != 41 {
			return fmt.Errorf("got previews %v and heard of %d, want 2 and 41", a.previews, a.heard)
		}
		return nil
	})
	await(t, soon, func() error { // who was there first is known by its next sign of life
		s := a.Status()
		if len(s.Siblings) != 2 || s.Siblings[0].Replica != "b" || s.Siblings[1].Position != 41 || s.Dropped != 0 || s.Garbage != 0 {
			return fmt.Errorf("got %+v, want siblings b and c", s)
		}
		return nil
	})
}

func TestReplicasOfAnotherNumberingAreNotHeard(t *testing.T) {
	redis := testenv.Redis(t)
	a, b := join(t, redis.URL, "a"), join(t, redis.URL, "b")
	a.works(true, soon)
	b.works(true, soon)
	a.epoch.Store("e2")
	await(t, soon, func() error {
		if !strings.Contains(a.log.String(), "epoch=e2") {
			return fmt.Errorf("it has not moved on")
		}
		return nil
	})
	await(t, soon, func() error {
		dropped := a.Status().Dropped
		a.Send(batch(1, 1))
		if a.Status().Dropped > dropped {
			return fmt.Errorf("nothing can be sent yet")
		}
		return nil
	})
	b.epoch.Store("e2")
	await(t, soon, func() error { // what was sent before is not believed, what is sent now is
		a.Send(batch(7, 1))
		if missing := b.missing(7, 7); len(missing) > 0 {
			return fmt.Errorf("missing %v", missing)
		}
		return nil
	})
	if got := b.missing(1, 1); len(got) != 1 {
		t.Errorf("got an event of another numbering")
	}
}

func TestRedisMayBeAbsentAtTheStartAndRestarted(t *testing.T) {
	redis := testenv.Redis(t)
	redis.Kill()
	a, b := join(t, redis.URL, "a"), join(t, redis.URL, "b")
	await(t, soon, func() error {
		if s := a.Status(); s.Working || !strings.Contains(s.Reason, "refused") {
			return fmt.Errorf("got %+v, want away because it was refused", s)
		}
		return nil
	})
	a.Send(batch(1, 10))
	if got := a.Status().Dropped; got != 10 {
		t.Errorf("got %d events dropped while Redis is away, want 10", got)
	}
	for n := range event.Position(3) {
		redis.Start()
		a.works(true, soon)
		b.works(true, soon)
		at := 100 * (n + 1)
		a.Send(batch(at, 20))
		b.gets(at, at+19)
		redis.Kill()
		a.works(false, soon)
		b.works(false, soon)
	}
	want := []bool{false, true, false, true, false, true, false}
	if diff := cmp.Diff(want, a.told()); diff != "" {
		t.Errorf("what the hub was told (-want +got):\n%s", diff)
	}
	if n := strings.Count(a.log.String(), "\n"); n > 10 {
		t.Errorf("got %d lines of log, want one a change:\n%s", n, a.log)
	}
}

func TestARedisThatHangsIsNoticedAndSendingNeverWaits(t *testing.T) {
	redis := testenv.Redis(t)
	a, b := join(t, redis.URL, "a"), join(t, redis.URL, "b")
	a.works(true, soon)
	b.works(true, soon)
	redis.Signal(syscall.SIGSTOP)
	begun, slowest := time.Now(), time.Duration(0)
	for n := event.Position(1); time.Since(begun) < 10*time.Second; n += 500 {
		before := time.Now()
		a.Send(batch(n, 500))
		slowest = max(slowest, time.Since(before))
		if time.Since(begun) > 2*patience && a.Status().Working {
			t.Fatalf("not noticed after %v", time.Since(begun))
		}
		a.out.mu.Lock()
		if a.out.bytes > queueBytes {
			t.Fatalf("%d bytes are queued, want at most %d", a.out.bytes, queueBytes)
		}
		a.out.mu.Unlock()
		<-time.After(20 * time.Millisecond)
	}
	t.Logf("the slowest Send took %v", slowest)
	if slowest > time.Second { // nothing waits for Redis, which hangs for ten
		t.Errorf("a Send took %v", slowest)
	}
	redis.Signal(syscall.SIGCONT)
	a.works(true, soon)
	b.works(true, soon)
	a.Send(batch(1_000_000, 10))
	b.gets(1_000_000, 1_000_009)
}

// As after a failover that one of two connections has noticed: we speak with
// one server and listen to another. Neither connection fails.
func TestAServerThatDoesNotGiveOurOwnMessagesBackIsLeft(t *testing.T) {
	first, second := testenv.Redis(t), testenv.Redis(t)
	proxy := startProxy(t, first.Addr)
	a := join(t, "redis://"+proxy.addr, "a")
	a.works(true, soon)
	join(t, first.URL, "c") // which is heard all the time
	proxy.server.Store(second.Addr)
	first.Do("CLIENT", "KILL", "TYPE", "normal")
	a.works(false, soon)
	a.works(true, soon)
	b := join(t, second.URL, "b")
	b.works(true, soon)
	a.Send(batch(1, 10))
	b.gets(1, 10)
	if !strings.Contains(a.log.String(), "own messages") {
		t.Errorf("the log does not say why")
	}
}

func TestGarbageOnTheChannelIsCountedAndDropped(t *testing.T) {
	redis := testenv.Redis(t)
	a, b := join(t, redis.URL, "a"), join(t, redis.URL, "b")
	a.works(true, soon)
	b.works(true, soon)
	channel := channelOf("e1")
	var whole []byte
	stored := batch(1, 50)
	_ = wire.NewWriter(wire.Sender{9}).Runs(1, stored.Events, func(m []byte, _ int) error {
		whole = append(whole, m...)
		return nil
	})
	other := append([]byte(nil), whole...)
	other[0]++
	for _, m := range []string{"", "hello", `{"position":1}`, strings.Repeat("x", 1<<20), string(whole[:len(whole)-1]), string(whole) + "x", string(other)} {
		redis.Do("PUBLISH", channel, m)
	}
	redis.Do("PUBLISH", channel, string(whole))
	b.gets(1, 50)
	a.Send(batch(51, 1))
	b.gets(51, 51)
	if s := b.Status(); s.Garbage != 7 || !s.Working {
		t.Errorf("got %+v, want 7 messages that could not be read", s)
	}
	if n := strings.Count(b.log.String(), "dropped a message"); n != 1 {
		t.Errorf("got %d lines about it, want one", n)
	}
}

// A subscriber that is too slow is cut off by Redis, which bounds what it keeps
// for it; the others do not notice.
func TestASlowSubscriberComesBackAndDoesNotSlowTheOthers(t *testing.T) {
	redis := testenv.Redis(t, "--client-output-buffer-limit", "pubsub 1mb 256kb 1")
	a, slow, quick := join(t, redis.URL, "a"), join(t, redis.URL, "slow"), join(t, redis.URL, "quick")
	for _, p := range []*peer{a, slow, quick} {
		p.works(true, soon)
	}
	slow.slow.Store(int64(time.Second))
	const batches, size = 150, 1000
	for n := range batches {
		a.Send(batch(event.Position(1+n*size), size))
		<-time.After(10 * time.Millisecond)
	}
	quick.gets(1, batches*size)
	slow.slow.Store(0)
	slow.works(true, 2*soon)
	await(t, soon, func() error { // it hears again; what it lost is in the store
		a.Send(batch(10_000_000, 1))
		if missing := slow.missing(10_000_000, 10_000_000); len(missing) > 0 {
			return fmt.Errorf("missing %v", missing)
		}
		return nil
	})
	if !quick.Status().Working || len(quick.told()) != 2 {
		t.Errorf("the quick one was told %v, want that it works once", quick.told())
	}
}

func TestWhatIsQueuedLeavesBeforeTheEnd(t *testing.T) {
	redis := testenv.Redis(t)
	b := join(t, redis.URL, "b")
	b.works(true, soon)
	t.Run("a", func(t *testing.T) {
		a := join(t, redis.URL, "a")
		a.works(true, soon)
		for n := range event.Position(50) {
			a.Send(batch(1+n*100, 100))
		}
	})
	b.gets(1, 5000)
}

func TestSentinelsSayWhereRedisIs(t *testing.T) {
	first := testenv.Redis(t)
	host, port, err := net.SplitHostPort(first.Addr)
	if err != nil {
		t.Fatal(err)
	}
	second := testenv.Redis(t, "--replicaof", host+" "+port)
	sentinel := testenv.Sentinel(t, "main", first)
	url := sentinel.URL + "?master_name=main"
	a, b := join(t, url, "a"), join(t, url, "b")
	a.works(true, soon)
	b.works(true, soon)
	a.Send(batch(1, 10))
	b.gets(1, 10)
	await(t, soon, func() error {
		if got := fmt.Sprint(sentinel.Do("SENTINEL", "REPLICAS", "main")); !strings.Contains(got, second.Addr) {
			return fmt.Errorf("the sentinel knows the replicas %s", got)
		}
		return nil
	})
	first.Signal(syscall.SIGSTOP)
	await(t, 4*soon, func() error {
		if role := fmt.Sprint(second.Do("ROLE")); !strings.Contains(role, "master") {
			return fmt.Errorf("the second is %s", role)
		}
		return nil
	})
	a.works(true, 2*soon)
	b.works(true, 2*soon)
	await(t, soon, func() error {
		a.Send(batch(100, 1))
		if missing := b.missing(100, 100); len(missing) > 0 {
			return fmt.Errorf("missing %v", missing)
		}
		return nil
	})
	first.Signal(syscall.SIGCONT)
}

func TestAURLThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	for _, url := range []string{
		"", "redis", "http://u:geheim@h", "redis://u:geheim@h:port/", "redis://u:geheim@h/x", "redis://u:geheim@h?nothing=1",
		"redis://:geheim@h?master_name=m&route_randomly=true", "redis://:geheim%zz@h", "redis://u:geheim@h?master_name=m&addr=x",
	} {
		if err := CheckURL(url); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %v, want an error without the password", url, err)
		}
	}
	for _, url := range []string{
		"redis://h", "redis://u:p@h:6379/3", "rediss://h", "unix:///run/redis.sock", "redis://h:26379?master_name=m&addr=i:26379&password=p",
	} {
		if err := CheckURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
