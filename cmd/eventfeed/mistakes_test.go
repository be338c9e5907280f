package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// usable is enough for serve to start.
var usable = map[string]string{
	"KAFKA_BROKERS": "127.0.0.1:9092", "DATABASE_URL": "postgres://u@127.0.0.1/d", "LISTEN_ADDR": "127.0.0.1:3000",
}

func TestEveryMistakeOfAConfigurationIsSaidAtOnceAndOnALineOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		name string
		args string
		env  map[string]string // over usable
		want []string
	}{
		{"nothing is set", "serve", map[string]string{"KAFKA_BROKERS": "", "DATABASE_URL": "", "LISTEN_ADDR": ""}, []string{
			"KAFKA_BROKERS is not set; it takes HOST:PORT of one or more brokers, comma-separated",
			"DATABASE_URL is not set; it takes postgres://USER:PASSWORD@HOST:5432/DATABASE",
			"LISTEN_ADDR: :3000 can be reached from other machines, and without authentication everybody who does is an admin: " +
				"set AUTH_JWT_SECRET or AUTH_JWKS_URL, listen on 127.0.0.1, or set AUTH=none if that is what you want",
		}},
		{"what cannot be read, beside what is wrong", "serve --max-conns=many", map[string]string{
			"KAFKA_TLS": "maybe", "KAFKA_START": "middle", "TENANT_SOURCE": "guess", "RETENTION": "3", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
		}, []string{
			`KAFKA_TLS: "maybe" is not true or false`,
			`MAX_CONNS: "many" is not a whole number`,
			`KAFKA_START: "middle" is none of earliest, latest`,
			`TENANT_SOURCE: "guess" is none of event, topic`,
			`RETENTION: "3" is no duration of a minute or more, like 720h or 30d, nor off`,
			`LOG_LEVEL: "loud" is none of debug, info, warn, error`,
			`LOG_FORMAT: "xml" is none of text, json`,
		}},
		{"brokers", "serve --kafka-brokers=a,:1", map[string]string{"KAFKA_BOOTSTRAP_SERVERS": "b:1"}, []string{
			"KAFKA_BROKERS and KAFKA_BOOTSTRAP_SERVERS are both set and differ; set one",
			`KAFKA_BROKERS: "a" is not HOST:PORT`,
			`KAFKA_BROKERS: ":1" is not HOST:PORT`,
		}},
		{"security of Kafka", "serve", map[string]string{
			"KAFKA_SASL_MECHANISM": "gssapi", "KAFKA_TLS_CERT_FILE": "/none/cert.pem", "KAFKA_SASL_PASSWORD_FILE": "/none/password",
		}, []string{
			"KAFKA_SASL_PASSWORD_FILE: open /none/password: no such file or directory",
			`KAFKA_SASL_MECHANISM: "gssapi" is none of plain, scram-sha-256, scram-sha-512`,
			"KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
			"KAFKA_TLS_* files are given, but KAFKA_TLS is off",
			"KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE go together",
			"KAFKA_TLS_CERT_FILE: open /none/cert.pem: no such file or directory",
		}},
		{"topics and group", "serve", map[string]string{"KAFKA_TOPIC_PATTERNS": "a b,__x", "KAFKA_GROUP_ID": " "}, []string{
			"KAFKA_GROUP_ID is empty",
			`KAFKA_TOPIC_PATTERNS: topic pattern "a b": segment "a b": want letters, digits, '-', '_' or '*', or {tenant} as the first, or v{version}`,
			`KAFKA_TOPIC_PATTERNS: topic pattern "__x": topics that begin with __ are Kafka's own and are not read`,
		}},
		{"a database that is none", "serve", map[string]string{"DATABASE_URL": "mysql://u:geheim@h/d"}, []string{
			"DATABASE_URL: it is neither postgres://USER:PASSWORD@HOST:5432/DATABASE nor keywords like host=HOST dbname=DATABASE: " +
				"cannot parse `mysql://u:xxxxxx@h/d`: failed to parse as keyword/value (invalid keyword/value)",
		}},
		{"the front", "serve", map[string]string{
			"LISTEN_ADDR": "3000", "METRICS_ADDR": "9090", "BASE_PATH": "events", "TLS_KEY_FILE": "/none/key.pem", "MAX_CONNS": "0", "AUTH": "ldap",
		}, []string{
			`LISTEN_ADDR: "3000" is not HOST:PORT or :PORT`,
			`METRICS_ADDR: "9090" is not HOST:PORT or :PORT`,
			"TLS_CERT_FILE and TLS_KEY_FILE go together",
			"TLS_KEY_FILE: open /none/key.pem: no such file or directory",
			`BASE_PATH: "events" does not start with /`,
			`AUTH: "ldap" is not none; for tokens, set AUTH_JWT_SECRET or AUTH_JWKS_URL and leave AUTH out`,
			"MAX_CONNS: must be at least 1",
		}},
		{"files that hold no certificate", "serve --kafka-tls", map[string]string{
			"KAFKA_TLS_CA_FILE": "mistakes_test.go", "TLS_CERT_FILE": "mistakes_test.go", "TLS_KEY_FILE": "mistakes_test.go",
		}, []string{
			"KAFKA_*: read Kafka's CA file mistakes_test.go: it holds no PEM certificate",
			"TLS_CERT_FILE and TLS_KEY_FILE: tls: failed to find any PEM data in certificate input",
		}},
		{"a Redis that is none", "serve", map[string]string{"REDIS_URL": "redis://u:geheim@h:port"}, []string{
			`REDIS_URL: it is not redis://USER:PASSWORD@HOST:6379: invalid port ":port" after host`,
		}},
		{"dev", "dev --kafka-listen=9092", map[string]string{
			"DEMO_RATE": "fast", "DEMO_HISTORY": "yesterday", "DEMO_HISTORY_EVENTS": "-1", "DEMO_SEED": "-1", "DEMO": "perhaps",
		}, []string{
			`DEMO: "perhaps" is not true or false`,
			`DEMO_RATE: "fast" is not a number`,
			`DEMO_SEED: "-1" is not a whole number of 0 or more`,
			`KAFKA_LISTEN: "9092" is not HOST:PORT or :PORT`,
			`DEMO_HISTORY: "yesterday" is no duration, like 72h or 3d`,
			"DEMO_HISTORY_EVENTS: must be 0 or more",
		}},
		{"demo", "demo", map[string]string{"KAFKA_BROKERS": "", "DEMO_RATE": "-1"}, []string{
			"KAFKA_BROKERS is not set; it takes HOST:PORT of one or more brokers, comma-separated",
			"DEMO_RATE: must be from 0 to 100000 events a second",
		}},
		{"settings of another command do not matter", "migrate", map[string]string{"DATABASE_URL": "", "DEMO_RATE": "fast"}, []string{
			"DATABASE_URL is not set; it takes postgres://USER:PASSWORD@HOST:5432/DATABASE",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := map[string]string{}
			for _, from := range []map[string]string{usable, c.env} {
				for name, value := range from {
					env[name] = value
				}
			}
			environment(t, env)
			err := run(strings.Fields(c.args))
			if err == nil {
				t.Fatal("got no error")
			}
			want := "the configuration is wrong:\n  " + strings.Join(c.want, "\n  ")
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAMistypedCommandOrFlagIsNamed(t *testing.T) {
	environment(t, usable)
	for args, want := range map[string]string{
		"serv":               `unexpected argument serv, did you mean one of "serve", "dev"? (see --help)`,
		"serve --kafka-topc": "unknown flag --kafka-topc (see --help)",
	} {
		if err := run(strings.Fields(args)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}

func TestRetentionKnowsDays(t *testing.T) {
	for text, want := range map[string]string{"": "0s", "off": "0s", "30d": "720h0m0s", "720h": "720h0m0s", "1.5d": "36h0m0s", "90m": "1h30m0s"} {
		if got, err := parseRetention(text); err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"30", "1s", "-5d", "0d", "NaNd", "1e9d", "d", "30 d", "forever"} {
		if got, err := parseRetention(text); err == nil {
			t.Errorf("%q: got %s, want an error", text, got)
		}
	}
}
