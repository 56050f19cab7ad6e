package results

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// saidDone is the last thing done, as the address names it; "other" for a word that is none of ours.
func saidDone(word string) string {
	if slices.Contains([]string{"tirage", "date", "sans-date", "annoncee", "deliberation", "presse"}, word) {
		return word
	}
	return "other"
}

func (s stage) lead(p ui.Page) string {
	if s.Open {
		if s.Closes.IsZero() {
			return p.T("announce.open.lead")
		}
		return p.T("announce.open.until", "Until", p.Until(s.Closes))
	}
	return p.T("announce.out", "Day", p.DateTimeFull(s.At))
}

// councilPage is the form of the council's vote.
type councilPage struct {
	Project                    edition.Project
	Done                       string
	Day, Number, Link, Changes string
	Document                   bool // one is kept
	Recorded                   bool
	Problems                   ui.Problems
}

func (c councilPage) day(p ui.Page) ui.Input {
	return ui.Input{Name: "on", Label: p.T("council.day"), Type: "date", Value: c.Day, Required: true}
}

func (c councilPage) number(p ui.Page) ui.Input {
	return ui.Input{Name: "number", Label: p.T("council.number"), Help: p.T("council.number.help"), Value: c.Number, Required: true, Max: 60}
}

func (c councilPage) link(p ui.Page) ui.Input {
	return ui.Input{Name: "link", Label: p.T("council.link"), Help: p.T("council.link.help"), Type: "url", Value: c.Link, Max: 500}
}

func (c councilPage) document(p ui.Page) ui.Input {
	help := p.T("council.document.help")
	if c.Document {
		help = p.T("council.document.kept")
	}
	return ui.Input{Name: "document", Label: p.T("council.document"), Help: help, Type: "file"}
}

func (c councilPage) changes(p ui.Page) ui.Input {
	return ui.Input{Name: "changes", Label: p.T("council.changes"), Help: p.T("council.changes.help"), Value: c.Changes, Rows: 4, Max: 8000}
}

func (c councilPage) fields(p ui.Page) []ui.Input {
	return []ui.Input{c.day(p), c.number(p), c.link(p), c.document(p), c.changes(p)}
}

// council reads the form with what is recorded.
func (s *Pages) council(r *web.Request, p ui.Page) (c councilPage, err error) {
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("edition"))
		if err != nil {
			return err
		}
		at := project.VoteStep(e.Steps)
		if at < 0 || e.Origin != project.OfCity {
			return edition.NotFound()
		}
		c.Project, c.Done = e.Shown(), r.URL.Query().Get("fait")
		if e.Steps[at].ProclaimedAt.IsZero() {
			return fault.New(fault.Closed, "fault.deliberation.early")
		}
		d, ok, err := result.DeliberationOf(ctx, v.Tx, v.Of.Key, e.Steps[at].ID)
		if err != nil || !ok {
			return err
		}
		c.Recorded, c.Document, c.Number, c.Link, c.Day = true, d.Document, d.Number, d.Link, d.On.In(v.Of.Zone).Format(time.DateOnly)
		var lines []string
		for _, change := range d.Changes {
			sign := "-"
			if change.Won {
				sign = "+"
			}
			lines = append(lines, sign+" "+strconv.Itoa(change.Number)+" : "+change.Reason)
		}
		c.Changes = strings.Join(lines, "\n")
		return nil
	})
	return c, err
}

func (s *Pages) councilForm(r *web.Request, p ui.Page) (web.View, error) {
	c, err := s.council(r, p)
	return web.View{Page: CouncilForm(p, c)}, err
}

var changeLine = regexp.MustCompile(`^([+\-−–])\s*(?:n°\s*)?([0-9]{1,6})\s*:\s*(.+)$`)

// readChanges reads a line per project: « + 12 : raison », « − 7 : raison ».
func readChanges(text string) (list []result.Change, found []*fault.Error) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(strings.ReplaceAll(line, "\u00a0", " "))
		if line == "" {
			continue
		}
		m := changeLine.FindStringSubmatch(line)
		if m == nil {
			found = append(found, fault.New(fault.Invalid, "fault.deliberation.line", "Line", line).In("changes"))
			continue
		}
		number, _ := strconv.Atoi(m[2])
		list = append(list, result.Change{Number: number, Won: m[1] == "+", Reason: m[3]})
	}
	return list, found
}

