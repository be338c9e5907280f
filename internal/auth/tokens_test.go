package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var secret, other = strings.Repeat("s", 32), strings.Repeat("o", 40)

// good gives claims that are taken, with changes; a nil takes one away.
func good(changes map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{"sub": "ann", "tenants": []string{"acme"}, "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func signed(tb testing.TB, claims jwt.Claims, key string) string {
	tb.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

func newTokens(tb testing.TB, c Config) *Tokens {
	tb.Helper()
	t, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// refused fails unless the error is an *InvalidError whose text has a part of
// the reason, and no part of the token.
func refused(tb testing.TB, name, token string, err error, reason string) {
	tb.Helper()
	var invalid *InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Reason, reason) {
		tb.Errorf("%s: got %v, want it refused: %s", name, err, reason)
		return
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 5 && strings.Contains(err.Error(), part) {
			tb.Errorf("%s: the error has a part of the token: %v", name, err)
		}
	}
	if strings.ContainsAny(invalid.Reason, "\"\\\r\n") {
		tb.Errorf("%s: %q does not go into a header", name, invalid.Reason)
	}
}

func TestAGoodTokenGivesItsPrincipal(t *testing.T) {
	tokens := newTokens(t, Config{Secrets: []string{secret}})
	exp := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	for name, c := range map[string]struct {
		claims map[string]any
		want   Principal
	}{
		"plain":             {nil, Principal{Subject: "ann", Tenants: []string{"acme"}, Expires: exp}},
		"all and admin":     {map[string]any{"tenants": []string{"*"}, "admin": true}, Principal{"ann", []string{"*"}, true, exp}},
		"a list of one":     {map[string]any{"tenants": "acme"}, Principal{Subject: "ann", Tenants: []string{"acme"}, Expires: exp}},
		"no tenants":        {map[string]any{"tenants": nil, "admin": false}, Principal{Subject: "ann", Tenants: []string{}, Expires: exp}},
		"names are exact":   {map[string]any{"Admin": true, "TENANTS": []string{"*"}}, Principal{Subject: "ann", Tenants: []string{"acme"}, Expires: exp}},
		"more than we know": {map[string]any{"scope": "x", "iat": 1}, Principal{Subject: "ann", Tenants: []string{"acme"}, Expires: exp}},
	} {
		claims := good(c.claims)
		claims["exp"] = exp.Unix()
		got, err := tokens.Verify(t.Context(), signed(t, claims, secret))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestClaimsThatAreNotWhatTheyMustBeRefuseTheToken(t *testing.T) {
	tokens := newTokens(t, Config{Secrets: []string{secret}, Issuer: "https://issuer", Audience: "eventfeed"})
	many := make([]string, maxTenants+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	hour := func(n int) int64 { return time.Now().Add(time.Duration(n) * time.Hour).Unix() }
	for _, c := range []struct {
		name   string
		claims map[string]any
		reason string
	}{
		{"good", nil, ""},
		{"several audiences", map[string]any{"aud": []string{"x", "eventfeed"}}, ""},
		{"expired", map[string]any{"exp": hour(-1)}, "expired"},
		{"no exp", map[string]any{"exp": nil}, "lacks"},
		{"exp is a text", map[string]any{"exp": "tomorrow"}, "cannot be read"},
		{"exp is null", map[string]any{"exp": json.RawMessage("null")}, ""},
		{"exp without end", map[string]any{"exp": 1e300}, ""},
		{"exp after the year 9999", map[string]any{"exp": 1e12}, "exp"},
		{"not yet", map[string]any{"nbf": hour(1)}, "not valid yet"},
		{"another issuer", map[string]any{"iss": "https://other"}, "another issuer"},
		{"no issuer", map[string]any{"iss": nil}, "lacks"},
		{"another audience", map[string]any{"aud": "other"}, "another audience"},
		{"no audience", map[string]any{"aud": nil}, "lacks"},
		{"no sub", map[string]any{"sub": nil}, "sub"},
		{"sub is a number", map[string]any{"sub": 5}, "sub"},
		{"sub is empty", map[string]any{"sub": ""}, "sub"},
		{"sub is long", map[string]any{"sub": strings.Repeat("x", 1025)}, "sub"},
		{"admin is a text", map[string]any{"admin": "true"}, "admin"},
		{"admin is a number", map[string]any{"admin": 1}, "admin"},
		{"tenants is a number", map[string]any{"tenants": 7}, "tenants"},
		{"tenants is an object", map[string]any{"tenants": map[string]any{"acme": true}}, "tenants"},
		{"a tenant is a number", map[string]any{"tenants": []any{"acme", 7}}, "tenants"},
		{"a tenant is null", map[string]any{"tenants": []any{nil}}, "tenants"},
		{"a tenant is empty", map[string]any{"tenants": []string{""}}, "tenants"},
		{"a tenant with NUL", map[string]any{"tenants": []string{"a\x00b"}}, "tenants"},
		{"too many tenants", map[string]any{"tenants": many}, "tenants"},
	} {
		claims := good(map[string]any{"iss": "https://issuer", "aud": "eventfeed"})
		maps.Copy(claims, c.claims)
		maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
		token := signed(t, claims, secret)
		got, err := tokens.Verify(t.Context(), token)
		if c.reason == "" && c.claims["exp"] == nil {
			if err != nil {
				t.Errorf("%s: got %v, want it taken", c.name, err)
			}
			continue
		}
		if refused(t, c.name, token, err, c.reason); !reflect.DeepEqual(got, Principal{}) {
			t.Errorf("%s: got %+v with an error", c.name, got)
		}
	}
}

func TestTheTenantsMayBeInAnotherClaim(t *testing.T) {
	for _, c := range []struct {
		claim  string
		claims map[string]any
		want   []string
	}{
		{"orgs", map[string]any{"orgs": []string{"beta"}}, []string{"beta"}},
		{"resource.eventfeed.tenants", map[string]any{"resource": map[string]any{"eventfeed": map[string]any{"tenants": []string{"beta"}}}}, []string{"beta"}},
		{"https://example.com/tenants", map[string]any{"https://example.com/tenants": []string{"beta"}}, []string{"beta"}},
		{"https://example.com/x.y", map[string]any{"https://example.com/x": map[string]any{"y": "beta"}}, []string{"beta"}},
		{"a.b", map[string]any{"a.b": []string{"beta"}, "a": map[string]any{"b": []string{"*"}}}, []string{"beta"}},
		{"a.b", map[string]any{"a": "b"}, []string{}},
		{"a.b", map[string]any{"a": map[string]any{"c": "beta"}}, []string{}},
		{"orgs", nil, []string{}}, // tenants is then a claim like any other
	} {
		tokens := newTokens(t, Config{Secrets: []string{secret}, TenantsClaim: c.claim})
		got, err := tokens.Verify(t.Context(), signed(t, good(c.claims), secret))
		if err != nil || !reflect.DeepEqual(got.Tenants, c.want) {
			t.Errorf("%s of %v: got %v, %v, want %v", c.claim, c.claims, got.Tenants, err, c.want)
		}
	}
}

func TestASecretIsRotatedByHavingTwo(t *testing.T) {
	for _, c := range []struct {
		secrets  []string
		old, new bool
	}{{[]string{secret}, true, false}, {[]string{other, secret}, true, true}, {[]string{other}, false, true}} {
		tokens := newTokens(t, Config{Secrets: c.secrets})
		for key, want := range map[string]bool{secret: c.old, other: c.new} {
			if _, err := tokens.Verify(t.Context(), signed(t, good(nil), key)); (err == nil) != want {
				t.Errorf("%d secrets: got %v, want it taken: %v", len(c.secrets), err, want)
			}
		}
	}
}

func TestClocksMayBeApartAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := newTokens(t, Config{Secrets: []string{secret}})
		late := signed(t, good(map[string]any{"nbf": time.Now().Add(30 * time.Second).Unix()}), secret)
		if _, err := tokens.Verify(t.Context(), late); err != nil {
			t.Errorf("nbf in 30 s: got %v, want it taken", err)
		}
		token := signed(t, good(map[string]any{"exp": time.Now().Add(time.Minute).Unix()}), secret)
		time.Sleep(90*time.Second - time.Millisecond) // of the bubble's clock
		who, err := tokens.Verify(t.Context(), token)
		if err != nil {
			t.Errorf("just before 30 s after exp: got %v, want it taken", err)
		}
		time.Sleep(time.Millisecond)
		if _, err := tokens.Verify(t.Context(), token); err == nil {
			t.Error("30 s after exp: it is taken, want it refused")
		}
		if !who.Ends().Equal(time.Now()) {
			t.Errorf("it ends at %v, want %v: when it is refused", who.Ends(), time.Now())
		}
	})
}

func TestWhatIsNoTokenOfOursIsRefused(t *testing.T) {
	tokens := newTokens(t, Config{Secrets: []string{secret}})
	whole := signed(t, good(nil), secret)
	parts := strings.Split(whole, ".")
	with := func(header string) string {
		signing := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1]
		sum, err := jwt.SigningMethodHS256.Sign(signing, []byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		return signing + "." + base64.RawURLEncoding.EncodeToString(sum)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, good(nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"another secret": signed(t, good(nil), other), "alg none": none, "alg NONE": with(`{"alg":"NONE"}`), "alg HS512": with(`{"alg":"HS512"}`),
		"alg RS256": with(`{"alg":"RS256"}`), "no alg": with(`{}`), "alg is a number": with(`{"alg":5}`), "critical": with(`{"alg":"HS256","crit":["exp"]}`),
		"no signature": parts[0] + "." + parts[1] + ".", "two parts": parts[0] + "." + parts[1], "nothing": "", "dots": "..", "no JWT": "hunter2-hunter2",
		"long": whole + strings.Repeat("x", maxTokenBytes), "padded": whole + "=", "claims are a list": parts[0] + ".W10." + parts[2],
	} {
		_, err := tokens.Verify(t.Context(), token)
		refused(t, name, token, err, "")
	}
	if _, err := tokens.Verify(t.Context(), with(`{"alg":"HS256"}`)); err != nil {
		t.Errorf("the same with a good header: got %v, want it taken", err)
	}
}

func TestATokenComesInOneOfTwoWays(t *testing.T) {
	tokens := newTokens(t, Config{Secrets: []string{secret}})
	token := signed(t, good(nil), secret)
	encoded := BearerProtocol + base64.RawURLEncoding.EncodeToString([]byte(token))
	for _, c := range []struct {
		name   string
		header http.Header
		ok     bool
	}{
		{"header", http.Header{"Authorization": {"Bearer " + token}}, true},
		{"any case", http.Header{"Authorization": {"bEARER  " + token}}, true},
		{"subprotocol", http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {"eventfeed.v1, " + encoded}}, true},
		{"subprotocols in lines", http.Header{"Upgrade": {"WebSocket"}, "Sec-Websocket-Protocol": {"eventfeed.v1", encoded}}, true},
		{"both", http.Header{"Upgrade": {"websocket"}, "Authorization": {"Bearer " + token}, "Sec-Websocket-Protocol": {encoded}}, false},
		{"two headers", http.Header{"Authorization": {"Bearer " + token, "Bearer " + token}}, false},
		{"two subprotocols", http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {encoded + "," + encoded}}, false},
		{"basic", http.Header{"Authorization": {"Basic " + token}}, false},
		{"no scheme", http.Header{"Authorization": {token}}, false},
		{"empty", http.Header{"Authorization": {"Bearer "}}, false},
		{"not encoded", http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {BearerProtocol + token}}, false},
		{"padded", http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {encoded + "=="}}, false},
		{"empty subprotocol", http.Header{"Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {BearerProtocol}}, false},
	} {
		r := httptest.NewRequest("GET", "/?token="+token, nil)
		r.Header = c.header
		who, err := tokens.Authenticate(r)
		if c.ok && (err != nil || who.Subject != "ann") {
			t.Errorf("%s: got %+v, %v, want ann", c.name, who, err)
		}
		if !c.ok {
			refused(t, c.name, token, err, "")
		}
	}
	elsewhere := httptest.NewRequest("GET", "/?token="+token+"&access_token="+token, nil)
	elsewhere.Header = http.Header{"Cookie": {"token=" + token}, "Sec-Websocket-Protocol": {encoded}} // no handshake
	if _, err := tokens.Authenticate(elsewhere); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("elsewhere: got %v, want ErrUnauthenticated", err)
	}
}

