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
		name := f.Name
		if len(f.Envs) > 0 {
			name = f.Envs[0]
		}
		all = append(all, setting{name, redact(f, fmt.Sprint(f.Target.Interface())), sourceOf(f, given[f.Value])})
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

// secretFiles reads a secret from the file that NAME_FILE names.
func secretFiles() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
		if !isSecret(f) {
			return nil, nil
		}
		for _, e := range f.Envs {
			path := os.Getenv(e + "_FILE")
			if path == "" {
				continue
			}
			if os.Getenv(e) != "" {
				return nil, fmt.Errorf("%s and %s_FILE are both set; set one", e, e)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("%s_FILE: %w", e, err)
			}
			return strings.TrimRight(string(b), "\r\n"), nil
		}
		return nil, nil
	})
}

// mistakes collects what is wrong with a configuration, so that all of it is
// said at once.
type mistakes []string

func (m *mistakes) add(format string, args ...any) {
	*m = append(*m, fmt.Sprintf(format, args...))
}

// oneOf notes a value that is none of those allowed.
func (m *mistakes) oneOf(name, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		m.add("%s: %q is none of %s", name, value, strings.Join(allowed, ", "))
	}
}

// err is nil if nothing is wrong.
func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return fmt.Errorf("the configuration is wrong:\n  %s", strings.Join(m, "\n  "))
}
