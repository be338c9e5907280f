package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Conns of which some read nothing for a while are written to in turns as long
// as they take what there is, and else by themselves: each gets all of it, in
// order, and the pongs that it asked for. One reads all the time, and sets the
// pace.
func TestConnsThatReadAtAnyPaceGetEverythingOnceOverSockets(t *testing.T) {
	const conns, size = 60, 1000
	overSockets(t, StreamConfig{Messages: 1000}, func(b *streamBench) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		published := make([]chan struct{}, batches)
		for i := range published {
			published[i] = make(chan struct{})
		}
		var joined sync.WaitGroup
		ready := make(chan struct{}, conns)
		for i := range conns {
			r := &tallyReader{ws: b.dial("from=now")}
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			joined.Go(func() {
				until(t, r.ws, "caught_up")
				ready <- struct{}{}
				if err := r.dawdle(ctx, rng, published); err != nil {
					t.Errorf("conn %d: %v", i, err)
				}
			})
		}
		prompt := &tallyReader{ws: b.dial("from=now")}
		until(t, prompt.ws, "caught_up")
		for range conns {
			<-ready
		}
		for i := range published {
			b.store(perBatch, size)
			close(published[i])
			for prompt.at < event.Position((i+1)*perBatch) {
				if err := prompt.read(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		joined.Wait()
	})
}

const batches, perBatch = 100, 10

// tallyReader reads events, which have to come in order, and pongs.
type tallyReader struct {
	ws    *websocket.Conn
	at    event.Position
	pongs int
}

func (r *tallyReader) read(ctx context.Context) error {
	_, data, err := r.ws.Read(ctx)
	if err != nil {
		return fmt.Errorf("at %d: %w", r.at, err)
	}
	var m said
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	if m.Type == "pong" {
		r.pongs++
	}
	for _, e := range m.Events {
		if r.at++; e.Position != r.at {
			return fmt.Errorf("got event %d, want %d", e.Position, r.at)
		}
	}
	return nil
}

// dawdle reads everything, pings, and now and then reads nothing until some
// batches more have been published.
func (r *tallyReader) dawdle(ctx context.Context, rng *rand.Rand, published []chan struct{}) error {
	const through = batches * perBatch
	for pings := 0; r.at < through || r.pongs < pings; {
		if rng.IntN(10) == 0 {
			<-published[min(batches-1, int(r.at)/perBatch+rng.IntN(50))]
		}
		if r.at < through && rng.IntN(10) == 0 {
			pings++
			if err := r.ws.Write(ctx, websocket.MessageText, []byte(`{"type":"ping"}`)); err != nil {
				return fmt.Errorf("at %d: %w", r.at, err)
			}
		}
		if err := r.read(ctx); err != nil {
			return err
		}
	}
	return nil
}

// A peer that reads nothing holds a goroutine of its own, and nobody else's
// turn; when it reads again its conn has turns again.
func TestAPeerThatReadsNothingTakesNobodysTurn(t *testing.T) {
	overSockets(t, StreamConfig{}, func(b *streamBench) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		through := func(r *tallyReader, p event.Position) {
			for r.at < p {
				if err := r.read(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		ready := func() *tallyReader {
			r := &tallyReader{ws: b.dial("from=now")}
			until(t, r.ws, "caught_up")
			return r
		}
		stuck := make([]*tallyReader, 2*b.streams.turns.most)
		for i := range stuck {
			stuck[i] = ready()
		}
		quick := ready()
		const events, size = 200, 30_000 // more than the buffers of a socket hold
		for p := range event.Position(events) {
			b.store(1, size)
			through(quick, p+1)
		}
		for _, r := range stuck {
			through(r, events)
		}
		b.store(1, 10)
		for _, r := range stuck {
			through(r, events+1)
		}
	})
}

func TestTryWritesWhatTheSocketTakesAndDoesNotWait(t *testing.T) {
	overSockets(t, StreamConfig{}, func(b *streamBench) {
		unread, err := b.wire.dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		o := newOutlet(unread, time.Minute, func() {})
		if err := o.SetWriteDeadline(time.Now().Add(-time.Second)); err != nil { // that of a write long ago
			t.Fatal(err)
		}
		const most = 1000 << 20
		sent, took := 0, 1
		for took > 0 && sent < most {
			if took, err = o.try(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
			sent += took
		}
		if sent == 0 || sent >= most || o.written.Load() != int64(sent) {
			t.Errorf("got %d bytes taken, and %d counted; want some, not all, and counted", sent, o.written.Load())
		}
		if err := unread.Close(); err != nil {
			t.Fatal(err)
		}
		if n, err := o.try([]byte("x")); n != 0 || err == nil {
			t.Errorf("on a closed conn: got %d and %v, want an error", n, err)
		}
	})
}
