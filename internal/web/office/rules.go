package office

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// rulesForm is the rules: each choice is a sentence of the règlement, which stands beside it.
type rulesForm struct {
	frame
	Choices  project.Choices
	Typed    map[string]string // fields that hold numbers, amounts and texts
	Articles []rulebook.Article
	Reason   reason
	Problems ui.Problems
}

// The fields that are named as Validate names them, so that what it finds stands beside its field.
var ruleFields = struct{ numbers, amounts, texts []string }{
	numbers: []string{"deposit.who.minimum_age", "deposit.per_person", "deposit.months", "vote.who.minimum_age", "vote.ballot.min", "vote.ballot.max",
		"vote.ballot.max_points", "count.minimum.supporters", "count.minimum.ballots_share", "count.guarantee.per_district", "vote.totals.every"},
	amounts: []string{"deposit.maximum_cost", "deposit.running.per_year"},
	texts: []string{"deposit.who.domains", "vote.who.domains", "deposit.who.residence.values", "vote.who.residence.values", "lots.draw", "article.title.fr",
		"article.body.fr", "article.title.en", "article.body.en"},
}

func (f rulesForm) number(p ui.Page, name string) ui.Input {
	return ui.Input{Name: name, Label: p.T("organise.rule." + name), Value: f.Typed[name], InputMode: "numeric", Max: 6}
}

func (f rulesForm) amount(p ui.Page, name string) ui.Input {
	return ui.Input{Name: name, Label: p.T("organise.rule." + name), Value: f.Typed[name], InputMode: "decimal", Max: 20}
}

func (f rulesForm) text(p ui.Page, name string, rows int) ui.Input {
	return ui.Input{Name: name, Label: p.T("organise.rule." + name), Value: f.Typed[name], Rows: rows, Max: 4000}
}

func (f rulesForm) domains(p ui.Page, act string) ui.Input {
	in := f.text(p, act+".who.domains", 0)
	in.Help = p.T("organise.rule.domains.help")
	return in
}

func one(p ui.Page, name, prefix string, list []ui.Option) ui.Input {
	return ui.Input{Name: name, Label: p.T(prefix), Required: true, Options: list}
}

func (f rulesForm) kinds(p ui.Page, act string, w project.WhoChoices) ui.Input {
	in := one(p, act+".who.kinds", "organise.rule."+act+".who.kinds", options(p, "organise.rule.kind", w.Kinds,
		rulebook.KindPerson, rulebook.KindAssociation, rulebook.KindCollective, rulebook.KindSchool, rulebook.KindBusiness))
	in.Several = true
	return in
}

func (f rulesForm) residence(p ui.Page, act string, w project.WhoChoices) ui.Input {
	list := []rulebook.ResidenceIn{rulebook.Anywhere, rulebook.InCity, rulebook.InPostcodes}
	if w.In == rulebook.InDistricts {
		list = append(list, rulebook.InDistricts)
	}
	return one(p, act+".who.residence.in", "organise.rule.residence", options(p, "organise.rule.residence", []rulebook.ResidenceIn{w.In}, list...))
}

func (f rulesForm) listed(p ui.Page, act string, w project.WhoChoices) ui.Input {
	return ui.Input{Name: act + ".who.listed", Label: p.T("organise.rule.limit"), Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("organise.rule.listed"), Chosen: w.Listed}}}
}

func (f rulesForm) barred(p ui.Page) ui.Input {
	in := one(p, "deposit.barred", "organise.rule.barred", options(p, "organise.rule.barred", f.Choices.Barred, rulebook.BarredElected, rulebook.BarredStaff,
		rulebook.BarredJury, rulebook.BarredCandidate, rulebook.BarredParty, rulebook.BarredReligious, rulebook.BarredBusiness))
	in.Several, in.Required = true, false
	return in
}

func (f rulesForm) running(p ui.Page) ui.Input {
	return one(p, "deposit.running.kind", "organise.rule.running", options(p, "organise.rule.running", []rulebook.RunningKind{f.Choices.Running.Kind},
		rulebook.RunningNoDirect, rulebook.RunningInduced, rulebook.RunningAllowed))
}

func (f rulesForm) ballot(p ui.Page) ui.Input {
	return one(p, "vote.ballot.kind", "organise.rule.ballot", options(p, "organise.rule.ballot", []rulebook.ShapeKind{f.Choices.Ballot.Kind},
		rulebook.Simple, rulebook.Basket, rulebook.Ranking))
}

func (f rulesForm) advanced(p ui.Page) ui.Input {
	list := options(p, "organise.rule.ballot", []rulebook.ShapeKind{f.Choices.Ballot.Kind}, rulebook.Cumulative)
	return ui.Input{Name: "vote.ballot.kind.more", Label: p.T("organise.rule.advanced"), Options: list, Several: true}
}

