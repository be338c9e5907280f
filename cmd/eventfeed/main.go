// Command eventfeed reads every catalog event from Kafka, stores each exactly
// once in PostgreSQL under one dense number, and shows it to every browser
// that asked for it.
package main

import (
	"context"
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
	Serve   serveCmd   `cmd:"" set:"listen_addr=:3000" help:"Read from Kafka, store in PostgreSQL, serve REST and WebSocket."`
	Dev     devCmd     `kong:"cmd,set='listen_addr=127.0.0.1:3000',set='history_events=20000',help='The same with nothing else needed: Kafka in process, PostgreSQL as a child process, demo events.'"`
	Demo    demoCmd    `cmd:"" set:"history_events=0" help:"Write demo events to Kafka."`
	Token   tokenCmd   `cmd:"" help:"Print a token for a server with the same AUTH_JWT_SECRET."`
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
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, s, m, err := parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(s, m)
	return parsed.Run()
}

// parse reads flags, environment and files. What cannot be read is among the
// mistakes, for the command to add its own; what is no flag or no command of
// ours is an error.
func parse(args []string) (*kong.Context, settings, *mistakes, error) {
	r := newReading()
	parser, err := kong.New(&cli{}, append(r.options(),
		kong.Name("eventfeed"),
		kong.Description("Every event of the bus: stored once, shown live, with no seam between."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)...)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := forgetEmpty(parser.Model); err != nil {
		return nil, nil, nil, err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%w (see --help)", err)
	}
	return parsed, settingsOf(parsed), r.mistakes(parsed), nil
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("eventfeed " + version)
	return nil
}
