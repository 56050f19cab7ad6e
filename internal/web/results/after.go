package results

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// The files of a result that are made when they are asked for, as they name what may be taken away.
const (
	councilFile  = "rapport-au-conseil.odt"
	winnersFile  = "laureats.csv"
	documentFile = "deliberation.pdf"
)

// after adds to a result of the city what came after the count: the files, the drawing of lots and the council's vote.
func (v visit) after(ctx context.Context, e edition.Edition, page *ResultsPage) error {
	if e.Origin != project.OfCity || !e.Result.Counted {
		return nil
	}
	page.Lots = v.lots(e.Rulebook.Lots != nil, e.Result.Seed, e.Result.Drawn)
	files, err := result.Files(ctx, v.Tx, v.Of.Key, e.Result.Step)
	if err != nil {
		return err
	}
	page.Sealed = len(files) > 0
	page.Council, err = v.council(ctx, e)
	page.Pending = page.Council == nil && v.Platform.Prefix == ""
	return err
}

// lots says by what the lots were drawn.
func (v visit) lots(toCome bool, seed string, drawn bool) string {
	switch {
	case !toCome:
		return ""
	case drawn:
		return v.T("results.lots.drawn", "Numbers", seed)
	}
	return v.T("results.lots.none")
}

// council reads the council's vote on the result; nil when there is none.
func (v visit) council(ctx context.Context, e edition.Edition) (*Council, error) {
	d, ok, err := result.DeliberationOf(ctx, v.Tx, v.Of.Key, e.Result.Step)
	if err != nil || !ok {
		return nil, err
	}
	c := &Council{On: d.On, Number: d.Number, Link: templ.URL(d.Link)}
	if d.Link == "" {
		c.Link = ""
	}
	if d.Document {
		c.Document = v.Href(e.Shown().Path() + "/resultats/fichiers/" + documentFile)
	}
	if len(d.Changes) == 0 {
		return c, nil
	}
	list := make([]ids.ID, len(d.Changes))
	for i, change := range d.Changes {
		list[i] = change.Proposal
	}
	found, err := proposal.ByIDs(ctx, v.Tx, v.Of.Key, list)
	named := map[ids.ID]proposal.Proposal{}
	for _, p := range found {
		named[p.ID] = v.Seen(p)
	}
	for _, change := range d.Changes {
		p := named[change.Proposal]
		c.Changes = append(c.Changes, Changed{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, Won: change.Won, Reason: change.Reason})
	}
	return c, err
}

// file answers with a file of an announced result.
func (s *Pages) file(r *web.Request, p ui.Page) (web.View, error) {
	var f *web.File
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		if !e.Counted || !e.Result.Counted || e.Origin != project.OfCity {
			return edition.NotFound()
		}
		f, err = v.file(ctx, e, r.PathValue("file"))
		return err
	})
	return web.View{File: f}, err
}

const csvType = "text/csv; charset=utf-8"

func (v visit) file(ctx context.Context, e edition.Edition, name string) (*web.File, error) {
	called := e.Slug + "-" + name
	switch name {
	case documentFile:
		content, err := result.DocumentOf(ctx, v.Tx, v.Of.Key, e.Result.Step)
		if err == nil && len(content) == 0 {
			err = edition.NotFound()
		}
		return &web.File{Name: called, Type: "application/pdf", Content: content}, err
	case winnersFile:
		content, err := v.winnersTable(ctx, e)
		return &web.File{Name: called, Type: csvType, Content: content}, err
	case councilFile:
		page, err := v.results(ctx, e, 0, ByMoney)
		if err != nil {
			return nil, err
		}
		return v.councilDocument(ctx, e, page)
	}
	files, err := result.Files(ctx, v.Tx, v.Of.Key, e.Result.Step)
	for _, f := range files {
		if f.Name != name {
			continue
		}
		kind := csvType
		if name == result.RuleFile {
			kind = "application/json"
		}
		return &web.File{Name: called, Type: kind, Content: f.Content}, err
	}
	if err == nil {
		err = edition.NotFound()
	}
	return nil, err
}

// winnersTable lists the winners, those that the council added or took out marked, as a table.
func (v visit) winnersTable(ctx context.Context, e edition.Edition) ([]byte, error) {
	marked, err := result.Marked(ctx, v.Tx, v.Of.Key, e.Result.Step)
	if err != nil {
		return nil, err
	}
	at, err := v.placesOf(ctx, e, project.VoteStep(e.Steps), marked)
	if err != nil {
		return nil, err
	}
	said, err := v.Reasons(ctx, e, marked)
	if err != nil {
		return nil, err
	}
	council, err := v.council(ctx, e)
	if err != nil {
		return nil, err
	}
	decided := map[string]Changed{}
	if council != nil {
		for _, c := range council.Changes {
			decided[c.Number] = c
		}
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets read it as UTF-8 then
	w := csv.NewWriter(&b)
	rows := [][]string{{"rang", "projet", "titre", "quartier", "cout", "total", "bulletins", "raison", "conseil"}}
	row := func(rank int, p proposal.Proposal, l result.Line, reason, decision string) {
		districts, _ := edition.PlacesOf(at.tags[p.ID], at.order)
		rows = append(rows, []string{strconv.Itoa(rank), strconv.Itoa(p.Number), guarded(p.Title), guarded(v.DistrictWords(districts)), tally.Amount(p.Cost).String(),
			strconv.FormatInt(l.Total, 10), strconv.FormatInt(l.Supporters, 10), guarded(reason), guarded(decision)})
	}
	for i, l := range marked {
		if p := at.proposals[l.Proposal]; l.Winner() {
			decision := ""
			if c, ok := decided[strconv.Itoa(p.Number)]; ok {
				decision = v.T("results.council.removed") + " " + c.Reason
			}
			row(l.Rank, p, l, said[i], decision)
		}
	}
	if council != nil {
		for _, c := range council.Changes {
			if c.Won {
				rows = append(rows, []string{"", c.Number, guarded(c.Title), "", "", "", "", "", guarded(v.T("results.council.added") + " " + c.Reason)})
			}
		}
	}
	err = w.WriteAll(rows)
	return b.Bytes(), err
}

// guarded keeps a spreadsheet from reading what people wrote as a formula.
func guarded(text string) string {
	if text != "" && (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@' || text[0] == '\t' || text[0] == '\r') {
		return "'" + text
	}
	return text
}

// day is a date as a document says it; nothing for none.
func (v visit) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.Date(t)
}
