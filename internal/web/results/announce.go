package results

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// The addresses of the pages on which organisers see to a result; an edition's are under its slug.
const (
	editionPath  = "/organisation/editions/{edition}"
	announcePath = editionPath + "/annonce"
	councilPath  = editionPath + "/deliberation"
	pressPath    = editionPath + "/presse"
)

func of(slug, page string) string {
	path := "/organisation/editions/" + url.PathEscape(slug)
	if page != "" {
		path += "/" + page
	}
	return path
}

// Desk are the pages of those who announce results.
func (s *Pages) Desk() []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Path: path, Need: access.Organise, Handle: h}
	}
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: access.Organise, Handle: h}
	}
	council := post(councilPath, s.setCouncil)
	council.Largest = result.MaxDocument + 1<<20
	return []web.Route{
		get(announcePath, s.announce),
		post(announcePath+"/tirage", s.setNumbers),
		post(announcePath+"/date", s.setPlan),
		get(announcePath+"/verifier", s.check),
		post(announcePath+"/verifier", s.proclaim),
		get(announcePath+"/"+councilFile, s.draft),
		get(councilPath, s.councilForm),
		council,
		get(pressPath, s.pressForm),
		post(pressPath, s.setPress),
	}
}

// announcePage is a count as its organisers read it, before anybody else.
type announcePage struct {
	ResultsPage
	Done     string
	Missing  bool
	Draw     string // the drawing that the rulebook names; empty: none
	Numbers  string // as they are typed
	Drawn    string // as they are kept
	LotTies  []lotTie
	Hash     string
	Seen     string
	Planned  time.Time
	Day      string
	Hour     string
	Sure     bool
	Problems ui.Problems
}

// lotTie is some projects that only the lots separate.
type lotTie struct {
	Decides bool
	Score   ui.Score
	Titles  []string
}

func (a announcePage) numbers(p ui.Page) ui.Input {
	return ui.Input{Name: "numbers", Label: p.T("announce.numbers", "Draw", a.Draw), Help: p.T("announce.numbers.help"), Value: a.Numbers, InputMode: "text", Required: true, Max: 120}
}

func (a announcePage) day(p ui.Page) ui.Input {
	return ui.Input{Name: "planned", Label: p.T("announce.plan.day"), Type: "date", Value: a.Day, Required: true}
}

func (a announcePage) hour(p ui.Page) ui.Input {
	return ui.Input{Name: "planned_time", Label: p.T("announce.plan.hour"), Type: "time", Value: a.Hour}
}

func (a announcePage) sure(p ui.Page) ui.Input {
	return ui.Input{Name: "sure", Label: p.T("announce.sure"), Required: true, Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("announce.sure.read"), Chosen: a.Sure}}}
}

// stage is where a result is.
type stage struct {
	Project edition.Project
	Done    string
	Open    bool // people vote, or have not begun to
	Closes  time.Time
	At      time.Time // when it was announced
	Council bool      // the council's vote is recorded
}

// preview counts, and makes of the count the page that residents will read. What cannot be shown yet, or no longer, is a stage instead.
func (s *Pages) preview(r *web.Request, p ui.Page) (a announcePage, other *stage, err error) {
	pv, err := s.announcing.Preview(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	f, refused := errors.AsType[*fault.Error](err)
	if refused && (f.Key == "fault.result.voting" || f.Key == "fault.result.proclaimed") {
		other, err = s.stage(r, p)
		return a, other, err
	}
	if err != nil {
		return a, nil, err
	}
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		a, err = v.counted(ctx, pv)
		return err
	})
	a.Done = r.URL.Query().Get("fait")
	return a, nil, err
}

// stage reads where the result of an edition is.
func (s *Pages) stage(r *web.Request, p ui.Page) (*stage, error) {
	var st stage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("edition"))
		if err != nil {
			return err
		}
		at := project.VoteStep(e.Steps)
		if at < 0 {
			return edition.NotFound()
		}
		st = stage{Project: e.Shown(), Done: r.URL.Query().Get("fait"), Open: e.Steps[at].ProclaimedAt.IsZero(), Closes: e.Steps[at].EndsAt, At: e.Steps[at].ProclaimedAt}
		_, st.Council, err = result.DeliberationOf(ctx, v.Tx, v.Of.Key, e.Steps[at].ID)
		return err
	})
	return &st, err
}

