package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// app is what a command has around it.
type app struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	errs   io.Writer
	l      *i18n.Locale
	parser *kong.Kong
}

// database are the flags that say which database.
type database struct {
	Data     string `env:"PARVIS_DATA" placeholder:"DIR" help:"Folder of the embedded database (./parvis-data)."`
	Database string `env:"PARVIS_DATABASE" placeholder:"URL" help:"PostgreSQL instead: postgres://user:password@host/name."`
}

func (d database) config(a *app) (db.Config, error) {
	switch {
	case d.Data != "" && d.Database != "":
		return db.Config{}, usage(a.l.T("cli.two_databases"))
	case d.Database != "":
		return db.Config{URL: d.Database}, nil
	case d.Data == "":
		d.Data = "parvis-data"
	}
	return db.Config{Dir: d.Data}, nil
}

// work opens the database for a command that may begin one, through the serve that has it.
func (d database) work(a *app) (control.Work, error) { return d.open(a, false) }

// existing opens the database for a command that makes no sense on an empty one: a mistyped folder must not be made, and
// then be copied or listed as if it were a city's.
func (d database) existing(a *app) (control.Work, error) { return d.open(a, true) }

func (d database) open(a *app, existing bool) (control.Work, error) {
	cfg, err := d.config(a)
	if err != nil {
		return nil, err
	}
	cfg.Existing = existing
	return control.Open(a.ctx, cfg)
}

func (a *app) say(key string, pairs ...any) { fmt.Fprintln(a.out, a.l.T(key, pairs...)) }

func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// fail says an error, if there is one, and gives its exit code.
func (a *app) fail(err error) int {
	if err == nil {
		return exitDone
	}
	for _, s := range a.sentences(err) {
		fmt.Fprintln(a.errs, "parvis: "+s)
	}
	return codeOf(err)
}

func (a *app) misused(text string) int {
	fmt.Fprintln(a.errs, "parvis: "+text)
	fmt.Fprintln(a.errs, a.l.T("cli.see_help"))
	return exitWrong
}

// sentences says an error to whoever runs the command. What is not foreseen is shown as it is: that person is the one
// who can do something about it.
func (a *app) sentences(err error) []string {
	if e, ok := errors.AsType[*pabulib.FormatError](err); ok {
		return []string{a.l.T("cli.line", "Line", plain(e.Line), "Text", a.l.T("format."+e.Code, pairs(e.Args)...))}
	}
	if e, ok := errors.AsType[*tally.RuleError](err); ok {
		var all []string
		for _, p := range e.Problems {
			all = append(all, p.Field+" : "+a.l.T("tally.problem."+p.Code, pairs(p.Args)...))
		}
		return all
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Code != fault.Internal {
		all := a.l.Faults(e)
		if e.Code == fault.Unavailable && e.Err != nil && !wrong[e.Key] && e.Key != "fault.database_says" { // they name it
			all = append(all, a.l.T("cli.cause", "Cause", e.Err.Error()))
		}
		return all
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return []string{a.l.T("cli.no_file", "File", e.Path)}
		case errors.Is(err, syscall.EISDIR):
			return []string{a.l.T("cli.folder", "File", e.Path)}
		case errors.Is(err, fs.ErrPermission):
			return []string{a.l.T("cli.no_permission", "File", e.Path)}
		}
	}
	if e, ok := errors.AsType[said](err); ok {
		return []string{string(e)}
	}
	if errors.Is(err, context.Canceled) {
		return []string{a.l.T("cli.interrupted")}
	}
	return []string{a.l.T("cli.failed", "Cause", err.Error())}
}

// failing are the conflicts that say nothing of the command or its file.
var failing = map[string]bool{
	"fault.database_in_use": true, "fault.database_newer": true, "fault.import.swept": true, "fault.import.moved": true,
}

// wrong are the faults that say, unlike others of their code, that the command was given a wrong address.
var wrong = map[string]bool{"fault.database_silent": true}

// codeOf is the one table from an error to an exit code.
func codeOf(err error) int {
	if err == nil {
		return exitDone
	}
	if _, ok := errors.AsType[*pabulib.FormatError](err); ok {
		return exitWrong
	}
	if _, ok := errors.AsType[*tally.RuleError](err); ok {
		return exitWrong
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		switch e.Code {
		case fault.Invalid, fault.NotFound:
			return exitWrong
		case fault.Unavailable:
			if wrong[e.Key] {
				return exitWrong
			}
		case fault.Conflict:
			if !failing[e.Key] {
				return exitWrong
			}
		}
		return exitFailed
	}
	if _, ok := errors.AsType[wrongInput](err); ok {
		return exitWrong
	}
	return exitFailed
}

// wrongInput is an error of a file that the command was told to read.
type wrongInput struct{ error }

func (w wrongInput) Unwrap() error { return w.error }

// openInput opens a file named on the command line.
func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, wrongInput{err}
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, wrongInput{&fs.PathError{Op: "read", Path: path, Err: syscall.EISDIR}}
	}
	return f, nil
}

// pairs gives arguments as T takes them.
func pairs(args map[string]any) []any {
	list := make([]any, 0, 2*len(args))
	for name, v := range args {
		if amount, ok := v.(tally.Amount); ok {
			v = amount.String()
		}
		list = append(list, name, v)
	}
	return list
}

// plain is a number without thousands apart: that of a line.
func plain(n int) string { return fmt.Sprint(n) }

// progress shows how far a command is, on terminals only; done removes it.
func (a *app) progress(total int64, bytes bool, label string) (show func(done, total int64), done func()) {
	f, ok := a.errs.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(int64, int64) {}, func() {}
	}
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(label),
		progressbar.OptionShowBytes(bytes), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(), progressbar.OptionThrottle(50*time.Millisecond))
	return func(n, total int64) {
		if total > 0 {
			bar.ChangeMax64(total)
		}
		_ = bar.Set64(n) // a bar that cannot be drawn stops nothing
	}, func() { _ = bar.Clear() }
}
