package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokenBytes bounds what is looked at before a signature has been checked.
const maxTokenBytes = 16 << 10

// Tokens authenticates by JWT, as its Config says. Run it, or the keys of an
// issuer are never fetched.
type Tokens struct {
	parser *jwt.Parser
	claim  string
	keys   keys
}

// keys find what a token's signature is checked with.
type keys interface {
	// find is asked before anything of the token has been checked.
	find(context.Context, *jwt.Token) (any, error)
	run(context.Context) error
}

// The kinds of signatures. They are never mixed: were HS256 taken beside public
// keys, whoever knows a public key could sign with its bytes as the secret.
var (
	ofSecrets = []string{"HS256"}
	ofIssuers = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)

// New makes an authenticator from a Config; its error is that of Check.
func New(c Config) (*Tokens, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	t := &Tokens{claim: c.tenantsClaim()}
	methods := ofSecrets
	if c.JWKSURL != "" {
		issuer, err := newIssuer(c.JWKSURL, c.Logger)
		if err != nil {
			return nil, err
		}
		t.keys, methods = issuer, ofIssuers
	} else {
		t.keys = newSecrets(c.Secrets)
	}
	options := []jwt.ParserOption{jwt.WithValidMethods(methods), jwt.WithLeeway(Skew), jwt.WithExpirationRequired(), jwt.WithStrictDecoding()}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	t.parser = jwt.NewParser(options...)
	return t, nil
}

// Run keeps the keys of an issuer fresh until ctx ends. That the issuer does
// not answer is no error: tokens are checked with the keys that it gave last,
// and are ErrIssuerAway while it has given none.
func (t *Tokens) Run(ctx context.Context) error { return t.keys.run(ctx) }

// Authenticate finds the token of a request and verifies it.
func (t *Tokens) Authenticate(r *http.Request) (Principal, error) {
	token, err := tokenOf(r)
	if err != nil {
		return Principal{}, err
	}
	return t.Verify(r.Context(), token)
}

// Verify gives the principal of a token.
func (t *Tokens) Verify(ctx context.Context, token string) (Principal, error) {
	if len(token) > maxTokenBytes {
		return Principal{}, &InvalidError{fmt.Sprintf("the token is longer than %d bytes", maxTokenBytes)}
	}
	claims := jwt.MapClaims{} // whose names are exact; a struct would take Admin for admin
	_, err := t.parser.ParseWithClaims(token, claims, func(parsed *jwt.Token) (any, error) {
		// RFC 7515 §4.1.11: who does not understand what is critical refuses.
		if _, critical := parsed.Header["crit"]; critical {
			return nil, &InvalidError{"the token has critical extensions, which are not understood here"}
		}
		return t.keys.find(ctx, parsed)
	})
	if err != nil {
		return Principal{}, reasonOf(err)
	}
	return principalOf(claims, t.claim)
}

// reasonOf turns the library's errors, which may have parts of the token, into
// texts of ours.
func reasonOf(err error) error {
	var invalid *InvalidError
	switch {
	case errors.As(err, &invalid):
		return invalid
	case errors.Is(err, ErrIssuerAway):
		return ErrIssuerAway
	}
	for _, known := range []struct {
		err    error
		reason string
	}{
		{jwt.ErrTokenMalformed, "the token is not a JWT"},
		{jwt.ErrTokenExpired, "the token has expired"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "the token is not valid yet"},
		{jwt.ErrTokenInvalidIssuer, "the token is of another issuer"},
		{jwt.ErrTokenInvalidAudience, "the token is for another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "the token lacks a claim that is required: exp, or iss or aud where they are checked"},
		{jwt.ErrTokenInvalidClaims, "the token has a claim that cannot be read"},
	} {
		if errors.Is(err, known.err) {
			return &InvalidError{known.reason}
		}
	}
	return &InvalidError{"the token is not signed with a key, and in a way, that is accepted here"}
}

// secrets are what HS256 is checked with.
type secrets struct{ set jwt.VerificationKeySet }

func newSecrets(texts []string) secrets {
	var s secrets
	for _, text := range texts {
		s.set.Keys = append(s.set.Keys, []byte(text))
	}
	return s
}

func (s secrets) find(context.Context, *jwt.Token) (any, error) { return s.set, nil }

// run has nothing to keep fresh.
func (s secrets) run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Sign makes a token for a principal that the same Config verifies, with the
// first of its secrets.
func (c Config) Sign(p Principal) (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	if len(c.Secrets) == 0 {
		return "", errors.New("tokens of AUTH_JWKS_URL are made by their issuer; AUTH_JWT_SECRET is needed to sign one")
	}
	claims := jwt.MapClaims{
		"sub": p.Subject, c.tenantsClaim(): p.Tenants, "admin": p.Admin, "exp": p.Expires.Unix(), "iat": time.Now().Unix(),
	}
	if c.Issuer != "" {
		claims["iss"] = c.Issuer
	}
	if c.Audience != "" {
		claims["aud"] = c.Audience
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(c.Secrets[0]))
}