// counted makes of a count that nobody else has seen the page that residents will read.
func (v visit) counted(ctx context.Context, pv result.Preview) (announcePage, error) {
	a := announcePage{Missing: pv.Missing(), Numbers: pv.Numbers, Drawn: pv.Numbers, Hash: hex.EncodeToString(pv.BallotsHash), Seen: pv.Seen(), Planned: pv.Planned}
	if pv.Rulebook.Lots != nil {
		a.Draw = pv.Rulebook.Lots.Draw
	}
	if !pv.Planned.IsZero() {
		at := pv.Planned.In(v.Of.Zone)
		a.Day, a.Hour = at.Format(time.DateOnly), at.Format("15:04")
	}
	all, err := v.Editions(ctx, []project.View{pv.View})
	if err != nil {
		return a, err
	}
	e := all[0]
	lines := pv.Lines(func(int) *int { return nil })
	e.Result = result.Result{Step: pv.Step().ID, Counted: !a.Missing, Rule: string(pv.Rule.Method), Ballots: pv.Ballots, BallotsHash: pv.BallotsHash, Budget: pv.Budget, Spent: pv.Spent, Reserve: pv.Reserve, Winners: len(pv.Winners)}
	a.ResultsPage = ResultsPage{Project: e.Shown(), Currency: e.Currency, Counted: !a.Missing, Points: e.Points(), Ballots: int64(pv.Ballots), Proposals: int64(len(lines)), Winners: int64(len(pv.Winners)),
		Budget: int64(pv.Budget), Spent: int64(pv.Spent), Reserve: int64(pv.Reserve), Rule: v.ruleName(e), Preview: true, Lots: v.lots(pv.Rulebook.Lots != nil, pv.Seed, pv.Drawn)}
	if a.Missing {
		a.Lots = ""
	}
	if len(lines) > 0 {
		a.Best = lines[0].Total
	}
	shown := lines[:min(len(lines), resultSize)]
	var marked []result.Line
	for _, l := range lines {
		if l.Winner() {
			marked = append(marked, l)
		}
	}
	at, err := v.placesOf(ctx, e, pv.At, lines)
	if err != nil {
		return a, err
	}
	for _, t := range pv.Ties {
		tie := lotTie{Decides: t.Decides}
		for _, o := range pv.Projects {
			if slices.Contains(t.Projects, o.Project) {
				tie.Score = ui.Score{Known: true, Total: o.Total, Supporters: o.Supporters, Points: e.Points()}
				tie.Titles = append(tie.Titles, at.proposals[pv.Candidates[o.Project].Proposal].Title)
			}
		}
		a.LotTies = append(a.LotTies, tie)
	}
	slices.SortStableFunc(a.LotTies, func(x, y lotTie) int {
		if x.Decides == y.Decides {
			return 0
		} else if x.Decides {
			return -1
		}
		return 1
	})
	said, err := v.Reasons(ctx, e, shown)
	if err != nil {
		return a, err
	}
	if a.Missing { // who wins, and why, hangs on the drawing
		said = make([]string, len(shown))
	}
	cut := 0
	if !a.Missing && pv.Rule.Parts == nil {
		for _, l := range lines {
			if l.Reason.Code == tally.OutNoFit || l.Reason.Code == tally.OutStopped {
				cut = l.Rank
				break
			}
		}
	}
	a.Lines = v.lines(e, shown, said, at, cut)
	if a.Groups, err = v.groups(ctx, e, pv.At, marked, at); err != nil || a.Missing {
		return a, err
	}
	var special []result.Line
	for _, l := range lines {
		if l.Reason.Tie != "" && len(special) < tiesShown {
			special = append(special, l)
		}
	}
	ties := len(special)
	for _, l := range marked {
		if l.Reason.Code == tally.InGuarantee {
			special = append(special, l)
		}
	}
	why, err := v.Reasons(ctx, e, special)
	for i, l := range special {
		proposal := at.proposals[l.Proposal]
		d := Decided{Title: proposal.Title, Number: strconv.Itoa(proposal.Number), Slug: proposal.Slug, Winner: l.Winner(), Reason: why[i]}
		if i < ties {
			a.Ties = append(a.Ties, d)
		} else {
			a.Guarantee = append(a.Guarantee, d)
		}
	}
	return a, err
}

