package main

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// nameWidth is how much of a project's name a table shows.
const nameWidth = 48

// tell prints the outcome for people: the table of projects, cut where the winners end, each with its reason.
func (e *election) tell(a *app) error {
	w := bufio.NewWriter(a.out)
	say := func(key string, pairs ...any) { fmt.Fprintln(w, a.l.T(key, pairs...)) }
	money := func(hundredths int64) string { return a.l.Money(hundredths, e.currency()) }
	fmt.Fprintln(w, strings.TrimSpace(e.Meta.Unit+" "+e.Meta.Instance+" "+e.Meta.Subunit))
	say("cli.tally.head", "Ballots", a.l.T("cli.import.ballots", "Count", e.result.Ballots), "Type", a.l.T("cli.tally.type."+string(e.Meta.VoteType)), "Rule", e.rule)
	if e.result.Counted {
		say("cli.tally.money", "Budget", money(int64(e.result.Budget)), "Spent", money(int64(e.result.Spent)), "Left", money(int64(e.result.Budget-e.result.Spent)))
		say("cli.tally.winners", "Count", len(e.result.Winners))
	} else {
		say("cli.tally.not_counted", "Rule", e.rule)
	}
	fmt.Fprintln(w)
	e.table(w, a.l, money)
	fmt.Fprintln(w)
	switch o := e.official; {
	case !o.Known:
		say("cli.tally.official.unknown")
	case !e.result.Counted:
		say("cli.tally.official.not_counted", "Count", len(o.Winners))
	case o.Same:
		say("cli.tally.official.same")
	default:
		say("cli.tally.official.differs", "Count", len(o.Differences), "IDs", o.Differences)
	}
	return w.Flush()
}

func (e *election) table(w *bufio.Writer, l *i18n.Locale, money func(int64) string) {
	header := []string{"", l.T("cli.tally.column.id"), l.T("cli.tally.column.name"), l.T("cli.tally.column.total"), l.T("cli.tally.column.cost"), l.T("cli.tally.column.reason")}
	rows := [][]string{header}
	cut := 0 // the row after the last winner
	for _, o := range e.result.Projects {
		p := e.Projects[o.Project]
		mark := ""
		if o.Winner {
			mark, cut = "✓", len(rows)+1
		}
		rows = append(rows, []string{mark, p.ID, shorten(p.Name, nameWidth), l.Int(o.Total), money(int64(p.Cost)), e.reason(l, o)})
	}
	widths := make([]int, len(header)-1) // the reason goes to the end of the line
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for i, row := range rows {
		if i == cut && cut > 0 {
			fmt.Fprintln(w, strings.Repeat("─", 72))
		}
		for j, cell := range row {
			right := j == 3 || j == 4
			if j == len(widths) {
				fmt.Fprintln(w, cell)
				break
			}
			space := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			if right {
				fmt.Fprint(w, space, cell, "  ")
			} else {
				fmt.Fprint(w, cell, space, "  ")
			}
		}
	}
}

// shorten cuts a text to a number of characters.
func shorten(text string, width int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:width-1])) + "…"
}
