package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/omninode-ai/eventfeed/internal/auth"
)

var tokenConfig = auth.Config{Secrets: []string{strings.Repeat("s", auth.MinSecretBytes)}}

func verifier(tb testing.TB) *auth.Tokens {
	tb.Helper()
	a, err := auth.New(tokenConfig)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// ann is a principal whose token expires after a while.
func ann(after time.Duration) auth.Principal {
	return auth.Principal{Subject: "ann", Tenants: []string{"acme", "beta"}, Expires: time.Now().Add(after)}
}

func tokenFor(tb testing.TB, p auth.Principal) string {
	tb.Helper()
	token, err := tokenConfig.Sign(p)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

// sayToken sends a token on a conn.
func sayToken(t *testing.T, ws *websocket.Conn, p auth.Principal) {
	t.Helper()
	say(t, ws, `{"type":"token","token":"%s"}`, tokenFor(t, p))
}

// within fails unless that long has passed of the bubble's clock since begun,
// to a second or so: tokens count whole seconds.
func within(t *testing.T, what string, begun time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(begun); got < want-1100*time.Millisecond || got > want+100*time.Millisecond {
		t.Errorf("%s after %v, want %v", what, got, want)
	}
}

// endOf reads until the conn is closed.
func endOf(t *testing.T, ws *websocket.Conn) websocket.CloseError {
	t.Helper()
	for {
		if _, _, err := ws.Read(context.Background()); err != nil {
			var end websocket.CloseError
			if end.Code = websocket.CloseStatus(err); end.Code > 0 {
				end.Reason = err.Error()
			}
			return end
		}
	}
}

func TestAConnIsWarnedAndThenEndsWithItsToken(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		ws := b.dialAs("from=now", ann(5*time.Minute))
		begun := time.Now()
		m := until(t, ws, "token_expires")
		if within(t, "warned", begun, 4*time.Minute); m.In < 59_000 || m.In > 60_000 {
			t.Errorf("got in_ms %d, want a minute", m.In)
		}
		if end := endOf(t, ws); end.Code != closeTokenExpired || !strings.Contains(end.Reason, "expired") {
			t.Errorf("got %+v, want 4102", end)
		}
		within(t, "closed", begun, 5*time.Minute+auth.Skew)
	})
}

func TestAShortTokenIsWarnedOfAtOnce(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		begun := time.Now()
		ws := b.dialAs("", ann(-20*time.Second)) // within the skew
		until(t, ws, "hello")
		if m := until(t, ws, "token_expires"); m.In != 0 {
			t.Errorf("got in_ms %d, want 0", m.In)
		}
		if end := endOf(t, ws); end.Code != closeTokenExpired {
			t.Errorf("got %+v, want 4102", end)
		}
		within(t, "closed", begun, 10*time.Second)
	})
}

func TestANewTokenKeepsTheConn(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		ws := b.dialAs("from=now", ann(2*time.Minute))
		begun := time.Now()
		until(t, ws, "token_expires")
		renewed := ann(9 * time.Minute)
		renewed.Tenants = []string{"beta", "acme", "beta"} // the same ones
		sayToken(t, ws, renewed)
		until(t, ws, "token_expires")
		within(t, "warned again", begun, 9*time.Minute)
		b.store(1, 10)
		if m := until(t, ws, "events"); len(m.Events) != 1 {
			t.Errorf("got %d events, want 1", len(m.Events))
		}
		sayToken(t, ws, ann(2*time.Minute)) // a shorter one is taken at its word
		if end := endOf(t, ws); end.Code != closeTokenExpired {
			t.Errorf("got %+v, want 4102", end)
		}
		within(t, "closed", begun, 11*time.Minute+auth.Skew)
	})
}

func TestShortTokensAreNotRenewedWithoutAPause(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		ws := b.dialAs("from=now", ann(30*time.Second))
		until(t, ws, "token_expires") // at once
		for _, c := range []struct{ valid, pause time.Duration }{
			{90 * time.Second, 45 * time.Second}, {40 * time.Second, 20 * time.Second}, {4 * time.Second, warnAgain}, {-10 * time.Second, warnAgain},
		} {
			begun := time.Now()
			sayToken(t, ws, ann(c.valid))
			until(t, ws, "token_expires")
			within(t, "warned", begun, c.pause)
		}
	})
}

func TestATokenThatIsNotValidLeavesTheConnAsItIs(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		begun := time.Now()
		ws := b.dialAs("", ann(2*time.Minute))
		forged, err := auth.Config{Secrets: []string{strings.Repeat("x", 32)}}.Sign(ann(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ token, code string }{
			{`"` + forged + `"`, "bad_token"}, {`"` + tokenFor(t, ann(-time.Hour)) + `"`, "bad_token"}, {`"hunter2"`, "bad_token"},
			{`""`, "bad_message"}, {`null`, "bad_message"}, {`7`, "bad_message"},
		} {
			say(t, ws, `{"type":"token","token":%s}`, c.token)
			if m := until(t, ws, "error"); m.Code != c.code || strings.Contains(m.Message, strings.Trim(c.token, `"`)) && c.code == "bad_token" {
				t.Errorf("%.20s: got %+v, want %s without the token", c.token, m, c.code)
			}
		}
		if end := endOf(t, ws); end.Code != closeTokenExpired {
			t.Errorf("got %+v, want 4102", end)
		}
		within(t, "closed", begun, 2*time.Minute+auth.Skew)
	})
}

