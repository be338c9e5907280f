package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// keyPair signs tokens and shows its public half.
type keyPair struct {
	kid     string
	method  jwt.SigningMethod
	private crypto.Signer
}

func newPair(tb testing.TB, kid string) keyPair {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return keyPair{kid, jwt.SigningMethodES256, private}
}

func (k keyPair) token(tb testing.TB) string {
	tb.Helper()
	t := jwt.NewWithClaims(k.method, good(nil))
	if k.kid != "" {
		t.Header["kid"] = k.kid
	}
	text, err := t.SignedString(k.private)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func (k keyPair) jwk(tb testing.TB, use jwkset.USE) string {
	tb.Helper()
	j, err := jwkset.NewJWKFromKey(k.private.Public(), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: k.kid, USE: use}})
	if err != nil {
		tb.Fatal(err)
	}
	b, err := json.Marshal(j.Marshal())
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func keySet(jwks ...string) string { return `{"keys":[` + strings.Join(jwks, ",") + `]}` }

// published is an issuer's server, whose answer changes.
type published struct {
	url     string
	answer  atomic.Pointer[http.HandlerFunc]
	fetches chan struct{} // one for each answer that was given
	count   atomic.Int64
}

func publish(tb testing.TB, body string) *published {
	p := &published{fetches: make(chan struct{}, 1000)}
	p.say(body)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*p.answer.Load())(w, r)
		p.count.Add(1)
		p.fetches <- struct{}{}
	}))
	tb.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *published) do(h http.HandlerFunc) { p.answer.Store(&h) }
