package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/omninode-ai/eventfeed/internal/api"
)

// setting is one setting as it is understood, for people.
type setting struct {
	name, value, source string
}

// settings are those of the command that runs.
type settings []setting

// log prints them, a line each, secrets redacted.
func (s settings) log(logger *slog.Logger) {
	for _, x := range s {
		logger.Info("setting", "name", x.name, "value", x.value, "from", x.source)
	}
}

// settingsOf lists the flags of the chosen command with where each came from.
func settingsOf(c *kong.Context) settings {
	given := map[*kong.Value]bool{}
	for _, p := range c.Path {
		if p.Flag != nil && !p.Resolved {
			given[p.Flag.Value] = true
		}
	}
	var all settings
	for _, f := range c.Selected().Flags {
		if f.Name == "help" {
			continue
		}
		all = append(all, setting{nameOf(f), redact(f, shown(f)), sourceOf(f, given[f.Value])})
	}
	return all
}

func sourceOf(f *kong.Flag, given bool) string {
	if given {
		return "flag --" + f.Name
	}
	for _, e := range f.Envs {
		if _, ok := os.LookupEnv(e); ok {
			return "environment " + e
		}
		if _, ok := os.LookupEnv(e + "_FILE"); ok && isSecret(f) {
			return "file of " + e + "_FILE"
		}
	}
	return "default"
}

// shown are those that admins see.
func (s settings) shown() []api.Setting {
	all := make([]api.Setting, len(s))
	for i, x := range s {
		all[i] = api.Setting{Name: x.name, Value: x.value, Source: x.source}
	}
	return all
}

// changed leaves out those that were left as they are.
func (s settings) changed() settings {
	return slices.DeleteFunc(slices.Clone(s), func(x setting) bool { return x.source == "default" })
}

// isDefault says whether a setting was left as it is.
func (s settings) isDefault(name string) bool {
	return slices.ContainsFunc(s, func(x setting) bool { return x.name == name && x.source == "default" })
}

// shown is a setting's value as it is given.
func shown(f *kong.Flag) string {
	if list, ok := f.Target.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(f.Target.Interface())
}

// isSecret: a setting tagged secret may be given as a file and is not printed.
func isSecret(f *kong.Flag) bool { return f.Tag.Has("secret") }

var passwordField = regexp.MustCompile(`(?i)(password\s*=\s*)('[^']*'|\S+)`)

// redact hides a secret: of a URL its password, of anything else all.
func redact(f *kong.Flag, value string) string {
	if !isSecret(f) || value == "" {
		return value
	}
	if u, err := url.Parse(value); err == nil && u.Scheme != "" && u.Host != "" {
		q := u.Query()
		if q.Has("password") {
			q.Set("password", "xxxxx")
			u.RawQuery = q.Encode()
		}
		return u.Redacted()
	}
	if strings.Contains(value, "host=") {
		return passwordField.ReplaceAllString(value, "${1}xxxxx")
	}
	return "xxxxx"
}
