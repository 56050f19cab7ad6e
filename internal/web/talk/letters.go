package talk

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const (
	editionPath = "/organisation/editions/{project}"
	letterPath  = editionPath + "/message"
	rulePath    = editionPath + "/commentaires"
	sentShown   = 20
)

// letterPage is a letter to authors being written.
type letterPage struct {
	Edition    project.View
	Letter     discussion.Letter
	Districts  []project.DistrictOf
	Categories []project.Category
	Sent       []discussion.Sent
	Preview    *notify.Letter // as it arrives; nil: not yet
	People     int
	Problems   ui.Problems
	Done       string
}

func (l letterPage) path() string { return "/organisation/editions/" + l.Edition.Slug + "/message" }

func (l letterPage) subject(p ui.Page) ui.Input {
	return ui.Input{Name: "subject", Label: p.T("talk.letter.subject"), Value: l.Letter.Subject, Required: true, Max: 120}
}

func (l letterPage) body(p ui.Page) ui.Input {
	return ui.Input{Name: "body", Label: p.T("talk.letter.body"), Help: p.T("talk.letter.body.help"), Value: l.Letter.Body, Required: true, Rows: 10}
}

func (l letterPage) category(p ui.Page) ui.Input {
	i := ui.Input{Name: "category", Label: p.T("talk.letter.category"), Options: []ui.Option{{Label: p.T("talk.letter.all")}}}
	for _, c := range l.Categories {
		i.Options = append(i.Options, ui.Option{Value: c.ID.String(), Label: c.Name, Lang: foreign(p, l.Edition.Language), Chosen: c.ID == l.Letter.Filter.Category})
	}
	return i
}

func (l letterPage) district(p ui.Page) ui.Input {
	i := ui.Input{Name: "district", Label: p.T("talk.letter.district"), Options: []ui.Option{{Label: p.T("talk.letter.all")}}}
	for _, d := range l.Districts {
		i.Options = append(i.Options, ui.Option{Value: d.ID.String(), Label: d.Name, Lang: foreign(p, l.Edition.Language), Chosen: d.ID == l.Letter.Filter.District})
	}
	return i
}

func (l letterPage) status(p ui.Page) ui.Input {
	i := ui.Input{Name: "status", Label: p.T("talk.letter.status"), Options: []ui.Option{{Label: p.T("talk.letter.all")}}}
	for _, s := range []string{proposal.StatusVoted, proposal.StatusWinner} {
		i.Options = append(i.Options, ui.Option{Value: s, Label: p.T("talk.letter.status." + s), Chosen: s == l.Letter.Filter.Status})
	}
	return i
}

// editionOf reads an edition for the city's people, with what more a page needs of it.
func (s *Pages) editionOf(r *web.Request, more func(ctx context.Context, tx db.Tx, view project.View) error) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		view, err := project.LoadFor(ctx, tx, r.Platform.Key, r.Person.Roles, r.PathValue("project"), r.Platform.Now(tx.Now()))
		if err == nil && view.Origin == project.Imported {
			err = fault.New(fault.NotFound, "fault.project.unknown", "Value", r.PathValue("project"))
		}
		if err != nil {
			return err
		}
		return more(ctx, tx, view)
	})
}

// letterOf shows the form, with what was typed.
func (s *Pages) letterOf(r *web.Request, p ui.Page, page letterPage) (web.View, error) {
	err := s.editionOf(r, func(ctx context.Context, tx db.Tx, view project.View) (err error) {
		page.Edition = view
		if page.Districts, err = project.DistrictsOf(ctx, tx, r.Platform.Key, []ids.ID{view.ID}); err != nil {
			return err
		}
		if page.Categories, err = project.CategoriesOf(ctx, tx, r.Platform.Key, view.ID, string(proposal.TagCategory)); err != nil {
			return err
		}
		page.Sent, err = discussion.Letters(ctx, tx, r.Platform.Key, view.ID, sentShown)
		return err
	})
	return web.Form(LetterPage(p, page), page.Problems), err
}