func (p *published) say(body string) {
	p.do(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
}

// quick is a pace for tests: fetches happen because a token wants them.
var quick = pace{every: time.Hour, retry: time.Hour, spacing: 0, timeout: 5 * time.Second, wait: 5 * time.Second}

// runIssuer runs tokens of an issuer at a pace until the test ends.
func runIssuer(tb testing.TB, url string, p pace) *Tokens {
	tb.Helper()
	tokens := newTokens(tb, Config{JWKSURL: url, Logger: slog.New(slog.NewTextHandler(tb.Output(), nil))})
	tokens.keys.(*issuer).pace = p
	ctx, cancel := context.WithCancel(context.Background())
	var joined sync.WaitGroup
	joined.Go(func() { _ = tokens.Run(ctx) })
	tb.Cleanup(func() {
		cancel()
		joined.Wait()
	})
	return tokens
}

func verified(tb testing.TB, name string, tokens *Tokens, token string) {
	tb.Helper()
	if who, err := tokens.Verify(tb.Context(), token); err != nil || who.Subject != "ann" {
		tb.Errorf("%s: got %+v, %v, want ann", name, who, err)
	}
}

func TestTokensOfAnIssuerAreVerifiedWithEveryKindOfKey(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pairs := []keyPair{newPair(t, "ec"), {"rsa", jwt.SigningMethodRS256, rsaKey}, {"ed", jwt.SigningMethodEdDSA, edKey}}
	var set []string
	for _, p := range pairs {
		set = append(set, p.jwk(t, jwkset.UseSig))
	}
	tokens := runIssuer(t, publish(t, keySet(set...)).url, quick)
	for _, p := range pairs {
		verified(t, p.kid, tokens, p.token(t))
		p.kid = ""
		verified(t, "without a kid", tokens, p.token(t))
	}
	pairs[1].method = jwt.SigningMethodPS256
	verified(t, "PS256", tokens, pairs[1].token(t))
	wrong := keyPair{"ec", jwt.SigningMethodES256, newPair(t, "").private}
	_, err = tokens.Verify(t.Context(), wrong.token(t))
	refused(t, "another key of the same name", wrong.token(t), err, "not signed")
}

// The classic confusion: a public key's bytes as the secret of HS256.
func TestAPublicKeyIsNoSecret(t *testing.T) {
	pair := newPair(t, "k")
	der, err := x509.MarshalPKIXPublicKey(pair.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	jwk := pair.jwk(t, jwkset.UseSig)
	secretJWK := `{"kty":"oct","kid":"shared","k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"}`
	tokens := runIssuer(t, publish(t, keySet(jwk, secretJWK)).url, quick)
	verified(t, "the real one", tokens, pair.token(t))
	for name, key := range map[string][]byte{
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "JWK": []byte(jwk), "nothing": {}, "a secret in the set": []byte(secret),
	} {
		for _, kid := range []any{"k", "shared", nil, 5} {
			claim := jwt.NewWithClaims(jwt.SigningMethodHS256, good(nil))
			if kid != nil {
				claim.Header["kid"] = kid
			}
			token, err := claim.SignedString(key)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tokens.Verify(t.Context(), token)
			refused(t, name, token, err, "")
		}
	}
	none := jwt.NewWithClaims(jwt.SigningMethodNone, good(nil))
	none.Header["kid"] = "k"
	token, err := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tokens.Verify(t.Context(), token)
	refused(t, "alg none", token, err, "")
}

func TestAKeyIsRotatedWithoutWaiting(t *testing.T) {
	before, after := newPair(t, "1"), newPair(t, "2")
	issuer := publish(t, keySet(before.jwk(t, "")))
	tokens := runIssuer(t, issuer.url, quick)
	verified(t, "before", tokens, before.token(t))
	issuer.say(keySet(before.jwk(t, ""), after.jwk(t, "")))
	verified(t, "the new key", tokens, after.token(t))
	verified(t, "the old key", tokens, before.token(t))
	issuer.say(keySet(after.jwk(t, "")))
	unknown := newPair(t, "3").token(t)
	if _, err := tokens.Verify(t.Context(), unknown); err == nil {
		t.Error("a key that nobody published is taken")
	}
	_, err := tokens.Verify(t.Context(), before.token(t))
	refused(t, "the old key, taken back", before.token(t), err, "")
}

func TestAKeyThatIsTakenBackIsForgottenInTime(t *testing.T) {
	before, after := newPair(t, "1"), newPair(t, "2")
	issuer := publish(t, keySet(before.jwk(t, "")))
	p := quick
	p.every, p.spacing = 20*time.Millisecond, time.Hour // the look alone does it, not a token
	tokens := runIssuer(t, issuer.url, p)
	verified(t, "before", tokens, before.token(t))
	issuer.say(keySet(after.jwk(t, "")))
	deadline := time.After(10 * time.Second)
	for {
		if _, err := tokens.Verify(t.Context(), before.token(t)); err != nil {
			return
		}
		select {
		case <-issuer.fetches:
		case <-deadline:
			t.Fatal("still taken after 10 s")
		}
	}
}

// awful are answers that must not take the keys away.
func awful(size int) map[string]http.HandlerFunc {
	say := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
	}
	return map[string]http.HandlerFunc{
		"500":          func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusInternalServerError) },
		"204":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"cut off":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a circle":     func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) },
		"HTML":         say("<!doctype html><title>Down for maintenance</title>"),
		"nothing":      say(""),
		"no keys":      say(`{"keys":[]}`),
		"another JSON": say(`{"error":"try again"}`),
		"a list":       say(`[]`),
		"broken keys":  say(`{"keys":[{"kty":"RSA","n":"!!","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},7,null,{}]}`),
		"secrets":      say(`{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`),
		"weak RSA":     say(`{"keys":[{"kty":"RSA","n":"` + strings.Repeat("_", 170) + `","e":"AQAB"}]}`),
		"huge":         say(`{"keys":[], "x":"` + strings.Repeat("x", size) + `"}`),
	}
}

func TestAnOutageOfTheIssuerIsSurvived(t *testing.T) {
	pair := newPair(t, "1")
	set := keySet(pair.jwk(t, ""))
	issuer := publish(t, set)
	tokens := runIssuer(t, issuer.url, quick)
	verified(t, "before", tokens, pair.token(t))
	unknown := newPair(t, "2")
	for name, answer := range awful(2 * maxKeysBytes) {
		issuer.do(answer)
		// What is not known may have been published: nobody can tell now.
		if _, err := tokens.Verify(t.Context(), unknown.token(t)); !errors.Is(err, ErrIssuerAway) {
			t.Errorf("%s, an unknown key: got %v, want ErrIssuerAway", name, err)
		}
		verified(t, name, tokens, pair.token(t))
	}
	issuer.say(set)
	_, err := tokens.Verify(t.Context(), unknown.token(t))
	refused(t, "afterwards, an unknown key", unknown.token(t), err, "not signed")
}

