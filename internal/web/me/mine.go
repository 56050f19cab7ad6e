package me

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// done gives what a page says of the form that led to it: the sentence of the parameter fait, if it is one of ours.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "profil", "mot-de-passe", "session", "effacement", "renonce", "adresse":
		return p.T("account.done." + word)
	}
	return ""
}

// deposited is one of a person's deposits, with where it is gone on with.
type deposited struct {
	Title string
	State string // draft, published or withdrawn
	Path  string
	At    time.Time
}

// overviewPage is what a person did and may do.
type overviewPage struct {
	Of       account.Person
	Deposits []deposited
	Claims   []deposited         // typed at the desk from a paper form that has their address: not theirs yet
	Corrects *account.Correction // a new address that an agent noted; nil: none
	Done     string
}

const depositsShown = 30

func (s *Pages) overview(r *web.Request, p ui.Page) (web.View, error) {
	page := overviewPage{Of: r.Person, Done: done(r, p)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		c, waits, err := account.CorrectionOf(ctx, tx, r.Platform.Key, r.Person.ID)
		if err != nil {
			return err
		}
		if waits {
			page.Corrects = &c
		}
		if err := s.claims(ctx, tx, r, &page); err != nil {
			return err
		}
		list, err := deposit.DepositsBy(ctx, tx, r.Platform.Key, r.Person.ID, depositsShown)
		if err != nil || len(list) == 0 {
			return err
		}
		page.Deposits, err = s.deposits(ctx, tx, r, list)
		return err
	})
	return web.View{Page: Overview(p, page)}, err
}

// claims adds what waits to be taken over.
func (s *Pages) claims(ctx context.Context, tx db.Tx, r *web.Request, page *overviewPage) error {
	list, err := deposit.ClaimsOf(ctx, tx, r.Platform.Key, r.Person)
	if err != nil || len(list) == 0 {
		return err
	}
	var projects []ids.ID
	for _, one := range list {
		projects = append(projects, one.Project)
	}
	known, err := project.ByIDs(ctx, tx, r.Platform.Key, projects)
	for _, one := range list {
		for _, p := range known {
			if p.ID == one.Project {
				page.Claims = append(page.Claims, deposited{Title: one.Title, Path: "/projets/" + p.Slug + "/deposer/" + one.Deposit.String() + "/reprendre", At: one.UpdatedAt})
			}
		}
	}
	return err
}

// refuseCorrection keeps one's address as it is.
func (s *Pages) refuseCorrection(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, minePath, "adresse"), s.people.RefuseCorrection(r.Context(), r.Platform, r.Token)
}

// deposits adds where each stands.
func (s *Pages) deposits(ctx context.Context, tx db.Tx, r *web.Request, list []deposit.Deposit) ([]deposited, error) {
	var projects, published []ids.ID
	for _, d := range list {
		projects, published = append(projects, d.Project), append(published, d.Proposal)
	}
	known, err := project.ByIDs(ctx, tx, r.Platform.Key, projects)
	if err != nil {
		return nil, err
	}
	proposals, err := proposal.ByIDs(ctx, tx, r.Platform.Key, published)
	if err != nil {
		return nil, err
	}
	slugs, numbers := map[ids.ID]string{}, map[ids.ID]int{}
	for _, one := range known {
		slugs[one.ID] = one.Slug
	}
	for _, one := range proposals {
		numbers[one.ID] = one.Number
	}
	var out []deposited
	for _, d := range list {
		slug, ok := slugs[d.Project]
		if !ok {
			continue
		}
		one := deposited{Title: d.Content.Title, State: "published", At: d.UpdatedAt, Path: "/projets/" + slug + "/propositions/" + strconv.Itoa(numbers[d.Proposal])}
		switch {
		case d.Withdrawn:
			one.State = "withdrawn"
		case d.Draft():
			one.State, one.Path = "draft", "/projets/"+slug+"/deposer/"+d.ID.String()
		}
		out = append(out, one)
	}
	return out, nil
}

// profileForm is a person's own profile, as it is or as it was typed.
type profileForm struct {
	account.Profile
	Districts []project.District
	Problems  ui.Problems
	Done      string
}

func (f profileForm) name(p ui.Page) ui.Input {
	return ui.Input{Name: "name", Label: p.T("account.name"), Help: p.T("account.name.why"), Value: f.Name, Autocomplete: "nickname", Max: 80}
}