func TestWhatIsSignedIsVerified(t *testing.T) {
	for _, c := range []Config{
		{Secrets: []string{secret}},
		{Secrets: []string{other, secret}, Issuer: "i", Audience: "a", TenantsClaim: "https://example.com/tenants"},
		{Secrets: []string{secret}, TenantsClaim: "a.b"},
	} {
		want := Principal{"ann", []string{"acme", "beta"}, true, time.Now().Add(time.Hour).Truncate(time.Second).UTC()}
		token, err := c.Sign(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := newTokens(t, c).Verify(t.Context(), token); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: got %+v, %v, want %+v", c, got, err, want)
		}
	}
	if _, err := (Config{JWKSURL: "https://issuer/keys"}).Sign(Principal{}); err == nil {
		t.Error("signed without a secret")
	}
}

func TestAConfigThatIsWrongIsRefusedWithoutEchoingSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"nothing":        {Config{}, "neither"},
		"both":           {Config{Secrets: []string{secret}, JWKSURL: "https://x/y"}, "both set"},
		"short":          {Config{Secrets: []string{"hunter2"}}, "at least 32"},
		"second short":   {Config{Secrets: []string{secret, ""}}, "secret 2 has 0 bytes"},
		"three":          {Config{Secrets: []string{secret, other, secret}}, "one, or two"},
		"blanks":         {Config{Secrets: []string{secret, " " + other}}, "blanks"},
		"no URL":         {Config{JWKSURL: "issuer/keys"}, "https://"},
		"a file":         {Config{JWKSURL: "file:///etc/passwd"}, "https://"},
		"unreadable URL": {Config{JWKSURL: "https://user:hunter2@ho st/"}, "https://"},
		"claim":          {Config{Secrets: []string{secret}, TenantsClaim: "a..b"}, "AUTH_CLAIM_TENANTS"},
	} {
		_, err := New(c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v has a secret", name, err)
		}
	}
}

func TestWarningsNameWhatIsWeak(t *testing.T) {
	for url, want := range map[string]int{"http://issuer.example/keys": 2, "https://issuer.example/keys": 1, "http://127.0.0.1:80/keys": 1, "http://localhost/keys": 1} {
		if got := (Config{JWKSURL: url}).Warnings(); len(got) != want {
			t.Errorf("%s: got %q, want %d warnings", url, got, want)
		}
	}
	if got := (Config{JWKSURL: "https://x/y", Audience: "a"}).Warnings(); len(got) != 0 {
		t.Errorf("got %q, want none", got)
	}
}

func FuzzNoTextIsATokenAndNoErrorHasAPartOfIt(f *testing.F) {
	tokens := newTokens(f, Config{Secrets: []string{secret}})
	whole := signed(f, good(nil), other)
	for _, seed := range []string{"", "..", whole, whole[:30], strings.ToUpper(whole)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		_, err := tokens.Verify(context.Background(), token)
		refused(t, "made up", token, err, "")
	})
}