func TestAnIssuerThatIsAwayAtTheStartIsWaitedFor(t *testing.T) {
	pair := newPair(t, "1")
	issuer := publish(t, "")
	p := quick
	p.every, p.retry, p.spacing = 20*time.Millisecond, 10*time.Millisecond, time.Hour
	tokens := runIssuer(t, issuer.url, p)
	for range 3 {
		<-issuer.fetches
	}
	if _, err := tokens.Verify(t.Context(), pair.token(t)); !errors.Is(err, ErrIssuerAway) {
		t.Errorf("got %v, want ErrIssuerAway", err)
	}
	issuer.say(keySet(pair.jwk(t, "")))
	deadline := time.After(10 * time.Second)
	for {
		_, err := tokens.Verify(t.Context(), pair.token(t))
		if err == nil {
			return
		}
		select {
		case <-issuer.fetches:
		case <-deadline:
			t.Fatal("still refused after 10 s: ", err)
		}
	}
}

func TestNobodyListensAtTheStart(t *testing.T) {
	pair := newPair(t, "")
	tokens := runIssuer(t, "http://127.0.0.1:1/keys", quick)
	for range 2 {
		if _, err := tokens.Verify(t.Context(), pair.token(t)); !errors.Is(err, ErrIssuerAway) {
			t.Errorf("got %v, want ErrIssuerAway", err)
		}
	}
}

func TestASlowIssuerKeepsNobodyForLong(t *testing.T) {
	pair := newPair(t, "1")
	issuer := publish(t, keySet(pair.jwk(t, "")))
	p := quick
	p.wait, p.timeout = 50*time.Millisecond, 200*time.Millisecond
	tokens := runIssuer(t, issuer.url, p)
	<-issuer.fetches
	verified(t, "before", tokens, pair.token(t))
	drip := make(chan struct{})
	issuer.do(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil { // a byte now and then
			fmt.Fprint(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-drip:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	defer close(drip)
	begun := time.Now()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := tokens.Verify(t.Context(), newPair(t, "2").token(t)); !errors.Is(err, ErrIssuerAway) {
				t.Errorf("got %v, want ErrIssuerAway", err)
			}
			verified(t, "meanwhile", tokens, pair.token(t))
		})
	}
	all.Wait()
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("took %v, want about 50 ms each, at once", took)
	}
	<-issuer.fetches // the fetch was given up
}

func TestMadeUpKeysDoNotHammerTheIssuer(t *testing.T) {
	pair := newPair(t, "1")
	issuer := publish(t, keySet(pair.jwk(t, "")))
	p := quick
	p.spacing = time.Hour
	tokens := runIssuer(t, issuer.url, p)
	<-issuer.fetches
	verified(t, "before", tokens, pair.token(t))
	var all sync.WaitGroup
	for n := range 200 {
		all.Go(func() {
			made := pair
			made.kid = fmt.Sprint("made up ", n)
			token := made.token(t)
			_, err := tokens.Verify(t.Context(), token)
			refused(t, made.kid, token, err, "not signed")
		})
	}
	all.Wait()
	if n := issuer.count.Load(); n != 1 {
		t.Errorf("got %d fetches, want the first alone", n)
	}
}

func TestUnusableKeysBesideGoodOnesAreLeftOut(t *testing.T) {
	pair, encryption := newPair(t, "1"), newPair(t, "2")
	tokens := runIssuer(t, publish(t, keySet(`{"kty":"new"}`, `7`, encryption.jwk(t, jwkset.UseEnc), pair.jwk(t, ""))).url, quick)
	verified(t, "the good one", tokens, pair.token(t))
	_, err := tokens.Verify(t.Context(), encryption.token(t))
	refused(t, "a key that encrypts", encryption.token(t), err, "not signed")
}

func TestARedirectDoesNotLeadAwayFromHTTPS(t *testing.T) {
	at := func(url string) *http.Request { return httptest.NewRequest("GET", url, nil) }
	if err := secure(at("http://b/"), []*http.Request{at("https://a/")}); err == nil {
		t.Error("from https to http: allowed")
	}
	if err := errors.Join(secure(at("https://b/"), []*http.Request{at("https://a/")}), secure(at("http://b/"), []*http.Request{at("http://a/")})); err != nil {
		t.Error(err)
	}
}

func FuzzAnIssuersAnswerIsAnErrorOrKeys(f *testing.F) {
	f.Add([]byte(keySet(newPair(f, "1").jwk(f, jwkset.UseSig))))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if keys, err := parseKeys(body); (err == nil) != (len(keys) > 0) {
			t.Errorf("got %d keys and %v", len(keys), err)
		}
	})
}
