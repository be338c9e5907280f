package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Skew is how far the issuer's clock and ours may be apart.
const Skew = 30 * time.Second

// MinSecretBytes is the shortest secret that is taken: as long as the hash of
// HS256 (RFC 7518 §3.2).
const MinSecretBytes = 32

// DefaultTenantsClaim is where a token lists its tenants.
const DefaultTenantsClaim = "tenants"

// Config says which tokens are taken. One of Secrets and JWKSURL is given.
type Config struct {
	Secrets      []string // of HS256; two while one is rotated, the new one first: it signs
	JWKSURL      string   // where the issuer publishes its keys
	Issuer       string   // iss must be this, if it is given
	Audience     string   // aud must be or hold this, if it is given
	TenantsClaim string   // "" is DefaultTenantsClaim; dots lead into objects
	Logger       *slog.Logger
}

// SplitSecrets reads secrets as AUTH_JWT_SECRET has them, comma-separated.
func SplitSecrets(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// Check says all that is wrong with a Config. It does not echo secrets.
func (c Config) Check() error {
	var all []error
	switch {
	case len(c.Secrets) > 0 && c.JWKSURL != "":
		all = append(all, errors.New("AUTH_JWT_SECRET and AUTH_JWKS_URL are both set; tokens are signed in one way: set one"))
	case len(c.Secrets) == 0 && c.JWKSURL == "":
		all = append(all, errors.New("neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set"))
	}
	all = append(all, c.checkSecrets())
	if c.JWKSURL != "" {
		all = append(all, checkJWKSURL(c.JWKSURL))
	}
	if slices.Contains(strings.Split(c.tenantsClaim(), "."), "") {
		all = append(all, fmt.Errorf("AUTH_CLAIM_TENANTS: %q has an empty name in it", c.TenantsClaim))
	}
	return errors.Join(all...)
}

func (c Config) checkSecrets() error {
	if len(c.Secrets) > 2 {
		return fmt.Errorf("AUTH_JWT_SECRET has %d secrets between its commas; it takes one, or two while one is rotated", len(c.Secrets))
	}
	for i, s := range c.Secrets {
		if len(s) < MinSecretBytes {
			return fmt.Errorf("AUTH_JWT_SECRET: secret %d has %d bytes and needs at least %d; openssl rand -hex 32 makes one", i+1, len(s), MinSecretBytes)
		}
		if strings.TrimSpace(s) != s {
			return fmt.Errorf("AUTH_JWT_SECRET: secret %d has blanks around it, which would be a part of it", i+1)
		}
	}
	return nil
}

func checkJWKSURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("AUTH_JWKS_URL is not an https:// or http:// URL")
	}
	return nil
}

// Warnings says in words what works and is weaker than it should be.
func (c Config) Warnings() (all []string) {
	if c.JWKSURL == "" {
		return nil
	}
	if u, err := url.Parse(c.JWKSURL); err == nil && u.Scheme == "http" && !isLoopback(hostPort(u)) {
		all = append(all, "AUTH_JWKS_URL is not https: whoever is on the way to the issuer can make tokens for every tenant")
	}
	if c.Audience == "" {
		all = append(all, "AUTH_JWT_AUDIENCE is not set: a token that the issuer made for another service is taken here, too")
	}
	return all
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Host + ":80"
}

func (c Config) tenantsClaim() string {
	if c.TenantsClaim == "" {
		return DefaultTenantsClaim
	}
	return c.TenantsClaim
}
