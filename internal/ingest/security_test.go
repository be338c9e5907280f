package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestBrokersAreReachedInEveryWayThatIsPromised(t *testing.T) {
	broker := testenv.SecureKafka(t)
	s := newSystem(t, broker.Addr)
	s.createTopic("secure.v1", 1)
	s.produce("secure.v1", 0, events("a", 10)...)
	ca := TLS{Enabled: true, CAFile: broker.CAFile}
	user := func(mechanism string) SASL { return SASL{mechanism, broker.Username, broker.Password} }
	for name, c := range map[string]struct {
		addr string
		tls  TLS
		sasl SASL
	}{
		"TLS":                           {broker.TLSAddr, ca, SASL{}},
		"TLS with a client certificate": {broker.MutualTLSAddr, TLS{true, broker.CAFile, broker.CertFile, broker.KeyFile}, SASL{}},
		"PLAIN":                         {broker.SASLAddr, TLS{}, user("plain")},
		"SCRAM-SHA-256":                 {broker.SASLAddr, TLS{}, user("scram-sha-256")},
		"SCRAM-SHA-512 over TLS":        {broker.SASLTLSAddr, ca, user("scram-sha-512")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t, c.addr)
			config := s.config("secure.v1")
			config.TLS, config.SASL = c.tls, c.sasl
			s.start(config)
			s.waitStored(10)
		})
	}
	for name, c := range map[string]struct {
		addr string
		tls  TLS
		sasl SASL
		want string
	}{
		"a wrong password":       {broker.SASLAddr, TLS{}, SASL{"plain", broker.Username, "wrong"}, "SASL"},
		"an unknown certificate": {broker.TLSAddr, TLS{Enabled: true}, SASL{}, "certificate"},
	} {
		t.Run(name+" is said", func(t *testing.T) {
			s := newSystem(t, c.addr)
			config := s.config("secure.v1")
			config.TLS, config.SASL = c.tls, c.sasl
			r := s.start(config)
			s.eventually(20*time.Second, func() error {
				if st := r.Status(); st.Connected || !strings.Contains(st.Reason, c.want) {
					return fmt.Errorf("got %+v, want a reason with %q", st, c.want)
				}
				return nil
			})
		})
	}
}

func TestWrongSecurityIsAnErrorAtOnce(t *testing.T) {
	for name, c := range map[string]Config{
		"files without TLS":        {TLS: TLS{CAFile: "x"}},
		"no such CA file":          {TLS: TLS{Enabled: true, CAFile: "/nowhere"}},
		"certificate without key":  {TLS: TLS{Enabled: true, CertFile: "x"}},
		"unknown mechanism":        {SASL: SASL{"gssapi", "u", "p"}},
		"mechanism without a user": {SASL: SASL{Mechanism: "plain"}},
		"user without mechanism":   {SASL: SASL{Username: "u"}},
		"pattern":                  {Patterns: []string{"a b"}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
