package deposit

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

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
	Where   *ui.CityMap
}

func (s *Pages) checkShow(r *web.Request, p ui.Page) (web.View, error) {
	c, d, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if !d.Draft() {
		return web.View{Next: at(p, c.Slug, d.ID, "/en-ligne")}, nil
	}
	return s.check(r, p, c, d, nil)
}

// check shows the page, with why the publication was refused.
func (s *Pages) check(r *web.Request, p ui.Page, c deposit.Call, d deposit.Deposit, refused error) (web.View, error) {
	k := checkPage{formPage: formPage{Call: c, Deposit: d, Open: c.Open(r.Person, d)}, Refused: refused != nil, Proved: r.Person.Proved}
	means, wrong := c.Check(d.Content, !d.Picture.IsZero())
	k.Means = means
	if refused != nil {
		wrong = refused
	}
	var err error
	if k.Problems, err = p.ProblemsOf(wrong); err != nil {
		return web.View{}, err
	}
	if m, _, ok := cityMap(p, c, means.Place, d.Content.District); ok && means.Place != nil {
		m.ID, m.Label = "lieu", p.T("deposit.check.where")
		for i := range m.Areas {
			m.Areas[i].Class = "plain"
		}
		k.Where = &m
	}
	err = s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		k.Alike, err = proposal.Similar(ctx, tx, r.Platform.Key, d.Content.Title, alikeMax)
		return err
	})
	v := web.View{Page: CheckShow(p, k)}
	if k.Refused {
		v.Status = http.StatusUnprocessableEntity
	}
	return v, err
}

// publish publishes a draft. Who has not proved an address goes and does so, and comes back to the page that checks.
func (s *Pages) publish(r *web.Request, p ui.Page) (web.View, error) {
	c, d, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if !r.Person.Proved {
		return web.View{Next: p.HrefWith(web.SignInPath, "suite", string(at(p, c.Slug, d.ID, "/verifier"))+"#publier")}, nil
	}
	charter, err := strconv.Atoi(r.Posted("charter"))
	if err != nil {
		charter = -1
	}
	_, err = s.proposals.Publish(r.Context(), r.Platform, r.Person, c.Slug, d.ID, charter)
	switch {
	case err == nil:
		return web.View{Next: at(p, c.Slug, d.ID, "/en-ligne")}, nil
	case fault.Is(err, fault.Closed):
		return web.View{}, err
	}
	return s.check(r, p, c, d, err)
}

// charter gives the charter's paragraphs: the city's own, else the model's.
func (k checkPage) charter(p ui.Page) []string {
	if text := k.Charter.Text.In(p.Lang); text != "" {
		return paragraphs(text)
	}
	return paragraphs(p.T("deposit.charter.model"))
}

// missing lists what is wrong, each with the way to its field on the form.
func (k checkPage) missing(p ui.Page) []ui.Link {
	var list []ui.Link
	seen := map[string]bool{}
	for _, i := range k.fields(p) {
		for _, text := range k.Problems[i.Name] {
			href := at(p, k.Slug, k.Deposit.ID, "") + templ.SafeURL("#field-"+i.Name)
			if i.Name == "charter" {
				href = "#field-charter"
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
