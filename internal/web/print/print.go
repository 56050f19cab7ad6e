// Package print holds what is printed of an edition, its posters and flyers, and the short address that stands on them. The
// paper form is made where the form on the screen is (web/deposit).
package print

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct{ db *db.DB }

// New gives the pages over a database.
func New(d *db.DB) *Pages { return &Pages{d} }

const kitPath = "/organisation/editions/{edition}/kit"

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	return []web.Route{
		{Path: project.ShortPath + "{code}", Need: access.SeeProject, Handle: s.short},
		{Path: kitPath, Need: access.Organise, Handle: s.kit},
		{Path: kitPath + "/{sheet}", Need: access.Organise, Handle: s.sheet},
	}
}

// kit is an edition with what can be printed of it.
type kit struct {
	project.View
	Code string // of its short address
}

// moment is what a poster calls to.
type moment string

// The moments.
const (
	deposit moment = "depot"
	vote    moment = "vote"
)

// kinds of step, by moment.
var kinds = map[moment]project.Kind{deposit: project.Collect, vote: project.Vote}

// step gives the step of a moment; false when the edition has none here.
func (k kit) step(m moment) (project.Step, bool) {
	i := project.StepNow(k.Steps, kinds[m], k.Now)
	if i < 0 || k.Origin != project.OfCity || m == vote && k.Rulebook.Vote.Who == nil {
		return project.Step{}, false
	}
	return k.Steps[i], true
}

// moments are those of which there are posters.
func (k kit) moments() []moment {
	return slices.DeleteFunc([]moment{deposit, vote}, func(m moment) bool { _, ok := k.step(m); return !ok })
}

// open gives the moment that the edition is in; false when neither its deposit nor its vote is open.
func (k kit) open() (moment, bool) {
	for _, m := range k.moments() {
		for i, s := range k.Steps {
			if s.Kind == kinds[m] && project.PhaseOf(k.Steps, i, k.Now) == project.Open {
				return m, true
			}
		}
	}
	return "", false
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// read gives the edition of the address, which may be a draft.
func (s *Pages) read(r *web.Request) (k kit, err error) {
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if k.View, err = project.LoadFor(ctx, tx, r.Platform.Key, r.Person.Roles, r.PathValue("edition"), r.Platform.Now(tx.Now())); err != nil {
			return err
		}
		k.Code, err = project.ShortCode(ctx, tx, r.Platform.Key, k.ID)
		return err
	})
	if err == nil && len(k.moments()) == 0 {
		err = notFound()
	}
	return k, err
}

// short leads from a short address to what the edition asks for now: to deposit, to vote, or else to its page.
func (s *Pages) short(r *web.Request, p ui.Page) (web.View, error) {
	var k kit
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		slug, ok, err := project.OfShortCode(ctx, tx, r.Platform.Key, r.PathValue("code"))
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "fault.print.code", "Value", r.PathValue("code"))
		}
		if err != nil {
			return err
		}
		k.View, err = project.Load(ctx, tx, r.Platform.Key, slug, r.Platform.Now(tx.Now()))
		return err
	})
	if err != nil {
		return web.View{}, err
	}
	path := "/projets/" + url.PathEscape(k.Slug)
	switch m, _ := k.open(); m {
	case deposit:
		path += "/deposer"
	case vote:
		path += "/vote"
	}
	return web.View{Next: p.Href(path)}, nil
}

// address is the short address, in the platform's own language: it is printed on what everybody reads.
func (k kit) address(p ui.Page) string {
	home := p
	if len(p.Platform.Languages) > 0 {
		home.Locale = i18n.For(p.Platform.Languages[0], p.Zone)
	}
	if slices.Contains(p.Platform.Languages, i18n.FR) {
		home.Locale = i18n.For(i18n.FR, p.Zone) // whose addresses have no prefix
	}
	return p.Platform.BaseURL + string(home.Href(project.ShortPath+k.Code))
}

// typed is an address as one types it.
func typed(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	return rest
}

// kitPage is the list of what can be printed.
type kitPage struct{ kit }

func (s *Pages) kit(r *web.Request, p ui.Page) (web.View, error) {
	k, err := s.read(r)
	return web.View{Page: Kit(p, kitPage{k})}, err
}

func of(slug, sheet string) string {
	path := "/organisation/editions/" + url.PathEscape(slug)
	return strings.TrimSuffix(path+"/kit/"+sheet, "/")
}

// size is that of a poster.
type size string

// The sizes.
const (
	a4    size = "a4"
	a3    size = "a3"
	flyer size = "tract" // two on an A4 page
)

// sizes in the order of the page.
var sizes = []size{a4, a3, flyer}

// poster calls people: what, until when, how much.
type poster struct {
	kit
	Moment  moment
	Size    size
	Step    project.Step
	Address string // whole, short
	Code    ui.QR
}

func (s *Pages) sheet(r *web.Request, p ui.Page) (web.View, error) {
	k, err := s.read(r)
	if err != nil {
		return web.View{}, err
	}
	name, format, _ := strings.Cut(r.PathValue("sheet"), "-")
	of := poster{kit: k, Moment: moment(name), Size: size(format), Address: k.address(p)}
	var ok bool
	if of.Step, ok = k.step(of.Moment); !ok || !slices.Contains(sizes, of.Size) {
		return web.View{}, notFound()
	}
	if of.Code, err = ui.NewQR(of.Address); err != nil {
		return web.View{}, err
	}
	return web.View{Page: Sheet(p, of)}, nil
}

// sheetName is the last part of a sheet's address.
func sheetName(m moment, s size) string { return string(m) + "-" + string(s) }

// when says until when, and from when where that is still to come.
func (o poster) when(p ui.Page) string {
	switch s := o.Step; {
	case s.EndsAt.IsZero() && s.StartsAt.IsZero():
		return ""
	case s.EndsAt.IsZero():
		return p.T("print.from", "From", p.Date(s.StartsAt))
	case s.StartsAt.After(o.Now):
		return p.T("print.from_until", "From", p.Date(s.StartsAt), "Until", p.Until(s.EndsAt))
	}
	return p.Until(o.Step.EndsAt)
}

// classes are those of the poster: long words are smaller.
func (o poster) classes(p ui.Page) []string {
	list := []string{"poster"}
	if len([]rune(typed(o.Address))) > 32 {
		list = append(list, "long-address")
	}
	return list
}

func (o poster) call(p ui.Page) string { return p.T("print.call." + string(o.Moment)) }

// lang is that of the edition's title, when it is not the page's.
func (k kit) lang(p ui.Page) string {
	if k.Language == string(p.Lang) {
		return ""
	}
	return k.Language
}

// others are the same sheet in the platform's other languages.
func others(p ui.Page) []ui.Link {
	var list []ui.Link
	for _, lang := range p.Platform.Languages {
		if lang != p.Lang {
			other := p
			other.Locale = i18n.For(lang, p.Zone)
			list = append(list, ui.Link{Text: p.T("web.lang." + string(lang)), Href: other.Href(p.Path), Lang: string(lang)})
		}
	}
	return list
}

func (k kit) seed() int64 { return int64(cmp.Or(int(k.ID[15]), 1)) }

func href(p ui.Page, k kit, sheet string) templ.SafeURL { return p.Href(of(k.Slug, sheet)) }