func (s *Pages) setCouncil(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	c, err := s.council(r, p)
	if err != nil {
		return web.View{}, err
	}
	c.Day, c.Number, c.Link, c.Changes, c.Done = r.Posted("on"), r.Posted("number"), r.Posted("link"), r.Posted("changes"), ""
	d := result.Deliberation{Number: c.Number, Link: c.Link}
	changes, found := readChanges(c.Changes)
	d.Changes = changes
	if c.Day != "" {
		if d.On, err = time.ParseInLocation(time.DateOnly, c.Day, r.Platform.Zone); err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.form.day").In("on"))
		}
	}
	document, err := uploaded(r)
	if err != nil {
		found = append(found, fault.New(fault.Invalid, "fault.deliberation.document_large", "Max", result.MaxDocument>>20).In("document"))
	}
	if err = fault.All(found); err == nil {
		err = s.announcing.Record(r.Context(), r.Platform, r.Person, slug, d, document)
	}
	if c.Problems, err = p.ProblemsOf(err); err != nil || len(c.Problems) > 0 {
		return web.Form(CouncilForm(p, c), c.Problems), err
	}
	return web.Done(p, of(slug, "deliberation"), "deliberation"), nil
}

// uploaded gives the document of the form; nothing when none was chosen.
func uploaded(r *web.Request) ([]byte, error) {
	f, _, err := r.FormFile("document")
	if err != nil {
		return nil, nil // there is none in the form, or it has no files at all
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(http.MaxBytesReader(nil, f, result.MaxDocument+1))
}

// pressSetup is the form of the page for journalists.
type pressSetup struct {
	Project            edition.Project
	Done               string
	Day, Hour, Contact string
	Link               string // absolute; empty: none yet
	Out                bool   // the result is announced
	Problems           ui.Problems
}

func (f pressSetup) day(p ui.Page) ui.Input {
	return ui.Input{Name: "embargo", Label: p.T("press.set.embargo"), Help: p.T("press.set.embargo.help"), Type: "date", Value: f.Day}
}

func (f pressSetup) hour(p ui.Page) ui.Input {
	return ui.Input{Name: "embargo_time", Label: p.T("announce.plan.hour"), Type: "time", Value: f.Hour}
}

func (f pressSetup) contact(p ui.Page) ui.Input {
	return ui.Input{Name: "contact", Label: p.T("press.set.contact"), Help: p.T("press.set.contact.help"), Value: f.Contact, Rows: 3, Max: 400}
}

func (f pressSetup) renew(p ui.Page) ui.Input {
	return ui.Input{Name: "renew", Label: p.T("press.set.link"), Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("press.set.renew")}}}
}

func (s *Pages) pressSetup(r *web.Request, p ui.Page) (f pressSetup, err error) {
	e, kept, err := s.announcing.PressFor(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	if err != nil {
		return f, err
	}
	f = pressSetup{Project: edition.Project{Slug: e.Slug, Title: e.Title}, Done: r.URL.Query().Get("fait"), Contact: kept.Contact, Out: project.Proclaimed(e.Steps)}
	if !kept.Embargo.IsZero() {
		at := kept.Embargo.In(r.Platform.Zone)
		f.Day, f.Hour = at.Format(time.DateOnly), at.Format("15:04")
	}
	if kept.Token != "" {
		f.Link = p.Platform.BaseURL + string(p.HrefWith(f.Project.Path()+"/presse", "cle", kept.Token))
	}
	return f, nil
}

func (s *Pages) pressForm(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.pressSetup(r, p)
	return web.View{Page: PressSetup(p, f)}, err
}

func (s *Pages) setPress(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.pressSetup(r, p)
	if err != nil {
		return web.View{}, err
	}
	f.Day, f.Hour, f.Contact, f.Done = r.Posted("embargo"), r.Posted("embargo_time"), r.Posted("contact"), ""
	set := result.Press{Contact: f.Contact}
	if f.Day != "" || f.Hour != "" {
		hour := f.Hour
		if hour == "" {
			hour = "00:00"
		}
		if set.Embargo, err = time.ParseInLocation("2006-01-02 15:04", f.Day+" "+hour, r.Platform.Zone); err != nil {
			err = fault.New(fault.Invalid, "fault.form.day").In("embargo")
		}
	}
	if err == nil {
		err = s.announcing.SetPress(r.Context(), r.Platform, r.Person, f.Project.Slug, set, r.Posted("renew") == "yes")
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(PressSetup(p, f), f.Problems), err
	}
	return web.Done(p, of(f.Project.Slug, "presse"), "presse"), nil
}
