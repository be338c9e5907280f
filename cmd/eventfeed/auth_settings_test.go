package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/auth"
)

var longSecret = strings.Repeat("geheim", 6)

func TestNobodyIsLetInWithoutAuthenticationByMistake(t *testing.T) {
	for _, c := range []struct {
		name, addr string
		s          authSettings
		want       []string // a part of each mistake
		warns      string
	}{
		{"loopback", "127.0.0.1:3000", authSettings{}, nil, ""},
		{"every address", ":3000", authSettings{}, []string{"LISTEN_ADDR: :3000 can be reached"}, ""},
		{"every address, meant", ":3000", authSettings{Auth: "none"}, nil, "AUTH=none"},
		{"a secret", ":3000", authSettings{tokenSettings: tokenSettings{Secret: longSecret}}, nil, ""},
		{"two secrets", ":3000", authSettings{tokenSettings: tokenSettings{Secret: longSecret + "," + longSecret}}, nil, ""},
		{"an issuer", ":3000", authSettings{JWKSURL: "https://i/keys", tokenSettings: tokenSettings{Audience: "a"}}, nil, ""},
		{"an issuer, weak", ":3000", authSettings{JWKSURL: "https://i/keys"}, nil, "AUTH_JWT_AUDIENCE"},
		{"a secret and none", ":3000", authSettings{Auth: "none", tokenSettings: tokenSettings{Secret: longSecret}}, []string{"set one"}, ""},
		{"a secret and an issuer", ":3000", authSettings{JWKSURL: "https://i/keys", tokenSettings: tokenSettings{Secret: longSecret}}, []string{"both set"}, ""},
		{"a short secret and a bad URL", ":3000", authSettings{JWKSURL: "i", tokenSettings: tokenSettings{Secret: "geheim"}}, []string{"both set", "at least 32", "https://"}, ""},
		{"an audience alone", "127.0.0.1:3000", authSettings{tokenSettings: tokenSettings{Audience: "a"}}, []string{"no token is asked for"}, ""},
		{"another kind", "127.0.0.1:3000", authSettings{Auth: "basic"}, []string{`AUTH: "basic"`}, ""},
		{"proxies", "127.0.0.1:3000", authSettings{TrustedProxies: []string{"proxy"}}, []string{"TRUSTED_PROXIES"}, ""},
	} {
		var m mistakes
		c.s.ConnsPerPrincipal = 1
		c.s.check(&m, c.addr)
		if len(m) != len(c.want) {
			t.Errorf("%s: got %q, want %q", c.name, m, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(m[i], want) || strings.Contains(m[i], "geheim") {
				t.Errorf("%s: got %q, want %s and no secret", c.name, m[i], want)
			}
		}
		var log bytes.Buffer
		c.s.warn(slog.New(slog.NewTextHandler(&log, nil)), c.addr)
		if len(c.want) == 0 && (c.warns == "" && log.Len() > 0 || !strings.Contains(log.String(), c.warns)) {
			t.Errorf("%s: got the log %q, want %q in it", c.name, log.String(), c.warns)
		}
		if len(c.want) > 0 {
			continue
		}
		a, _, err := c.s.authenticator(slog.New(slog.DiscardHandler))
		if _, none := a.(auth.None); err != nil || none == c.s.asksForTokens() {
			t.Errorf("%s: got %T, %v", c.name, a, err)
		}
	}
}

// printed gives what f writes to standard output.
func printed(t *testing.T, f func() error) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = before }()
	failed := f()
	_ = w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), failed
}

func TestATokenIsOneThatAServerWithTheSameSettingsTakes(t *testing.T) {
	shared := tokenSettings{Secret: longSecret + "," + strings.Repeat("x", 40), Issuer: "i", Audience: "a", TenantsClaim: "org.tenants"}
	out, err := printed(t, func() error {
		return tokenCmd{Subject: "ann", Tenants: []string{"acme", "beta"}, Admin: true, TTL: "2d", tokenSettings: shared}.Run(&mistakes{})
	})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := authSettings{tokenSettings: shared}.authenticator(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Verify(t.Context(), strings.TrimSuffix(out, "\n"))
	if left := time.Until(who.Expires); err != nil || left < 47*time.Hour || left > 48*time.Hour {
		t.Errorf("got %+v, %v, want it valid for two days", who, err)
	}
	who.Expires = time.Time{}
	if diff := cmp.Diff(auth.Principal{Subject: "ann", Tenants: []string{"acme", "beta"}, Admin: true}, who); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestATokenThatCannotBeMadeIsExplained(t *testing.T) {
	good := tokenSettings{Secret: longSecret}
	for want, c := range map[string]tokenCmd{
		"AUTH_JWT_SECRET is not set": {Subject: "s", Tenants: []string{"*"}, TTL: "1h"},
		"needs at least 32":          {Subject: "s", Tenants: []string{"*"}, TTL: "1h", tokenSettings: tokenSettings{Secret: "geheim"}},
		"--tenants":                  {Subject: "s", TTL: "1h", tokenSettings: good},
		"--subject":                  {Tenants: []string{"*"}, TTL: "1h", tokenSettings: good},
		"--ttl":                      {Subject: "s", Tenants: []string{"*"}, TTL: "soon", tokenSettings: good},
	} {
		out, err := printed(t, func() error { return c.Run(&mistakes{}) })
		if err == nil || out != "" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %q, %v", want, out, err)
		}
	}
}
