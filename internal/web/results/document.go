package results

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/odt"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// councilDocument is the result and the rules that it was counted by, as a document that the council's office goes on with.
func (v visit) councilDocument(ctx context.Context, e edition.Edition, page ResultsPage) (*web.File, error) {
	d := &odt.Document{Title: v.T("results.room_of", "Title", e.Title), Language: string(v.Lang), At: v.Now}
	d.Note(v.Of.Name)
	d.Heading(1, e.Title)
	d.Paragraph(page.finding(v.Page) + ". " + page.sentence(v.Page))
	switch {
	case page.Preview:
		d.Paragraph(v.T("results.document.draft"))
	case page.Council != nil:
		d.Paragraph(v.T("results.council.done", "Number", page.Council.Number, "Day", v.day(page.Council.On)))
	case page.Pending:
		d.Paragraph(v.T("results.council.pending"))
	}
	d.Heading(2, v.T("results.document.winners"))
	money := func(a int64) string { return v.Money(a, page.Currency) }
	columns := []odt.Column{{Title: v.T("results.document.number"), Width: 1, Number: true}, {Title: v.T("results.document.proposal"), Width: 5}, {Title: v.T("results.table.district"), Width: 3},
		{Title: v.T("results.document.total"), Width: 2, Number: true}, {Title: v.T("results.document.cost"), Width: 2, Number: true}}
	var rows [][]string
	for _, g := range page.Groups {
		for _, w := range g.Winners {
			rows = append(rows, []string{w.Number, ui.Tidy(w.Title), g.name(v.Page), v.Words(w.Score), money(w.Cost)})
		}
	}
	d.Table(columns, rows)
	if page.Council != nil && len(page.Council.Changes) > 0 {
		d.Heading(3, v.T("results.council.changes", "Count", len(page.Council.Changes)))
		var said []string
		for _, c := range page.Council.Changes {
			word := v.T("results.council.removed")
			if c.Won {
				word = v.T("results.council.added")
			}
			said = append(said, ui.Tidy(c.Title)+" : "+word+" "+c.Reason)
		}
		d.List(said)
	}
	d.Heading(2, v.T("results.document.money"))
	rows = nil
	for _, g := range page.Groups {
		rows = append(rows, []string{g.name(v.Page), v.Int(int64(len(g.Winners))), money(g.Spent)})
	}
	rows = append(rows, []string{v.T("results.table.all"), v.Int(page.Winners), money(page.Spent)}, []string{v.T("web.money.left"), "", money(max(page.Budget-page.Spent, 0))})
	d.Table([]odt.Column{{Title: v.T("results.table.district"), Width: 5}, {Title: v.T("results.table.winners"), Width: 2, Number: true}, {Title: v.T("results.table.money"), Width: 3, Number: true}}, rows)
	d.Heading(2, v.T("results.document.reasons"))
	rows = nil
	for _, l := range page.Lines {
		rows = append(rows, []string{strconv.Itoa(l.Rank), ui.Tidy(l.Title), v.Words(l.Score), l.Reason})
	}
	d.Table([]odt.Column{{Title: v.T("results.document.rank"), Width: 1, Number: true}, {Title: v.T("results.document.proposal"), Width: 4}, {Title: v.T("results.document.total"), Width: 2, Number: true},
		{Title: v.T("results.document.reason"), Width: 5}}, rows)
	if page.Next != "" {
		d.Note(v.T("results.document.more", "Count", len(page.Lines)))
	}
	if page.Lots != "" {
		d.Paragraph(page.Lots)
	}
	d.Note(v.T("results.document.hash", "Hash", hex.EncodeToString(e.Result.BallotsHash)))
	d.Heading(1, v.T("web.rulebook.room"))
	for _, a := range e.View.Rulebook.Regulation(v.Locale) {
		d.Heading(2, strconv.Itoa(a.Number)+". "+a.Title)
		for _, text := range a.Paragraphs {
			if text = strings.TrimSpace(text); text != "" {
				d.Paragraph(text)
			}
		}
	}
	content, err := d.Bytes()
	return &web.File{Name: e.Slug + "-" + councilFile, Type: odt.MIME, Content: content}, err
}
