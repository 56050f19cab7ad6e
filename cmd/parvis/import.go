package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// importCmd brings elections in.
type importCmd struct {
	Files []string `arg:"" name:"file" help:"Elections in Pabulib's format (.pb)."`

	Platform string `placeholder:"SLUG" help:"Platform that gets them; without it, the one named after the file's city, made when it is missing."`
	Replace  bool   `help:"Let an edition of the same city, part and year that is in already give way."`
	JSON     bool   `name:"json" help:"Print a line of JSON per file."`
	database
}

// Help is shown by --help.
func (importCmd) Help() string {
	return `A file becomes a project with its districts, categories, proposals, rulebook and every ballot, and is counted. It is checked whole first; a wrong line of PROJECTS or VOTES is refused alone, and said with its reason; ballots that name a refused project lose that choice alone. The same file again changes nothing.

Exit codes: 0 everything came in, or was in already; 2 nothing changed: a file cannot be used, or the command is wrong; 3 some lines were refused; 1 any other failure. Of several files, the worst: 1, 2, 3, 0.

Examples:

  parvis import France_Toulouse_2022.pb
  parvis import --platform toulouse --replace corrected.pb
  parvis import --database postgres://parvis@localhost/parvis --json *.pb`
}

// imported is what --json prints of a file.
type imported struct {
	Platform  string        `json:"platform"`
	Project   string        `json:"project"`
	Proposals int           `json:"proposals"`
	Districts int           `json:"districts"`
	Ballots   int           `json:"ballots"`
	Refused   []refusedLine `json:"refused"`
	Dropped   int           `json:"dropped_choices,omitempty"` // that name a project whose line was refused
	Unchanged bool          `json:"unchanged,omitempty"`       // the same file was in already
}

type refusedLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// unusable is what --json prints of a file that did not come in.
type unusable struct {
	File  string `json:"file"`
	Line  int    `json:"line,omitempty"`
	Error string `json:"error"`
}

// Run does it.
func (c *importCmd) Run(a *app) error {
	work, err := c.work(a)
	if err != nil {
		return err
	}
	defer work.Close()
	worst := exitDone
	for _, path := range c.Files {
		worst = worse(worst, c.one(a, work, path))
		if a.ctx.Err() != nil {
			break
		}
	}
	if worst != exitDone {
		return exit(worst)
	}
	return nil
}

// worse gives the code that says more of what went wrong.
func worse(a, b int) int {
	rank := map[int]int{exitDone: 0, exitRefused: 1, exitWrong: 2, exitFailed: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func (c *importCmd) one(a *app, work control.Work, path string) (code int) {
	show, clear := a.progress(-1, false, filepath.Base(path))
	report, err := work.Import(a.ctx,
		transfer.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return openTwice(a, path) }},
		transfer.Options{Platform: c.Platform, Replace: c.Replace, Progress: func(done, total int) { show(int64(done), int64(total)) }})
	clear()
	if err != nil {
		return c.failed(a, path, err)
	}
	if c.JSON {
		err = a.json(c.line(a, report))
	} else {
		c.tell(a, path, report)
	}
	switch {
	case err != nil:
		return a.fail(err)
	case len(report.Refused) > 0 && !report.Unchanged:
		return exitRefused
	}
	return exitDone
}

// openTwice opens a file that will be opened again, which a pipe cannot be.
func openTwice(a *app, path string) (io.ReadCloser, error) {
	f, err := openInput(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, wrongInput{said(a.l.T("cli.import.pipe", "File", path))}
	}
	return f, nil
}

func (c *importCmd) failed(a *app, path string, err error) int {
	texts := a.sentences(err)
	for _, s := range texts {
		fmt.Fprintf(a.errs, "%s: %s\n", path, s)
	}
	if c.JSON {
		u := unusable{File: path, Error: texts[0]}
		if e, ok := errors.AsType[*pabulib.FormatError](err); ok {
			u.Line = e.Line
		}
		if err := a.json(u); err != nil {
			return a.fail(err)
		}
	}
	return codeOf(err)
}

func (c *importCmd) line(a *app, r transfer.Report) imported {
	line := imported{Platform: r.Platform, Project: r.Project, Proposals: r.Proposals, Districts: r.Districts, Ballots: r.Ballots,
		Refused: []refusedLine{}, Dropped: r.Dropped, Unchanged: r.Unchanged}
	for _, f := range r.Refused {
		line.Refused = append(line.Refused, refusedLine{f.Line, a.l.T("refused."+f.Code, pairs(f.Args)...)})
	}
	return line
}

func (c *importCmd) tell(a *app, path string, r transfer.Report) {
	if r.Unchanged {
		a.say("cli.import.unchanged", "File", path, "Platform", r.Platform, "Project", r.Project)
		return
	}
	key := "cli.import.done"
	if r.Replaced {
		key = "cli.import.replaced"
	}
	a.say(key, "File", path, "Title", r.Title, "Platform", r.Platform, "Project", r.Project)
	fmt.Fprintln(a.out, "  "+a.l.List([]string{
		a.l.T("cli.import.proposals", "Count", r.Proposals), a.l.T("cli.import.districts", "Count", r.Districts), a.l.T("cli.import.ballots", "Count", r.Ballots),
	}))
	if n := len(r.Refused); n > 0 {
		fmt.Fprintln(a.out, "  "+a.l.T("cli.import.refused", "Count", n))
	}
	for _, f := range r.Refused {
		fmt.Fprintln(a.out, "    "+a.l.T("cli.line", "Line", plain(f.Line), "Text", a.l.T("refused."+f.Code, pairs(f.Args)...)))
	}
	if r.Dropped > 0 {
		fmt.Fprintln(a.out, "  "+a.l.T("cli.import.dropped", "Count", r.Dropped))
	}
	if n := len(r.Differences); n > 0 {
		fmt.Fprintln(a.out, "  "+a.l.T("cli.import.differences", "Count", n))
	}
	for _, d := range r.Differences {
		fmt.Fprintln(a.out, "    "+a.l.T("cli.import.difference", "ID", d.ID, "Column", d.Column, "File", d.File, "Counted", d.Counted))
	}
}