const noDistrictVote = "none"

func (f rulesForm) districtVote(p ui.Page) ui.Input {
	chosen := f.Choices.DistrictVote
	if chosen == "" {
		chosen = noDistrictVote
	}
	return one(p, "vote.district.choice", "organise.rule.district_vote", options(p, "organise.rule.district_vote", []rulebook.DistrictChoice{chosen},
		noDistrictVote, rulebook.HomeDistrict, rulebook.AnyDistrict))
}

func (f rulesForm) totals(p ui.Page) ui.Input {
	return one(p, "vote.totals.during", "organise.rule.totals", options(p, "organise.rule.totals", []rulebook.During{f.Choices.Totals.During}, rulebook.Hidden, rulebook.InBatches))
}

func (f rulesForm) fit(p ui.Page) ui.Input {
	return one(p, "count.fit.then", "organise.rule.fit", options(p, "organise.rule.fit", []tally.FitThen{f.Choices.Fit}, tally.FitSkip, tally.FitStop))
}

func (f rulesForm) ties(p ui.Page) ui.Input {
	list := []project.TieChoice{project.TieByCost, project.TieBySupporters, project.TieByLots}
	if f.Choices.Ties == project.TieKept {
		list = append(list, project.TieKept)
	}
	return one(p, "ties", "organise.rule.ties", options(p, "organise.rule.ties", []project.TieChoice{f.Choices.Ties}, list...))
}

func (f rulesForm) dropOut(p ui.Page) ui.Input {
	return one(p, "count.drop_out", "organise.rule.drop_out", options(p, "organise.rule.drop_out", []tally.DropOut{f.Choices.DropOut}, tally.DropOutNext, tally.DropOutDistrict, tally.DropOutNobody))
}

// fields are all inputs in the order of the page, for what is wrong with them.
func (f rulesForm) fields(p ui.Page) []ui.Input {
	c := f.Choices
	list := []ui.Input{f.kinds(p, "deposit", c.Deposit), f.residence(p, "deposit", c.Deposit), f.barred(p), f.running(p), f.kinds(p, "vote", c.Vote),
		f.residence(p, "vote", c.Vote), f.ballot(p), f.districtVote(p), f.totals(p), f.fit(p), f.ties(p), f.dropOut(p)}
	for _, names := range [][]string{ruleFields.numbers, ruleFields.amounts, ruleFields.texts} {
		for _, name := range names {
			list = append(list, ui.Input{Name: name})
		}
	}
	return append(list, f.Reason.words(p))
}

// stored fills the form with what is decided.
func (f rulesForm) stored(p ui.Page) rulesForm {
	c := project.ChoicesOf(f.Edition.Rulebook)
	f.Choices = c
	f.Typed = map[string]string{
		"deposit.who.minimum_age": count(c.Deposit.Age), "deposit.per_person": count(c.PerPerson), "deposit.months": count(c.Months),
		"vote.who.minimum_age": count(c.Vote.Age), "vote.ballot.min": count(c.Ballot.Min), "vote.ballot.max": count(c.Ballot.Max), "vote.ballot.max_points": count(c.Ballot.MaxPoints),
		"count.minimum.supporters": count(c.Supporters), "count.minimum.ballots_share": count(c.BallotsShare), "count.guarantee.per_district": count(c.Promise),
		"vote.totals.every": count(c.Totals.Every), "deposit.maximum_cost": typed(c.MaximumCost, string(p.Lang)), "deposit.running.per_year": typed(c.Running.PerYear, string(p.Lang)),
		"deposit.who.domains": strings.Join(c.Deposit.Domains, ", "), "vote.who.domains": strings.Join(c.Vote.Domains, ", "),
		"deposit.who.residence.values": strings.Join(c.Deposit.Postcodes, ", "), "vote.who.residence.values": strings.Join(c.Vote.Postcodes, ", "), "lots.draw": c.Draw,
		"article.title.fr": c.Article.Title.FR, "article.body.fr": c.Article.Body.FR, "article.title.en": c.Article.Title.EN, "article.body.en": c.Article.Body.EN,
	}
	f.Articles = f.Edition.Rulebook.Regulation(p.Locale)
	return f
}

func (s *Pages) rules(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenRules)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Page: Rules(p, rulesForm{frame: frame, Reason: reason{kind: "rules"}}.stored(p))}, nil
}

