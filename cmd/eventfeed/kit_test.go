package main

import (
	"testing"

	"github.com/alecthomas/kong"
)

// environment makes of the settings only those given count.
func environment(t *testing.T, given map[string]string) {
	t.Helper()
	parser, err := kong.New(&cli{}, newReading().options()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			for _, name := range f.Envs {
				t.Setenv(name, given[name])
				t.Setenv(name+"_FILE", given[name+"_FILE"])
			}
		}
	}
}

// read gives the settings of a command by name.
func read(t *testing.T, args ...string) (map[string]setting, mistakes) {
	t.Helper()
	_, all, m, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]setting{}
	for _, s := range all {
		byName[s.name] = s
	}
	return byName, *m
}
