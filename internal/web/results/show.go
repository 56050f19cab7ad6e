package results

import (
	"context"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

const (
	resultSize   = 250 // lines of a page
	refusedShown = 1000
)

func (s *Pages) show(r *web.Request, p ui.Page) (web.View, error) {
	from := 0 // the rank after which the page goes on
	if text := r.URL.Query().Get("apres"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return web.View{}, fault.New(fault.Invalid, "fault.list.key", "Value", text).In("apres")
		}
		from = n
	}
	if text := r.URL.Query().Get("avant"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return web.View{}, fault.New(fault.Invalid, "fault.list.key", "Value", text).In("avant")
		}
		from = max(0, n-1-resultSize)
	}
	measure := ByMoney
	if r.URL.Query().Get("carte") == string(ByNumber) {
		measure = ByNumber
	}
	var page ResultsPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		if !e.Counted {
			return e.Early(project.Result, "results")
		}
		page, err = v.results(ctx, e, from, measure)
		return err
	})
	return web.View{Page: Results(p, page)}, err
}

// places are what results say of proposals: titles, addresses, districts.
type places struct {
	proposals map[ids.ID]proposal.Proposal
	tags      map[ids.ID][]proposal.Facet
	order     map[string]int    // place of each district in the sequence of colours, by slug
	slugs     map[ids.ID]string // of the districts
}

