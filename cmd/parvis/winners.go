package main

import (
	"fmt"
	"path/filepath"
)

// winnersCmd brings winners of editions from before Parvis in.
type winnersCmd struct {
	File string `arg:"" placeholder:"FILE" help:"A sheet in CSV or XLSX, or a ZIP that holds it with its pictures."`

	Platform string `placeholder:"SLUG" help:"Whose winners they are (the first platform's)."`
	JSON     bool   `name:"json" help:"Print the counts as a line of JSON."`
	database
}

// Help is shown by --help.
func (winnersCmd) Help() string {
	return `Each line of the sheet is a winner, with what became of it: the map of works is not empty on the first day. Good lines are kept, the others are said with their reason. The same file, corrected, updates the winners of the same reference.

The first line names the columns: édition, référence, titre and état are needed; texte, quartier, latitude, longitude, adresse, budget, dépensé, date, raison, argent rendu, image and image décrite may be there.

Exit codes: 0 imported; 3 imported, but some lines were refused; 2 nothing changed: the file or the platform is wrong; 1 any other failure.

Examples:

  parvis import-winners laureats.xlsx
  parvis import-winners --platform toulouse laureats.zip`
}

// refusedWinner is what --json prints of a line that was refused.
type refusedWinner struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Run does it.
func (c *winnersCmd) Run(a *app) error {
	f, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	report, err := work.ImportWinners(a.ctx, c.Platform, filepath.Base(c.File), f)
	if err != nil {
		return err
	}
	refused := []refusedWinner{}
	for _, one := range report.Refused {
		refused = append(refused, refusedWinner{one.Line, a.l.Fault(one.Err)})
	}
	if c.JSON {
		err = a.json(map[string]any{"added": report.Added, "updated": report.Updated, "refused": refused})
	} else {
		fmt.Fprintln(a.out, a.l.T("past.added", "Count", report.Added))
		fmt.Fprintln(a.out, a.l.T("past.updated", "Count", report.Updated))
		for _, one := range refused {
			fmt.Fprintln(a.out, "  "+a.l.T("cli.line", "Line", plain(one.Line), "Text", one.Reason))
		}
	}
	if err == nil && len(refused) > 0 {
		err = exit(exitRefused)
	}
	return err
}