func (s *Pages) letterShow(r *web.Request, p ui.Page) (web.View, error) {
	return s.letterOf(r, p, letterPage{Done: done(r, p)})
}

// letter shows how a letter arrives, and to how many; then sends it.
func (s *Pages) letter(r *web.Request, p ui.Page) (web.View, error) {
	l := discussion.Letter{Subject: r.Posted("subject"), Body: r.Posted("body"), Filter: discussion.Filter{Status: r.Posted("status")}}
	for name, into := range map[string]*ids.ID{"category": &l.Filter.Category, "district": &l.Filter.District, "id": &l.ID} {
		if text := r.Posted(name); text != "" {
			var err error
			if *into, err = ids.Parse(text); err != nil {
				return web.View{}, fault.New(fault.Invalid, "fault.form.unreadable")
			}
		}
	}
	page := letterPage{Letter: l}
	var err error
	slug := r.PathValue("project")
	if r.Posted("do") == "send" {
		_, err = s.talk.SendLetter(r.Context(), r.Platform, r.Person, slug, l)
		if err == nil {
			return web.Done(p, "/organisation/editions/"+slug+"/message", "envoye"), nil
		}
	} else if r.Posted("do") != "change" {
		var arrives notify.Letter
		if page.People, arrives, err = s.talk.PreviewLetter(r.Context(), r.Platform, r.Person, slug, p.Platform.BaseURL, l); err == nil {
			page.Preview = &arrives
			page.Letter.ID = ids.Random()
		}
	}
	if page.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	return s.letterOf(r, p, page)
}

// rulePage is when people may comment in an edition.
type rulePage struct {
	Edition  project.View
	Rule     discussion.Rule
	Problems ui.Problems
	Done     string
}

func (l rulePage) until(p ui.Page) ui.Input {
	i := ui.Input{Name: "until", Label: p.T("talk.rule.until"), Required: true}
	for _, u := range discussion.Untils() {
		i.Options = append(i.Options, ui.Option{Value: string(u), Label: p.T("talk.rule." + string(u)), Chosen: u == l.Rule.Until})
	}
	return i
}

func (l rulePage) reason(p ui.Page) ui.Input {
	return ui.Input{Name: "reason", Label: p.T("talk.rule.reason"), Help: p.T("talk.rule.reason.help"), Value: l.Rule.Reason, Required: true, Rows: 3, Max: 500}
}

func (s *Pages) ruleShow(r *web.Request, p ui.Page) (web.View, error) {
	page := rulePage{Done: done(r, p)}
	err := s.editionOf(r, func(ctx context.Context, tx db.Tx, view project.View) (err error) {
		page.Edition = view
		page.Rule, err = discussion.RuleOf(ctx, tx, r.Platform.Key, view.ID)
		return err
	})
	return web.View{Page: RulePage(p, page)}, err
}

func (s *Pages) setRule(r *web.Request, p ui.Page) (web.View, error) {
	page := rulePage{Rule: discussion.Rule{Until: discussion.Until(r.Posted("until")), Reason: r.Posted("reason")}}
	slug := r.PathValue("project")
	err := s.talk.SetRule(r.Context(), r.Platform, r.Person, slug, page.Rule)
	if page.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(page.Problems) == 0 {
		return web.Done(p, "/organisation/editions/"+slug+"/commentaires", "regle"), nil
	}
	err = s.editionOf(r, func(_ context.Context, _ db.Tx, view project.View) error {
		page.Edition = view
		return nil
	})
	return web.Form(RulePage(p, page), page.Problems), err
}

// editionLink leads back to the desk of an edition.
func editionLink(p ui.Page, view project.View) ui.Link {
	return ui.Link{Text: view.Title, Href: p.Href("/organisation/editions/" + view.Slug), Lang: foreign(p, view.Language)}
}
