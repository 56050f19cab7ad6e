package vote

import (
	"context"
	"net/http"
	"strings"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// CheckPage is the page on which a person sees their ballot before they cast it.
type CheckPage struct {
	Project  Project
	Box      Box
	Ballot   string // the choices that are cast, as they are shown
	In       string // slug of the district whose ballot is filled in
	InName   string
	Known    bool // signed in: the ballot can be cast here
	Email    string
	Asked    ballot.Asked
	Declared ballot.Declared
	Homes    []rulebook.Named
	Problems ui.Problems
	Empty    bool
}

// fields are the questions of the page, in their order.
func (c CheckPage) fields(p ui.Page) []ui.Input {
	var list []ui.Input
	a := c.Asked
	if a.Age > 0 {
		list = append(list, ui.Input{Name: "age", Label: p.T("vote.ask.age"), Help: p.T("vote.ask.age.why"), Required: true, Several: true,
			Options: []ui.Option{{Value: "yes", Label: p.T("vote.ask.age.yes", "Count", a.Age), Chosen: c.Declared.OfAge}}})
	}
	if a.City || len(a.Postcodes) > 0 {
		yes := p.T("vote.ask.city.yes", "City", p.Platform.Name)
		if len(a.Postcodes) > 0 {
			yes = p.T("vote.ask.postcode.yes", "List", a.Postcodes)
		}
		list = append(list, ui.Input{Name: "lives", Label: p.T("vote.ask.home"), Help: p.T("vote.ask.home.why"), Required: true, Several: true,
			Options: []ui.Option{{Value: "yes", Label: yes, Chosen: c.Declared.Lives}}})
	}
	if a.Home && c.InName == "" {
		options := []ui.Option{{Value: "", Label: p.T("vote.ask.choose")}}
		for _, d := range c.Homes {
			options = append(options, ui.Option{Value: d.Key, Label: d.Name, Lang: c.Project.Lang, Chosen: d.Key == c.Declared.District})
		}
		list = append(list, ui.Input{Name: "home", Label: p.T("vote.ask.district"), Help: p.T("vote.ask.district.why"), Required: true, Options: options})
	}
	if len(a.Kinds) > 0 {
		var options []ui.Option
		for _, k := range a.Kinds {
			options = append(options, ui.Option{Value: string(k), Label: p.T("vote.kind." + string(k)), Chosen: k == c.Declared.Kind})
		}
		list = append(list, ui.Input{Name: "kind", Label: p.T("vote.ask.kind"), Help: p.T("vote.ask.kind.why"), Required: true, Options: options})
	}
	return list
}

func (s *Pages) check(r *web.Request, p ui.Page) (web.View, error) {
	var page CheckPage
	err := s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) (err error) {
		page, err = v.check(ctx, r, b)
		return err
	})
	return web.View{Page: Check(p, page)}, err
}

// check fills the check page with the selection that is kept.
func (v visit) check(ctx context.Context, r *web.Request, b ballot.Booth) (CheckPage, error) {
	districts, err := v.colours(ctx, b)
	if err != nil {
		return CheckPage{}, err
	}
	page := CheckPage{Project: v.project(b), Box: v.box(b, districts, string(v.Href(v.project(b).path()+"/vote/verification"))), Ballot: b.Paper.Text(b.Basket.Choices),
		In: b.Basket.District, Known: r.Person.Proved, Asked: ballot.Asks(b.Rulebook.Vote), Homes: b.Rulebook.Districts, Empty: len(b.Basket.Choices) == 0}
	if right := b.Rulebook.Vote.District; right != nil && right.Choice == rulebook.HomeDistrict {
		page.InName = districts[page.In].Name
	}
	if !b.Signed.IsZero() { // who has voted has declared it all
		page.Declared = ballot.Declared{OfAge: true, Lives: true, District: b.Signed.District}
	}
	return page, nil
}

// cast casts exactly the ballot that the check page showed. What is refused is shown there, with what was answered.
func (s *Pages) cast(r *web.Request, p ui.Page) (web.View, error) {
	choices, err := ballot.Decode(r.Posted("bulletin"))
	if err != nil {
		return web.View{}, fault.New(fault.Invalid, "fault.form.unreadable").Because(err)
	}
	declared := ballot.Declared{OfAge: r.Posted("age") == "yes", Lives: r.Posted("lives") == "yes", District: r.Posted("home"), Kind: rulebook.Kind(r.Posted("kind"))}
	_, err = s.ballots.Cast(r.Context(), r.Platform, r.Person, r.PathValue("project"), p.Lang, ballot.Vote{Choices: choices, District: r.Posted("quartier"), Declared: declared})
	if err == nil {
		return web.View{Next: p.Href("/projets/" + r.PathValue("project") + "/vote/merci")}, nil
	}
	if !fault.Is(err, fault.Invalid) {
		return web.View{}, err
	}
	var page CheckPage
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	err = s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) (err error) {
		page, err = v.check(ctx, r, b)
		return err
	})
	page.Problems, page.Declared = problems, declared
	return web.View{Status: http.StatusUnprocessableEntity, Page: Check(p, page)}, err
}

func (s *Pages) withdraw(r *web.Request, p ui.Page) (web.View, error) {
	err := s.ballots.Withdraw(r.Context(), r.Platform, r.Person, r.PathValue("project"))
	return web.View{Next: p.HrefWith("/projets/"+r.PathValue("project")+"/vote", "retire", "oui")}, err
}

// ThanksPage confirms a ballot. It says that it is in, and not what is on it.
type ThanksPage struct {
	Project Project
	Tracker string
	Day     string
	Email   string
	Again   bool // the selection has begun anew since
}

func (s *Pages) thanks(r *web.Request, p ui.Page) (web.View, error) {
	var page ThanksPage
	err := s.read(r, p, func(_ context.Context, v visit, b ballot.Booth) error {
		page = ThanksPage{Project: v.project(b), Tracker: b.Signed.Tracker, Email: r.Person.Email}
		if page.Project.Voted {
			page.Day = v.Date(b.Signed.Date())
		}
		return nil
	})
	if err == nil && !page.Project.Voted {
		return web.View{Next: p.Href(page.Project.path() + "/vote")}, nil
	}
	return web.View{Page: Thanks(p, page)}, err
}

// ProofPage answers whether a ballot is in, to whoever has its proof.
type ProofPage struct {
	Project Project
	Code    string // as it is written; empty: not asked yet
	In      bool
}

func (s *Pages) proof(r *web.Request, p ui.Page) (web.View, error) {
	page := ProofPage{Code: tidy(r.URL.Query().Get("code"))}
	err := s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) (err error) {
		page.Project = v.project(b)
		if page.Code != "" {
			page.In, err = ballot.HasProof(ctx, v.tx, r.Platform, b.Slug, page.Code)
		}
		return err
	})
	return web.View{Page: Proof(p, page)}, err
}

// tidy gives a proof of deposit as it is written, from how people type it.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, strings.ToUpper(text))
	if len(text) != 12 {
		return text[:min(len(text), 40)]
	}
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}
