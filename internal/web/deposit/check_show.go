package deposit

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/basemap"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// checkPage shows a draft as it will be, and what is missing.
type checkPage struct {
	formPage
	Means   deposit.Checked
	Alike   []proposal.Alike
	Refused bool // somebody tried to publish it
	Proved  bool
	Signed  bool // the agent ticked that the sheet is
	Vouched bool // and that the person has not deposited too much
	Where   *ui.CityMap
}

func (s *Pages) checkShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if !f.Deposit.Draft() {
		return web.View{Next: f.at(p, "/en-ligne")}, nil
	}
	return s.check(r, p, f, nil)
}

// check shows the page, with why the publication was refused.
func (s *Pages) check(r *web.Request, p ui.Page, f formPage, refused error) (web.View, error) {
	f.Open = f.Call.Open(f.Who, f.Deposit)
	k := checkPage{formPage: f, Refused: refused != nil, Proved: r.Person.Proved, Signed: r.Posted("charter") != "", Vouched: r.Posted("vouched") != ""}
	c, d := f.Call, f.Deposit
	means, wrong := c.Check(d.Content, !d.Picture.IsZero())
	if f.Paper != nil {
		means, wrong = s.proposals.CheckPaper(r.Context(), r.Platform, c, *f.Paper, d)
	}
	k.Means = means
	if refused != nil {
		wrong = refused
	}
	var err error
	if k.Problems, err = p.ProblemsOf(wrong); err != nil {
		return web.View{}, err
	}
	var ground basemap.Map
	err = s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		if k.Alike, err = proposal.Similar(ctx, tx, r.Platform.Key, d.Content.Title, alikeMax); err == nil {
			ground, err = basemap.Of(ctx, tx, r.Platform.Key)
		}
		return err
	})
	if m, _, ok := cityMap(p, c, ground, means.Place, d.Content.District); ok && means.Place != nil {
		m.ID, m.Label = "lieu", p.T("deposit.check.where")
		for i := range m.Areas {
			m.Areas[i].Class = "plain"
		}
		k.Where = &m
	}
	v := web.View{Page: CheckShow(p, k)}
	if k.Refused {
		v.Status = http.StatusUnprocessableEntity
	}
	return v, err
}

// publish publishes a draft. Who has not proved an address goes and does so, and comes back to the page that checks; a sheet
// of paper is signed.
func (s *Pages) publish(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if f.Paper == nil && !r.Person.Proved {
		return web.View{Next: p.HrefWith(web.SignInPath, "suite", string(f.at(p, "/verifier"))+"#publier")}, nil
	}
	charter, err := strconv.Atoi(r.Posted("charter"))
	if err != nil {
		charter = -1
	}
	if f.Paper != nil {
		_, err = s.proposals.PublishPaper(r.Context(), r.Platform, r.Person, f.Slug, f.Deposit.ID, charter, r.Posted("vouched") != "")
	} else if err = r.Human(); err == nil {
		_, err = s.proposals.Publish(r.Context(), r.Platform, r.Person, f.Slug, f.Deposit.ID, charter)
	}
	switch {
	case err == nil:
		return web.View{Next: f.at(p, "/en-ligne")}, nil
	case fault.Is(err, fault.Closed):
		return web.View{}, err
	}
	return s.check(r, p, f, err)
}

// asked is what is wrong with a box, once somebody tried to publish.
func (k checkPage) asked(name string) ui.Problems {
	if !k.Refused {
		return nil
	}
	return ui.Problems{name: k.Problems[name]}
}

// charter gives the charter's paragraphs: the city's own, else the model's.
func (k checkPage) charter(p ui.Page) []string {
	if text := k.Charter.Text.In(p.Lang); text != "" {
		return ui.Paragraphs(text)
	}
	return ui.Paragraphs(p.T("deposit.charter.model"))
}

// missing lists what is wrong, each with the way to its field on the form.
func (k checkPage) missing(p ui.Page) []ui.Link {
	var list []ui.Link
	seen := map[string]bool{}
	for _, i := range k.fields(p) {
		for _, text := range k.Problems[i.Name] {
			href := k.at(p, "") + templ.SafeURL("#field-"+i.Name)
			if i.Name == "charter" || i.Name == "vouched" {
				href = templ.SafeURL("#field-" + i.Name)
			}
			list = append(list, ui.Link{Text: text, Href: href})
		}
		seen[i.Name] = true
	}
	for name, texts := range k.Problems {
		if !seen[name] {
			for _, text := range texts {
				list = append(list, ui.Link{Text: text})
			}
		}
	}
	return list
}

func (k checkPage) districtName(p ui.Page) string {
	for _, d := range k.Districts {
		if d.ID == k.Means.District {
			return d.Name
		}
	}
	if k.Deposit.Content.District == deposit.WholeCity {
		return p.T("web.district.whole")
	}
	return ""
}

func (k checkPage) categoryName(p ui.Page) string {
	for _, c := range k.Categories {
		if c.ID == k.Means.Category {
			name, _ := deposit.NameIn(p.Lang, k.Language, c.Name, c.Other)
			return name
		}
	}
	return ""
}
