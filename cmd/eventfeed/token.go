package main

import (
	"fmt"
	"time"

	"github.com/omninode-ai/eventfeed/internal/auth"
)

type tokenCmd struct {
	Subject string   `name:"subject" default:"developer" help:"Whom the token is for (sub)."`
	Tenants []string `name:"tenants" placeholder:"TENANT" help:"Tenants that it may see, comma-separated; * is all."`
	Admin   bool     `name:"admin" help:"It may see rejected events, conns and metrics, too, which are of every tenant."`
	TTL     string   `name:"ttl" default:"1h" help:"How long it is valid, like 15m, 12h or 30d."`
	tokenSettings
}

// Run prints a token that a server with the same settings takes.
func (c tokenCmd) Run(m *mistakes) error {
	p := c.principal(m)
	config := c.config()
	if c.Secret == "" {
		m.add("AUTH_JWT_SECRET is not set; it is the secret of the server that the token is for, and openssl rand -hex 32 makes one")
	} else if err := config.Check(); err != nil {
		m.add("%v", err)
	}
	if err := m.err(); err != nil {
		return err
	}
	token, err := config.Sign(p)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}

func (c tokenCmd) principal(m *mistakes) auth.Principal {
	ttl, err := parseSpan(c.TTL)
	if err != nil || ttl < time.Second {
		m.add("--ttl: %q is no duration of a second or more, like 15m, 12h or 30d", c.TTL)
	}
	if c.Subject == "" {
		m.add("--subject is empty")
	}
	if len(c.Tenants) == 0 && !c.Admin {
		m.add("--tenants is not given: the token could see nothing; * is all")
	}
	return auth.Principal{Subject: c.Subject, Tenants: c.Tenants, Admin: c.Admin, Expires: time.Now().Add(ttl)}
}
