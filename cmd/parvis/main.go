// Command parvis runs a participation platform: it serves it, brings elections in, counts them, and copies everything.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // platforms have zones, the machine may have none

	"github.com/alecthomas/kong"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// cli is every command with its flags; the help is made from it.
type cli struct {
	Lang string `env:"PARVIS_LANG" placeholder:"fr|en" help:"Language of what commands say; without it, that of LC_ALL, LC_MESSAGES or LANG: French, else English."`

	Released kong.VersionFlag `name:"version" help:"Say which version this is."`

	Serve           serveCmd      `cmd:"" help:"Serve the platforms to browsers and programs."`
	Demo            demoCmd       `cmd:"" help:"Make a city that does not exist, and serve it."`
	Import          importCmd     `cmd:"" help:"Bring elections in from Pabulib files."`
	Tally           tallyCmd      `cmd:"" help:"Count an election from its file, without any database."`
	ImportBasemap   basemapCmd    `cmd:"" name:"import-basemap" help:"Bring in the ground that the city's maps are drawn on, from a PMTiles file."`
	ImportAddresses addressesCmd  `cmd:"" name:"import-addresses" help:"Bring the commune's own addresses in, so that what people type becomes a place."`
	ImportWinners   winnersCmd    `cmd:"" name:"import-winners" help:"Bring winners of editions from before Parvis in, so that the map of works is not empty on the first day."`
	Platform        platformCmd   `cmd:"" help:"Create and list platforms."`
	Backup          backupCmd     `cmd:"" help:"Copy everything into a file, while it serves."`
	Restore         restoreCmd    `cmd:"" help:"Fill an empty database from a backup."`
	Completion      completionCmd `cmd:"" help:"Print the shell's completion of this command."`
	Version         versionCmd    `cmd:"" help:"Say which version this is."`
}

const description = `Parvis is the public square of a city, in one binary.

A command works on the embedded database in --data, or on PostgreSQL with --database. When a serve has the folder open, it does the work for the command.

Exit codes: 0 done, or nothing to do; 1 failed; 2 nothing changed, because the command or the file is wrong; 3 done, but some lines of a file were refused.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks to end; from then on a signal ends the process itself.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitWrong   = 2 // nothing changed: the command or the file is wrong
	exitRefused = 3 // some lines of a file were refused
)

// exit ends a command with a code, when everything was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usage is an error in how a command was called, in words for the person who called it.
type usage string

func (u usage) Error() string { return string(u) }

// execute runs a command line and gives its exit code.
func execute(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) (code int) {
	var c cli
	type ended int // kong ends the process after --help
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(ended)
			if !ok {
				panic(p)
			}
			code = int(e)
		}
	}()
	parser, err := kong.New(&c, kong.Name("parvis"), kong.Description(description), kong.Writers(out, errs), variables(),
		kong.Exit(func(code int) { panic(ended(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		panic(err) // the grammar is wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	lang := c.Lang
	if err != nil {
		lang = askedLanguage(args)
	}
	a := &app{ctx: ctx, in: in, out: out, errs: errs, l: i18n.For(languageOf(lang), nil), parser: parser}
	if err != nil {
		return a.misused(misuse(a.l, err.Error()))
	}
	if lang != "" && !slices.Contains(languages, lang) {
		a.l = i18n.For(languageOf(""), nil)
		return a.misused(a.l.T("cli.lang", "Value", lang))
	}
	err = parsed.Run(a)
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	if u, ok := errors.AsType[usage](err); ok {
		return a.misused(string(u))
	}
	return a.fail(err)
}

// variables are what the help says of the rooms.
func variables() kong.Option {
	return kong.Vars{
		"rules":    strings.Join(pabulib.RuleNames(), ", "),
		"version":  released(),
		"licence":  string(platform.Etalab),
		"roles":    strings.Join(access.Names[access.Analyst:], ", "),
		"licences": string(platform.Etalab) + ", " + string(platform.ODbL),
	}
}

// languageOf chooses between French and English as the person's environment does.
func languageOf(asked string) i18n.Lang {
	for _, s := range []string{asked, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if s != "" {
			if strings.HasPrefix(strings.ToLower(s), "fr") {
				return i18n.FR
			}
			return i18n.EN
		}
	}
	return i18n.EN
}
