// Command eventfeed reads every catalog event from Kafka, stores each exactly
// once in PostgreSQL under one dense number, and shows it to every browser
// that asked for it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker.
var version = "dev"

// cli is every command; the fields of a command are its settings.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Read from Kafka, store in PostgreSQL, serve REST and WebSocket."`
	Dev     devCmd     `cmd:"" help:"The same with nothing else needed: Kafka in process, PostgreSQL as a child process, demo events."`
	Demo    demoCmd    `cmd:"" help:"Write demo events to Kafka."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date."`
	Bench   benchCmd   `cmd:"" help:"Measure a running eventfeed."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "eventfeed: "+err.Error())
		os.Exit(1)
	}
}

// run parses the arguments and runs the command until it ends or a signal
// asks it to; a second signal kills.
func run(args []string) error {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("eventfeed"),
		kong.Description("Every event of the bus: stored once, shown live, with no seam between."),
		kong.Resolvers(secretFiles()),
		kong.UsageOnError(),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		var bad *kong.ParseError
		if errors.As(err, &bad) && len(args) == 0 {
			_ = bad.Context.PrintUsage(true)
		}
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(settingsOf(parsed))
	return parsed.Run()
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("eventfeed " + version)
	return nil
}