func TestATokenOfSomebodyElseEndsTheConn(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*auth.Principal)
		want   websocket.StatusCode
	}{
		"another subject": {func(p *auth.Principal) { p.Subject = "bob" }, closeForbidden},
		"fewer tenants":   {func(p *auth.Principal) { p.Tenants = p.Tenants[:1] }, closeTokenExpired},
		"more tenants":    {func(p *auth.Principal) { p.Tenants = append(p.Tenants, "gamma") }, closeTokenExpired},
		"all tenants":     {func(p *auth.Principal) { p.Tenants = []string{"*"} }, closeTokenExpired},
		"an admin":        {func(p *auth.Principal) { p.Admin = true }, closeTokenExpired},
	} {
		inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
			ws := b.dialAs("from=now", ann(time.Hour))
			until(t, ws, "caught_up")
			other := ann(2 * time.Hour)
			c.change(&other)
			sayToken(t, ws, other)
			if end := endOf(t, ws); end.Code != c.want {
				t.Errorf("%s: got %+v, want %d", name, end, c.want)
			}
		})
	}
}

// flaky cannot verify tokens that come on conns.
type flaky struct{ auth.Authenticator }

func (flaky) Verify(context.Context, string) (auth.Principal, error) {
	return auth.Principal{}, auth.ErrIssuerAway
}

func TestATokenThatCannotBeCheckedNowIsNoFault(t *testing.T) {
	inBubbleOf(t, flaky{verifier(t)}, StreamConfig{Faults: 1}, func(b *streamBench) {
		ws := b.dialAs("", ann(time.Hour))
		for range 5 {
			sayToken(t, ws, ann(2*time.Hour))
			if m := until(t, ws, "error"); m.Code != "unavailable" {
				t.Errorf("got %+v, want unavailable", m)
			}
		}
		say(t, ws, `{"type":"ping"}`)
		until(t, ws, "pong")
	})
}

func TestAPeerThatDoesNotReadGetsNothingAfterItsToken(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		ws := b.dialAs("from=now", ann(time.Minute))
		until(t, ws, "caught_up")
		b.store(20, 2000) // the writer is stuck in a frame
		for range 20 {    // a peer that pings is not stalled
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			_ = ws.Ping(ctx) // nobody reads the pong
			cancel()
			time.Sleep(5 * time.Second)
		}
		if n := b.hub.Status().Conns; n != 0 {
			t.Errorf("got %d conns 10 s after the end of the token, want 0", n)
		}
	})
}

func TestAConnThatIsNeverIdleEndsWithItsToken(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		begun := time.Now()
		ws := b.dialAs("from=now", ann(10*time.Second))
		ended := make(chan websocket.CloseError, 1)
		go func() { ended <- endOf(t, ws) }()
		for {
			b.store(50, 100)
			select {
			case end := <-ended:
				if end.Code != closeTokenExpired {
					t.Errorf("got %+v, want 4102", end)
				}
				within(t, "closed", begun, 10*time.Second+auth.Skew)
				return
			case <-time.After(5 * time.Millisecond):
			}
			if time.Since(begun) > time.Minute {
				t.Fatal("still open")
			}
		}
	})
}

func TestAnEventStreamEndsWithItsToken(t *testing.T) {
	inBubbleOf(t, verifier(t), StreamConfig{}, func(b *streamBench) {
		token := tokenFor(t, ann(2*time.Minute))
		begun := time.Now()
		l := b.listenWith("", http.Header{"Accept": {eventStream}, "Authorization": {"Bearer " + token}})
		if m := l.until("token_expires"); m.In < 59_000 || m.In > 60_000 {
			t.Errorf("got in_ms %d, want a minute", m.In)
		}
		within(t, "warned", begun, time.Minute)
		for err := error(nil); err == nil; {
			_, err = l.next()
		}
		within(t, "closed", begun, 2*time.Minute+auth.Skew)
	})
}

func TestWithoutAuthenticationATokenChangesNothing(t *testing.T) {
	inBubble(t, StreamConfig{}, func(b *streamBench) {
		ws := b.dial("from=now")
		say(t, ws, `{"type":"token","token":"x"}`)
		for begun := time.Now(); time.Since(begun) < 5*time.Minute; {
			until(t, ws, "progress")
		}
		say(t, ws, `{"type":"ping"}`)
		until(t, ws, "pong")
	})
}
