package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/omninode-ai/eventfeed/internal/api"
	"github.com/omninode-ai/eventfeed/internal/auth"
)

// tokenSettings say how tokens are signed, and what is in them.
type tokenSettings struct {
	Secret       string `name:"auth-jwt-secret" env:"AUTH_JWT_SECRET" secret:"" placeholder:"SECRET" help:"Tokens are signed with this (HS256, 32 bytes or more); two, comma-separated, while one is rotated, the new one first."`
	Issuer       string `name:"auth-jwt-issuer" env:"AUTH_JWT_ISSUER" placeholder:"ISS" help:"The iss that a token must have."`
	Audience     string `name:"auth-jwt-audience" env:"AUTH_JWT_AUDIENCE" placeholder:"AUD" help:"The aud that a token must have, alone or among others."`
	TenantsClaim string `name:"auth-claim-tenants" env:"AUTH_CLAIM_TENANTS" default:"tenants" help:"The claim that lists a token's tenants; dots lead into objects."`
}

func (s tokenSettings) config() auth.Config {
	return auth.Config{Secrets: auth.SplitSecrets(s.Secret), Issuer: s.Issuer, Audience: s.Audience, TenantsClaim: s.TenantsClaim}
}

// authSettings say who is let in.
type authSettings struct {
	Auth              string   `name:"auth" env:"AUTH" placeholder:"KIND" help:"none makes everybody an admin; the default on a loopback address where neither a secret nor a JWKS URL is set, and refused elsewhere unless given here."`
	JWKSURL           string   `name:"auth-jwks-url" env:"AUTH_JWKS_URL" placeholder:"URL" help:"Tokens are signed by an issuer that publishes its keys here."`
	TrustedProxies    []string `name:"trusted-proxies" env:"TRUSTED_PROXIES" placeholder:"NET" help:"Addresses or networks of proxies whose X-Forwarded-For is believed."`
	TokenURL          string   `name:"token-url" env:"TOKEN_URL" placeholder:"URL" help:"Where the dashboard gets a token with the browser's cookies, and the next one before it expires: an address of yours, or a path on this origin. Without it the dashboard asks for a token."`
	ConnsPerPrincipal int      `name:"max-conns-per-principal" env:"MAX_CONNS_PER_PRINCIPAL" default:"1000" help:"Conns at once of one subject; more are answered 429. Without authentication there is no such bound."`
	tokenSettings
}

func (s authSettings) config(logger *slog.Logger) auth.Config {
	c := s.tokenSettings.config()
	c.JWKSURL, c.Logger = s.JWKSURL, logger
	return c
}

// asksForTokens says whether there is authentication at all.
func (s authSettings) asksForTokens() bool { return s.Secret != "" || s.JWKSURL != "" }

// check: who is let in without authentication has to be meant.
func (s authSettings) check(m *mistakes, listenAddr string) {
	if s.Auth != "" && s.Auth != "none" {
		m.add("AUTH: %q is not none; for tokens, set AUTH_JWT_SECRET or AUTH_JWKS_URL and leave AUTH out", s.Auth)
	}
	if _, err := api.ParseProxies(s.TrustedProxies); err != nil {
		m.addAll("TRUSTED_PROXIES", err)
	}
	if err := api.CheckTokenURL(s.TokenURL); err != nil {
		m.addAll("TOKEN_URL", err)
	}
	if s.ConnsPerPrincipal < 1 {
		m.add("MAX_CONNS_PER_PRINCIPAL: must be at least 1")
	}
	switch {
	case s.asksForTokens():
		s.checkTokens(m)
	case s.Issuer != "" || s.Audience != "":
		m.add("AUTH_JWT_ISSUER and AUTH_JWT_AUDIENCE say what is in a token, and no token is asked for: set AUTH_JWT_SECRET or AUTH_JWKS_URL")
	case s.Auth == "":
		if err := auth.CheckNone(listenAddr, false); err != nil {
			m.addAll("LISTEN_ADDR", err)
		}
	}
}

func (s authSettings) checkTokens(m *mistakes) {
	if s.Auth == "none" {
		m.add("AUTH=none lets everybody in, and AUTH_JWT_SECRET or AUTH_JWKS_URL does not: set one")
	}
	if err := s.config(nil).Check(); err != nil {
		*m = append(*m, strings.Split(err.Error(), "\n")...)
	}
}

// warn says loudly what is allowed and dangerous.
func (s authSettings) warn(logger *slog.Logger, listenAddr string) {
	if !s.asksForTokens() && auth.CheckNone(listenAddr, false) != nil {
		logger.Warn("AUTH=none: everybody who reaches this server is an admin and sees the events of every tenant", "listen_addr", listenAddr)
	}
	for _, warning := range s.config(nil).Warnings() {
		logger.Warn(warning)
	}
}

// authenticator is what check has let pass, with what has to run for it.
func (s authSettings) authenticator(logger *slog.Logger) (auth.Authenticator, func(context.Context) error, error) {
	if !s.asksForTokens() {
		return auth.None{}, untilEnded, nil
	}
	tokens, err := auth.New(s.config(logger))
	if err != nil {
		return nil, nil, err
	}
	return tokens, tokens.Run, nil
}

func untilEnded(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
