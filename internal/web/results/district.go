package results

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// DistrictResultsPage is what one district won and what it did not, with the reasons.
type DistrictResultsPage struct {
	ResultsPage
	Group MoneyGroup
	From  string // key of the page before; empty when there is none
	Until string // of the page after
}

// sentence says what the district won.
func (d DistrictResultsPage) sentence(p ui.Page) string {
	if len(d.Group.Winners) == 0 {
		return p.T("web.results.no_winner", "Count", d.Group.Proposals)
	}
	return p.T("results.district.lead", "Winners", p.T("web.winners", "Count", len(d.Group.Winners)), "Proposals", p.T("web.proposals_on", "Count", d.Group.Proposals),
		"Spent", p.Money(d.Group.Spent, d.Currency))
}

func (s *Pages) district(r *web.Request, p ui.Page) (web.View, error) {
	from := 0
	if text := r.URL.Query().Get("apres"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return web.View{}, fault.New(fault.Invalid, "fault.list.key", "Value", text).In("apres")
		}
		from = n
	}
	var page DistrictResultsPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		if !e.Counted || !e.Result.Counted {
			return edition.NotFound()
		}
		page, err = v.districtResults(ctx, e, r.PathValue("district"), from)
		return err
	})
	return web.View{Page: DistrictResults(p, page)}, err
}

// districtResults reads the results of one district. Fault: not_found.
func (v visit) districtResults(ctx context.Context, e edition.Edition, slug string, from int) (DistrictResultsPage, error) {
	key, r := v.Of.Key, e.Result
	vote := project.VoteStep(e.Steps)
	page := DistrictResultsPage{ResultsPage: ResultsPage{Project: e.Shown(), Currency: e.Currency, Counted: true, Points: e.Points(), Budget: int64(r.Budget), Rule: v.ruleName(e), Announced: e.Announced()}}
	lines, err := result.LinesIn(ctx, v.Tx, key, r.Step, slug, from, resultSize+1)
	if err != nil {
		return page, err
	}
	if from > 0 {
		page.From = "0"
	}
	if len(lines) > resultSize {
		lines = lines[:resultSize]
		page.Until = strconv.Itoa(lines[resultSize-1].Rank)
	}
	marked, err := result.Marked(ctx, v.Tx, key, r.Step)
	if err != nil {
		return page, err
	}
	if page.Best, err = result.Best(ctx, v.Tx, key, r.Step); err != nil {
		return page, err
	}
	at, err := v.placesOf(ctx, e, vote, append(slices.Clone(marked), lines...))
	if err != nil {
		return page, err
	}
	if page.Groups, err = v.groups(ctx, e, vote, marked, at); err != nil {
		return page, err
	}
	of := slices.IndexFunc(page.Groups, func(g MoneyGroup) bool { return g.District != nil && g.District.Slug == slug })
	if of < 0 {
		return page, edition.NotFound()
	}
	page.Group = page.Groups[of]
	said, err := v.Reasons(ctx, e, lines)
	if err != nil {
		return page, err
	}
	page.Lines = v.lines(e, lines, said, at, 0) // the envelope is cut across the city, not across one district
	return page, v.districtMap(ctx, e, &page, lines, at)
}

// districtMap shows the district with its winners.
func (v visit) districtMap(ctx context.Context, e edition.Edition, page *DistrictResultsPage, lines []result.Line, at places) error {
	c, err := v.Town(ctx, e)
	if err != nil {
		return err
	}
	name := page.Group.District.Name
	label := v.T("results.district.map", "Place", name)
	page.Map, page.Drawn = v.winnersMap(c, e, label, lines, at)
	of, ok := c.Named(page.Group.District.Slug)
	if !ok || len(of.Outline) == 0 {
		return nil
	}
	view := citymap.Fit(of.Outline.Frame())
	spots, gathered := winnersIn(view, lines, at)
	page.Map, page.Drawn = c.Draw("carte", label, view, func(q edition.Quarter) edition.Style {
		s := edition.Style{Class: "plain", Href: page.district(v.Page, q.Slug)}
		if q.Slug == of.Slug {
			s.Class, s.On = q.ColourClass(), true
		}
		return s
	}, gathered, nil), true
	page.Map.Marks = v.Marks(c, e, spots, gathered, nil)
	return nil
}

// turn is the address of another page of the district's proposals.
func (d DistrictResultsPage) turn(p ui.Page, after string) templ.SafeURL {
	if after == "" {
		return ""
	}
	if after == "0" {
		after = ""
	}
	return p.HrefWith(d.Project.Path()+"/resultats/"+url.PathEscape(d.Group.District.Slug), "apres", after)
}