func (s *Pages) announce(r *web.Request, p ui.Page) (web.View, error) {
	a, other, err := s.preview(r, p)
	if err != nil {
		return web.View{}, err
	}
	if other != nil {
		return web.View{Page: Stage(p, *other)}, nil
	}
	return web.View{Page: Announce(p, a)}, nil
}

// again shows the page again with what was typed and is wrong; a result that came out meanwhile shows where it is.
func (s *Pages) again(r *web.Request, p ui.Page, problems ui.Problems, typed func(*announcePage)) (web.View, error) {
	a, other, err := s.preview(r, p)
	if err != nil || other != nil {
		if err == nil {
			return web.View{Status: http.StatusConflict, Page: Stage(p, *other)}, nil
		}
		return web.View{}, err
	}
	typed(&a)
	a.Problems, a.Done = problems, ""
	return web.Form(Announce(p, a), problems), nil
}

func (s *Pages) setNumbers(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	problems, err := p.ProblemsOf(s.announcing.SetNumbers(r.Context(), r.Platform, r.Person, slug, r.Posted("numbers")))
	if err != nil || len(problems) == 0 {
		return web.Done(p, of(slug, "annonce"), "tirage"), err
	}
	return s.again(r, p, problems, func(a *announcePage) { a.Numbers = r.Posted("numbers") })
}

func (s *Pages) setPlan(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	var at time.Time
	var err error
	done := "sans-date"
	if r.Posted("do") != "none" {
		done = "date"
		hour := r.Posted("planned_time")
		if hour == "" {
			hour = "09:00"
		}
		if at, err = time.ParseInLocation("2006-01-02 15:04", r.Posted("planned")+" "+hour, r.Platform.Zone); err != nil {
			err = fault.New(fault.Invalid, "fault.form.day").In("planned")
		}
	}
	if err == nil {
		err = s.announcing.SetPlan(r.Context(), r.Platform, r.Person, slug, at)
	}
	problems, err := p.ProblemsOf(err)
	if err != nil || len(problems) == 0 {
		return web.Done(p, of(slug, "annonce"), done), err
	}
	return s.again(r, p, problems, func(a *announcePage) { a.Day, a.Hour = r.Posted("planned"), r.Posted("planned_time") })
}

func (s *Pages) check(r *web.Request, p ui.Page) (web.View, error) {
	a, other, err := s.preview(r, p)
	if err != nil {
		return web.View{}, err
	}
	if other != nil || a.Missing {
		return web.View{Next: p.Href(of(r.PathValue("edition"), "annonce"))}, nil
	}
	return web.View{Page: Check(p, a)}, nil
}

func (s *Pages) proclaim(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("edition")
	var err error
	if r.Posted("sure") != "yes" {
		err = fault.New(fault.Invalid, "fault.result.sure").In("sure")
	}
	if err == nil {
		err = s.announcing.Announce(r.Context(), r.Platform, r.Person, slug, r.Posted("seen"))
	}
	problems, err := p.ProblemsOf(err)
	if err != nil || len(problems) == 0 {
		return web.Done(p, of(slug, "annonce"), "annoncee"), err
	}
	a, other, err := s.preview(r, p)
	switch {
	case err != nil:
		return web.View{}, err
	case other != nil:
		return web.View{Status: http.StatusConflict, Page: Stage(p, *other)}, nil
	}
	a.Problems = problems
	return web.Form(Check(p, a), problems), nil
}

// draft is the document for the council, before the result is announced.
func (s *Pages) draft(r *web.Request, p ui.Page) (web.View, error) {
	pv, err := s.announcing.Preview(r.Context(), r.Platform, r.Person, r.PathValue("edition"))
	if err != nil {
		return web.View{}, err
	}
	var f *web.File
	err = s.read(r, p, func(ctx context.Context, v visit) error {
		a, err := v.counted(ctx, pv)
		if err != nil {
			return err
		}
		e := edition.Edition{View: pv.View, Result: result.Result{BallotsHash: pv.BallotsHash}}
		f, err = v.councilDocument(ctx, e, a.ResultsPage)
		return err
	})
	return web.View{File: f}, err
}