func (f profileForm) kind(p ui.Page) ui.Input {
	i := ui.Input{Name: "kind", Label: p.T("account.kind"), Required: true}
	for _, k := range []account.Kind{account.Resident, account.Association, account.Business} {
		i.Options = append(i.Options, ui.Option{Value: string(k), Label: p.T("account.kind." + string(k)), Chosen: k == f.Kind})
	}
	return i
}

func (f profileForm) language(p ui.Page) ui.Input {
	i := ui.Input{Name: "language", Label: p.T("account.language"), Required: true}
	for _, l := range p.Platform.Languages {
		i.Options = append(i.Options, ui.Option{Value: string(l), Label: p.T("web.lang." + string(l)), Lang: string(l), Chosen: l == f.Language})
	}
	return i
}

func (f profileForm) postcode(p ui.Page) ui.Input {
	return ui.Input{Name: "postcode", Label: p.T("account.postcode"), Help: p.T("account.postcode.why"), Value: f.Postcode, Autocomplete: "postal-code", Max: 10}
}

func (f profileForm) district(p ui.Page) ui.Input {
	i := ui.Input{Name: "district", Label: p.T("account.district"), Help: p.T("account.district.why"), Options: []ui.Option{{Label: p.T("account.district.none"), Chosen: f.District.IsZero()}}}
	for _, d := range f.Districts {
		i.Options = append(i.Options, ui.Option{Value: d.Slug, Label: d.Name, Chosen: d.ID == f.District})
	}
	return i
}

// districts gives those of the platform.
func (s *Pages) districts(r *web.Request) (list []project.District, err error) {
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		list, err = project.Districts(ctx, tx, r.Platform.Key, "", 0, 500)
		return err
	})
	return list, err
}

func (s *Pages) profile(r *web.Request, p ui.Page) (web.View, error) {
	me := r.Person
	f := profileForm{Profile: account.Profile{Name: me.Name, Kind: me.Kind, Language: i18n.Lang(me.Language), District: me.District, Postcode: me.Postcode}, Done: done(r, p)}
	var err error
	f.Districts, err = s.districts(r)
	return web.View{Page: ProfilePage(p, f)}, err
}

func (s *Pages) setProfile(r *web.Request, p ui.Page) (web.View, error) {
	f := profileForm{Profile: account.Profile{Name: r.Posted("name"), Kind: account.Kind(r.Posted("kind")), Language: p.Lang, Postcode: r.Posted("postcode")}}
	if l, ok := i18n.Parse(r.Posted("language")); ok {
		f.Language = l
	}
	var err error
	if f.Districts, err = s.districts(r); err != nil {
		return web.View{}, err
	}
	for _, d := range f.Districts {
		if d.Slug == r.Posted("district") {
			f.District = d.ID
		}
	}
	err = s.people.SetProfile(r.Context(), r.Platform, r.Token, f.Profile)
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return web.Form(ProfilePage(p, f), f.Problems), nil
	}
	return web.Done(p, minePath+"/profil", "profil"), nil
}

// dataPage is what a person may do with what is kept of them.
type dataPage struct {
	Request account.Request
	Waits   bool
	Done    string
}

func (s *Pages) data(r *web.Request, p ui.Page) (web.View, error) {
	d := dataPage{Done: done(r, p)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		d.Request, d.Waits, err = account.RequestOf(ctx, tx, r.Platform.Key, r.Person.ID)
		return err
	})
	return web.View{Page: DataPage(p, d)}, err
}

// export gives a copy of one's data as a file.
func (s *Pages) export(r *web.Request, _ ui.Page) (web.View, error) {
	e, err := s.people.Export(r.Context(), r.Platform, r.Token)
	if err != nil {
		return web.View{}, err
	}
	raw, err := json.MarshalIndent(e, "", "  ")
	return web.View{File: &web.File{Name: "mes-donnees-" + r.Platform.Slug + ".json", Type: "application/json", Content: raw}}, err
}

func (s *Pages) askErasure(r *web.Request, p ui.Page) (web.View, error) {
	keep := r.Posted("contributions")
	if keep != "garder" && keep != "retirer" {
		return web.View{}, fault.New(fault.Invalid, "fault.account.erasure")
	}
	return web.Done(p, dataPath, "effacement"), s.people.AskErasure(r.Context(), r.Platform, r.Token, keep == "garder")
}

func (s *Pages) cancelErasure(r *web.Request, p ui.Page) (web.View, error) {
	return web.Done(p, dataPath, "renonce"), s.people.CancelErasure(r.Context(), r.Platform, r.Token)
}