// choices reads what was chosen and typed.
func (f *rulesForm) choices(in *reader) {
	r := in.r
	f.Typed = map[string]string{}
	for _, names := range [][]string{ruleFields.numbers, ruleFields.amounts, ruleFields.texts} {
		for _, name := range names {
			f.Typed[name] = r.Posted(name)
		}
	}
	who := func(act string) project.WhoChoices {
		return project.WhoChoices{Age: in.number(act + ".who.minimum_age"), In: rulebook.ResidenceIn(r.Posted(act + ".who.residence.in")), Postcodes: in.words(act + ".who.residence.values"),
			Kinds: ticked[rulebook.Kind](r, act+".who.kinds"), Domains: in.words(act + ".who.domains"), Listed: r.Posted(act+".who.listed") == "yes"}
	}
	c := project.Choices{
		Deposit: who("deposit"), Barred: ticked[rulebook.Barred](r, "deposit.barred"), PerPerson: in.number("deposit.per_person"), MaximumCost: in.amount("deposit.maximum_cost"),
		Months: in.number("deposit.months"), Running: rulebook.Running{Kind: rulebook.RunningKind(r.Posted("deposit.running.kind"))}, Vote: who("vote"),
		Ballot:       rulebook.Shape{Kind: rulebook.ShapeKind(r.Posted("vote.ballot.kind")), Min: in.number("vote.ballot.min"), Max: in.number("vote.ballot.max")},
		DistrictVote: rulebook.DistrictChoice(r.Posted("vote.district.choice")), Totals: rulebook.Totals{During: rulebook.During(r.Posted("vote.totals.during"))},
		Supporters: int64(in.number("count.minimum.supporters")), BallotsShare: in.number("count.minimum.ballots_share"), Fit: tally.FitThen(r.Posted("count.fit.then")),
		Promise: in.number("count.guarantee.per_district"), Ties: project.TieChoice(r.Posted("ties")), Draw: f.Typed["lots.draw"], DropOut: tally.DropOut(r.Posted("count.drop_out")),
		Article: rulebook.CityArticle{Title: rulebook.Text{FR: f.Typed["article.title.fr"], EN: f.Typed["article.title.en"]}, Body: rulebook.Text{FR: f.Typed["article.body.fr"], EN: f.Typed["article.body.en"]}},
	}
	if r.Posted("vote.ballot.kind.more") != "" {
		c.Ballot.Kind = rulebook.Cumulative
	}
	// A field that another choice makes meaningless is not read: what stands in it is kept on the screen alone.
	if c.Ballot.Kind == rulebook.Cumulative {
		c.Ballot.MaxPoints = int64(in.number("vote.ballot.max_points"))
	}
	if c.Running.Kind == rulebook.RunningInduced {
		c.Running.PerYear = in.amount("deposit.running.per_year")
	}
	if c.Totals.During == rulebook.InBatches {
		c.Totals.Every = in.number("vote.totals.every")
	}
	if c.DistrictVote == noDistrictVote {
		c.DistrictVote = ""
	}
	if f.Choices = c; f.Frozen && r.Posted("vote.ballot.kind") == "" { // the page says the vote's rules, and asks for none
		f.Choices = project.ChoicesOf(f.Edition.Rulebook)
		f.Choices.Deposit, f.Choices.Barred, f.Choices.PerPerson, f.Choices.MaximumCost = c.Deposit, c.Barred, c.PerPerson, c.MaximumCost
		f.Choices.Months, f.Choices.Running, f.Choices.Article = c.Months, c.Running, c.Article
	}
}

// ticked gives the answers that were ticked.
func ticked[T ~string](r *web.Request, name string) []T {
	var list []T
	for _, v := range r.PostForm[name] {
		list = append(list, T(v))
	}
	return list
}

func (s *Pages) setRules(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenRules)
	if err != nil {
		return web.View{}, err
	}
	f := rulesForm{frame: frame, Reason: reasonOf(r, "rules")}
	in := &reader{r: r}
	f.choices(in)
	said := rulesForm{frame: frame}.stored(p)
	for name, text := range said.Typed { // what the page only says, it says again
		if _, asked := r.PostForm[name]; !asked {
			f.Typed[name] = text
		}
	}
	book := f.Choices.Into(frame.Edition.Rulebook)
	if err = in.err(); err == nil && r.Posted("do") == "read" { // read it, save nothing
		if err = book.Validate(); err == nil {
			f.Articles = book.Regulation(p.Locale)
			return web.View{Page: Rules(p, f)}, nil
		}
	}
	if err == nil {
		err = s.editions.SetRules(r.Context(), r.Platform, r.Person, frame.Edition.Slug, f.Choices, f.Reason.said(p))
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		f.Articles = frame.Edition.Rulebook.Regulation(p.Locale)
		return web.Form(Rules(p, f), f.Problems), nil
	}
	return frame.saved(p, "reglement"), nil
}
