package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// reading notes what cannot be read of flags and environment. kong would stop
// at the first.
type reading struct{ unread map[*kong.Value]string }

func newReading() reading { return reading{map[*kong.Value]string{}} }

// mistakes of the command that runs; the environment may hold settings of
// others too.
func (r reading) mistakes(c *kong.Context) *mistakes {
	var m mistakes
	for _, f := range c.Selected().Flags {
		if what, ok := r.unread[f.Value]; ok {
			m.add("%s", what)
		}
	}
	return &m
}

// options make kong read with r.
func (r reading) options() []kong.Option {
	options := []kong.Option{kong.Resolvers(kong.ResolverFunc(r.secretFile))}
	usual := kong.NewRegistry().RegisterDefaults()
	for kind, what := range map[reflect.Kind]string{
		reflect.Int: "a whole number", reflect.Uint64: "a whole number of 0 or more", reflect.Float64: "a number",
	} {
		options = append(options, kong.KindMapper(kind, tolerant{usual.ForType(typeOf[kind]), what, r}))
	}
	return append(options, kong.KindMapper(reflect.Bool, tolerantBool{tolerant{usual.ForType(typeOf[reflect.Bool]), "true or false", r}}))
}

var typeOf = map[reflect.Kind]reflect.Type{
	reflect.Int: reflect.TypeFor[int](), reflect.Uint64: reflect.TypeFor[uint64](),
	reflect.Float64: reflect.TypeFor[float64](), reflect.Bool: reflect.TypeFor[bool](),
}

// tolerant reads as kong does, and goes on with the default if it cannot.
type tolerant struct {
	usual kong.Mapper
	what  string // it reads
	r     reading
}

func (t tolerant) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	given := ctx.Scan.Peek()
	if t.usual.Decode(ctx, target) == nil {
		return nil
	}
	t.r.unread[ctx.Value] = fmt.Sprintf("%s: %q is not %s", nameOf(ctx.Value.Flag), fmt.Sprint(given.Value), t.what)
	if !ctx.Value.HasDefault {
		return nil
	}
	usual := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: ctx.Value.Default})
	return t.usual.Decode(ctx.WithScanner(usual), target)
}

// tolerantBool is a flag without a value.
type tolerantBool struct{ tolerant }

func (tolerantBool) IsBool() bool { return true }

// secretFile reads a secret from the file that NAME_FILE names.
func (r reading) secretFile(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	if !isSecret(f) {
		return nil, nil
	}
	for _, name := range f.Envs {
		path := os.Getenv(name + "_FILE")
		if path == "" {
			continue
		}
		if os.Getenv(name) != "" {
			r.unread[f.Value] = fmt.Sprintf("%s and %s_FILE are both set; set one", name, name)
			return nil, nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			r.unread[f.Value] = fmt.Sprintf("%s_FILE: %v", name, err)
			return nil, nil
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
	return nil, nil
}

// forgetEmpty makes environment variables that are set to nothing count as not
// set, as compose files leave them: NAME=${NAME:-}.
func forgetEmpty(app *kong.Application) error {
	return kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if f, ok := node.(*kong.Flag); ok {
			for _, name := range f.Envs {
				if value, set := os.LookupEnv(name); set && value == "" {
					if err := os.Unsetenv(name); err != nil {
						return err
					}
				}
			}
		}
		return next(nil)
	})
}

// nameOf is what a setting is called: its environment variable, if it has one.
func nameOf(f *kong.Flag) string {
	if f == nil || len(f.Envs) == 0 {
		return "--" + f.Name
	}
	return f.Envs[0]
}
