package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFlagWinsOverTheEnvironmentAndThatOverTheDefault(t *testing.T) {
	environment(t, map[string]string{"KAFKA_GROUP_ID": "of-env", "KAFKA_START": "latest", "MAX_CONNS": "5", "RETENTION": ""})
	got, m := read(t, "serve", "--kafka-group-id=of-flag", "--no-enable-real-time-events")
	if len(m) > 0 {
		t.Fatal(m)
	}
	for _, want := range []setting{
		{"KAFKA_GROUP_ID", "of-flag", "flag --kafka-group-id"},
		{"KAFKA_START", "latest", "environment KAFKA_START"},
		{"MAX_CONNS", "5", "environment MAX_CONNS"},
		{"ENABLE_REAL_TIME_EVENTS", "false", "flag --enable-real-time-events"},
		{"RETENTION", "off", "default"}, // set to nothing is not set
		{"LISTEN_ADDR", ":3000", "default"},
	} {
		if got[want.name] != want {
			t.Errorf("got %+v, want %+v", got[want.name], want)
		}
	}
}

func TestDevListensOnLoopbackAndHasHistoryWhereDemoHasNone(t *testing.T) {
	environment(t, nil)
	dev, _ := read(t, "dev")
	demo, _ := read(t, "demo")
	got := []string{dev["LISTEN_ADDR"].value, dev["DEMO_HISTORY_EVENTS"].value, demo["DEMO_HISTORY_EVENTS"].value}
	if diff := cmp.Diff([]string{"127.0.0.1:3000", "20000", "0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASecretMayBeGivenAsAFile(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	environment(t, map[string]string{
		"DATABASE_URL_FILE": file("postgres://u:geheim@h/d\n"), "KAFKA_SASL_PASSWORD_FILE": file("geheim"), "KAFKA_SASL_USERNAME_FILE": file("no secret"),
	})
	parsed, all, m, err := parse([]string{"serve"})
	if err != nil || len(*m) > 0 {
		t.Fatal(err, m)
	}
	c := parsed.Selected().Target.Interface().(serveCmd)
	if c.DatabaseURL != "postgres://u:geheim@h/d" || c.Password != "geheim" || c.Username != "" {
		t.Errorf("got %q, %q and %q", c.DatabaseURL, c.Password, c.Username)
	}
	for _, s := range all {
		if want := "file of " + s.name + "_FILE"; (s.name == "DATABASE_URL" || s.name == "KAFKA_SASL_PASSWORD") && s.source != want {
			t.Errorf("%s: got %s, want %s", s.name, s.source, want)
		}
		if strings.Contains(s.value, "geheim") {
			t.Errorf("%s shows a secret: %s", s.name, s.value)
		}
	}
	t.Setenv("KAFKA_SASL_PASSWORD", "other")
	_, twice := read(t, "serve")
	if diff := cmp.Diff(mistakes{"KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are both set; set one"}, twice); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s, _ := read(t, "serve", "--kafka-sasl-password=flag"); s["KAFKA_SASL_PASSWORD"].source != "flag --kafka-sasl-password" {
		t.Errorf("got %+v, want the flag to win", s["KAFKA_SASL_PASSWORD"])
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	for given, want := range map[string]string{
		"postgres://u:geheim@h:5432/d?sslmode=require": "postgres://u:xxxxx@h:5432/d?sslmode=require",
		"postgres://h/d?password=geheim&user=u":        "postgres://h/d?password=xxxxx&user=u",
		"host=h user=u password=geheim dbname=d":       "host=h user=u password=xxxxx dbname=d",
		"host=h password = 'ge heim' dbname=d":         "host=h password = xxxxx dbname=d",
		"geheim":                                       "xxxxx",
	} {
		environment(t, map[string]string{"DATABASE_URL": given})
		if s, _ := read(t, "serve"); s["DATABASE_URL"].value != want {
			t.Errorf("%s: got %s, want %s", given, s["DATABASE_URL"].value, want)
		}
	}
}