func (v visit) results(ctx context.Context, e edition.Edition, from int, measure Measure) (ResultsPage, error) {
	key, r := v.Of.Key, e.Result
	vote := project.VoteStep(e.Steps)
	page := ResultsPage{Project: e.Shown(), Currency: e.Currency, Counted: r.Counted, Points: e.Points(), Ballots: int64(r.Ballots), Proposals: int64(e.Steps[vote].Proposals),
		Winners: int64(r.Winners), Budget: int64(r.Budget), Spent: int64(r.Spent), Reserve: int64(r.Reserve), Rule: v.ruleName(e),
		Announced: e.Announced(), Measure: measure, Unstated: e.Rulebook.Count.Method == tally.MethodUnknown}
	lines, err := result.Lines(ctx, v.Tx, key, r.Step, from, resultSize+1)
	if err != nil {
		return page, err
	}
	if from > 0 && len(lines) > 0 {
		page.Previous = strconv.Itoa(lines[0].Rank)
	}
	if len(lines) > resultSize {
		lines = lines[:resultSize]
		page.Next = strconv.Itoa(lines[resultSize-1].Rank)
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
	said, err := v.Reasons(ctx, e, lines)
	if err != nil {
		return page, err
	}
	cut := 0
	if e.Rulebook.Count.Parts == nil { // where each part has its own, none is the budget's
		if cut, err = result.Cut(ctx, v.Tx, key, r.Step); err != nil {
			return page, err
		}
	}
	page.Lines = v.lines(e, lines, said, at, cut)
	if page.Groups, err = v.groups(ctx, e, vote, marked, at); err != nil {
		return page, err
	}
	if err := v.decided(ctx, e, marked, &page); err != nil {
		return page, err
	}
	if r.Counted {
		if err := v.resultsMap(ctx, e, &page, marked, at); err != nil {
			return page, err
		}
	}
	if err := v.after(ctx, e, &page); err != nil {
		return page, err
	}
	page.Here, page.Recountable = e.Origin == project.OfCity && r.Counted, recountable(e)
	page.Notices, page.File, err = v.notices(ctx, e, marked, at)
	return page, err
}

func (v visit) placesOf(ctx context.Context, e edition.Edition, step int, lines []result.Line) (places, error) {
	list := make([]ids.ID, len(lines))
	for i, l := range lines {
		list[i] = l.Proposal
	}
	slices.SortFunc(list, func(a, b ids.ID) int { return slices.Compare(a[:], b[:]) })
	list = slices.Compact(list)
	at := places{proposals: map[ids.ID]proposal.Proposal{}}
	found, err := proposal.ByIDs(ctx, v.Tx, v.Of.Key, list)
	if err != nil {
		return at, err
	}
	for _, p := range found {
		at.proposals[p.ID] = v.Seen(p)
	}
	if at.tags, err = proposal.TagsOf(ctx, v.Tx, v.Of.Key, e.Steps[step].ID, list); err != nil {
		return at, err
	}
	all, err := project.DistrictsOf(ctx, v.Tx, v.Of.Key, []ids.ID{e.Project.ID})
	at.order, at.slugs = map[string]int{}, map[ids.ID]string{}
	for _, d := range all {
		at.order[d.Slug], at.slugs[d.ID] = d.Colour, d.Slug
	}
	return at, err
}

// ruleName says the counting in one sentence, with the name that the file gives it.
func (v visit) ruleName(e edition.Edition) string {
	c := e.Rulebook.Count
	switch c.Method {
	case tally.MethodUnknown:
		return v.T("web.rule.unknown")
	case tally.MethodGreedy:
	default:
		return v.T("web.rule.other", "Name", e.Result.Rule)
	}
	unit := v.T("rulebook.units.votes")
	if e.Points() {
		unit = v.T("rulebook.units.points")
	}
	said := v.T("web.rule."+string(c.Fit.Then), "Unit", unit)
	if c.Guarantee != nil {
		said += " " + v.T("web.rule.guarantee", "Count", c.Guarantee.PerDistrict)
	}
	if c.Parts != nil {
		said += " " + v.T("web.rule.parts_"+string(c.Parts.By))
	}
	if c.Minimum.Total > 0 {
		said += " " + v.T("web.rule.minimum", "Unit", unit)
	}
	if c.Minimum.Supporters > 0 || c.Minimum.BallotsShare > 0 {
		said += " " + v.T("web.rule.minimum_people")
	}
	return said
}

// lines shows lines of the count; the cut is drawn above the one of that rank, 0 for none.
func (v visit) lines(e edition.Edition, lines []result.Line, said []string, at places, cut int) []ui.ResultLine {
	out := make([]ui.ResultLine, len(lines))
	count := e.Rulebook.Count
	for i, l := range lines {
		p := at.proposals[l.Proposal]
		districts, _ := edition.PlacesOf(at.tags[l.Proposal], at.order)
		out[i] = ui.ResultLine{Rank: l.Rank, Number: int64(p.Number), Title: p.Title, Href: edition.ProposalHref(v.Page, e.Slug, strconv.Itoa(p.Number), p.Slug), Districts: districts, Cost: p.Cost,
			Lang: e.Lang, Placeless: len(at.order) == 0, Score: total(e, l), Winner: l.Winner(), Completed: l.Mark == 2, Counted: e.Result.Counted, Reason: said[i]}
		if l.Rank == cut {
			out[i].Cut = &ui.CutLine{Left: int64(l.Reason.Left), Stopped: count.Fit.Then != tally.FitSkip, Guarantee: count.Guarantee != nil}
		}
	}
	return out
}

func total(e edition.Edition, l result.Line) ui.Score {
	return ui.Score{Known: true, Total: l.Total, Supporters: l.Supporters, Points: e.Points()}
}

// groups are the winners by their main district, every district of the vote in its order, then the whole city.
func (v visit) groups(ctx context.Context, e edition.Edition, step int, marked []result.Line, at places) ([]MoneyGroup, error) {
	facets, err := proposal.Facets(ctx, v.Tx, v.Of.Key, e.Steps[step].ID)
	if err != nil {
		return nil, err
	}
	var groups []MoneyGroup
	place := map[string]int{}
	for _, f := range facets {
		if f.Kind == proposal.TagDistrict {
			place[f.Slug] = len(groups)
			groups = append(groups, MoneyGroup{District: &ui.District{Name: f.Name, Slug: f.Slug, Order: at.order[f.Slug]}, Proposals: int64(f.Proposals)})
		}
	}
	whole := MoneyGroup{}
	for _, l := range marked {
		if !l.Winner() {
			continue
		}
		p := at.proposals[l.Proposal]
		g := &whole
		if i, ok := place[at.slugs[p.District]]; ok {
			g = &groups[i]
		}
		g.Spent += p.Cost
		g.Winners = append(g.Winners, Winner{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, Cost: p.Cost, Score: total(e, l)})
	}
	if len(whole.Winners) > 0 || len(groups) == 0 {
		whole.Proposals = int64(e.Steps[step].Proposals)
		for _, g := range groups { // what no district has; one in several districts is counted by each
			whole.Proposals -= g.Proposals
		}
		whole.Proposals = max(whole.Proposals, int64(len(whole.Winners)))
		groups = append(groups, whole)
	}
	return groups, nil
}

// notices are what one must know to judge the count, and the file that was counted.
func (v visit) notices(ctx context.Context, e edition.Edition, marked []result.Line, at places) (n ResultNotices, file string, err error) {
	if e.Result.Counted && e.Rulebook.Imported != nil && slices.Contains(e.Rulebook.Imported.Added, rulebook.FieldTies) {
		for _, t := range e.Rulebook.Count.Ties {
			n.TiesAdded = append(n.TiesAdded, v.T("rulebook.ties."+string(t.By)))
		}
	}
	if e.Result.OfficialKnown {
		n.Official = OfficialDifferent
		if e.Result.OfficialSame {
			n.Official = OfficialSame
		}
	}
	for _, l := range marked {
		p := at.proposals[l.Proposal]
		if l.Differs() && e.Result.Counted {
			n.Differences = append(n.Differences, Difference{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, OfficialWinner: l.OfficialWinner()})
		}
		if l.OfficialWinner() {
			n.Announced = append(n.Announced, Difference{Title: p.Title, Number: strconv.Itoa(p.Number), Slug: p.Slug, OfficialWinner: true})
		}
	}
	if e.Rulebook.Imported != nil && !e.Result.OfficialKnown {
		n.Official = OfficialUnstated
	}
	source, imported, err := transfer.SourceOf(ctx, v.Tx, v.Of.Key, e.Project.ID)
	if err != nil || !imported {
		return n, "", err
	}
	n.Differing = source.Differing
	n.RefusedCount, n.Dropped = source.Refused, source.Dropped
	refused, err := transfer.RefusedLines(ctx, v.Tx, v.Of.Key, source.ID, refusedShown)
	for _, l := range refused {
		n.Refused = append(n.Refused, RefusedLine{Line: int64(l.Line), Reason: v.T("refused."+l.Code, pairs(l.Args)...)})
	}
	return n, source.File, err
}

// pairs gives the arguments of a stored sentence.
func pairs(args map[string]any) []any {
	var out []any
	for name, value := range args {
		out = append(out, name, value)
	}
	return out
}
