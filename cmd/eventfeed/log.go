package main

import (
	"log/slog"
	"os"
)

// logSettings say what is logged, and how.
type logSettings struct {
	LogLevel  string `name:"log-level" env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string `name:"log-format" env:"LOG_FORMAT" placeholder:"FORMAT" help:"text or json; text on a terminal, else json, if not given."`
}

func (s logSettings) check(m *mistakes) {
	m.oneOf("LOG_LEVEL", s.LogLevel, "debug", "info", "warn", "error")
	m.oneOf("LOG_FORMAT", s.LogFormat, "", "text", "json")
}

// newLogger writes to standard error.
func (s logSettings) newLogger() *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(s.LogLevel)) != nil {
		level = slog.LevelInfo // check has refused it
	}
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" || s.LogFormat == "" && !isTerminal(os.Stderr) {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
