package site

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
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

const (
	resultSize   = 250 // lines of a page
	refusedShown = 1000
)

func (s *Site) resultsShow(r *web.Request, p ui.Page) (web.View, error) {
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
		e, err := v.edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		if !e.counted {
			return e.early(project.Result, "results")
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

func (v visit) results(ctx context.Context, e edition, from int, measure Measure) (ResultsPage, error) {
	key, r := v.platform.Key, e.result
	vote := project.VoteStep(e.Steps)
	page := ResultsPage{Project: e.shown(), Currency: e.currency, Counted: r.Counted, Points: e.points(), Ballots: int64(r.Ballots), Proposals: int64(e.Steps[vote].Proposals),
		Winners: int64(r.Winners), Budget: int64(r.Budget), Spent: int64(r.Spent), Reserve: int64(r.Reserve), Rule: v.ruleName(e),
		Announced: e.announced(), Measure: measure, Unstated: e.Rulebook.Count.Method == tally.MethodUnknown}
	lines, err := result.Lines(ctx, v.tx, key, r.Step, from, resultSize+1)
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
	marked, err := result.Marked(ctx, v.tx, key, r.Step)
	if err != nil {
		return page, err
	}
	if page.Best, err = result.Best(ctx, v.tx, key, r.Step); err != nil {
		return page, err
	}
	at, err := v.placesOf(ctx, e, vote, append(slices.Clone(marked), lines...))
	if err != nil {
		return page, err
	}
	said, err := v.reasons(ctx, e, lines)
	if err != nil {
		return page, err
	}
	cut := 0
	if e.Rulebook.Count.Parts == nil { // where each part has its own, none is the budget's
		if cut, err = result.Cut(ctx, v.tx, key, r.Step); err != nil {
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
	page.Here, page.Recountable = e.Origin == project.OfCity && r.Counted, e.recountable()
	page.Notices, page.File, err = v.notices(ctx, e, marked, at)
	return page, err
}

func (v visit) placesOf(ctx context.Context, e edition, step int, lines []result.Line) (places, error) {
	list := make([]ids.ID, len(lines))
	for i, l := range lines {
		list[i] = l.Proposal
	}
	slices.SortFunc(list, func(a, b ids.ID) int { return slices.Compare(a[:], b[:]) })
	list = slices.Compact(list)
	at := places{proposals: map[ids.ID]proposal.Proposal{}}
	found, err := proposal.ByIDs(ctx, v.tx, v.platform.Key, list)
	if err != nil {
		return at, err
	}
	for _, p := range found {
		at.proposals[p.ID] = v.seen(p)
	}
	if at.tags, err = proposal.TagsOf(ctx, v.tx, v.platform.Key, e.Steps[step].ID, list); err != nil {
		return at, err
	}
	all, err := project.DistrictsOf(ctx, v.tx, v.platform.Key, []ids.ID{e.Project.ID})
	at.order, at.slugs = map[string]int{}, map[ids.ID]string{}
	for _, d := range all {
		at.order[d.Slug], at.slugs[d.ID] = d.Colour, d.Slug
	}
	return at, err
}

// reasons words the reason of each line.
func (v visit) reasons(ctx context.Context, e edition, lines []result.Line) ([]string, error) {
	named, err := result.NamesIn(ctx, v.tx, v.platform.Key, lines)
	if err != nil {
		return nil, err
	}
	name := func(reference string) string {
		if named.Removed(e.Project.ID, reference) {
			return v.T("web.removed.title")
		}
		return named.Proposal(e.Project.ID, reference)
	}
	said := make([]string, len(lines))
	for i, l := range lines {
		if e.Rulebook.Count.Method == tally.MethodUnknown {
			said[i] = v.T("web.reason.unknown")
			continue
		}
		said[i] = rulebook.ReasonText(v.Locale, l.Reason, e.currency, name, e.Rulebook.KeyName)
	}
	return said, nil
}

// ruleName says the counting in one sentence, with the name that the file gives it.
func (v visit) ruleName(e edition) string {
	c := e.Rulebook.Count
	switch c.Method {
	case tally.MethodUnknown:
		return v.T("web.rule.unknown")
	case tally.MethodGreedy:
	default:
		return v.T("web.rule.other", "Name", e.result.Rule)
	}
	unit := v.T("rulebook.units.votes")
	if e.points() {
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
func (v visit) lines(e edition, lines []result.Line, said []string, at places, cut int) []ui.ResultLine {
	out := make([]ui.ResultLine, len(lines))
	count := e.Rulebook.Count
	for i, l := range lines {
		p := at.proposals[l.Proposal]
		districts, _ := placesOf(at.tags[l.Proposal], at.order)
		out[i] = ui.ResultLine{Rank: l.Rank, Number: int64(p.Number), Title: p.Title, Href: ProposalHref(v.Page, e.Slug, numberText(p.Number), p.Slug), Districts: districts, Cost: p.Cost,
			Lang: e.lang, Placeless: len(at.order) == 0, Score: e.total(l), Winner: l.Winner(), Completed: l.Mark == 2, Counted: e.result.Counted, Reason: said[i]}
		if l.Rank == cut {
			out[i].Cut = &ui.CutLine{Left: int64(l.Reason.Left), Stopped: count.Fit.Then != tally.FitSkip, Guarantee: count.Guarantee != nil}
		}
	}
	return out
}

func (e edition) total(l result.Line) ui.Score {
	return ui.Score{Known: true, Total: l.Total, Supporters: l.Supporters, Points: e.points()}
}

// groups are the winners by their main district, every district of the vote in its order, then the whole city.
func (v visit) groups(ctx context.Context, e edition, step int, marked []result.Line, at places) ([]MoneyGroup, error) {
	facets, err := proposal.Facets(ctx, v.tx, v.platform.Key, e.Steps[step].ID)
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
		g.Winners = append(g.Winners, Winner{Title: p.Title, Number: numberText(p.Number), Slug: p.Slug, Cost: p.Cost, Score: e.total(l)})
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
func (v visit) notices(ctx context.Context, e edition, marked []result.Line, at places) (n ResultNotices, file string, err error) {
	if e.result.Counted && e.Rulebook.Imported != nil && slices.Contains(e.Rulebook.Imported.Added, rulebook.FieldTies) {
		for _, t := range e.Rulebook.Count.Ties {
			n.TiesAdded = append(n.TiesAdded, v.T("rulebook.ties."+string(t.By)))
		}
	}
	if e.result.OfficialKnown {
		n.Official = OfficialDifferent
		if e.result.OfficialSame {
			n.Official = OfficialSame
		}
	}
	for _, l := range marked {
		p := at.proposals[l.Proposal]
		if l.Differs() && e.result.Counted {
			n.Differences = append(n.Differences, Difference{Title: p.Title, Number: numberText(p.Number), Slug: p.Slug, OfficialWinner: l.OfficialWinner()})
		}
		if l.OfficialWinner() {
			n.Announced = append(n.Announced, Difference{Title: p.Title, Number: numberText(p.Number), Slug: p.Slug, OfficialWinner: true})
		}
	}
	if e.Rulebook.Imported != nil && !e.result.OfficialKnown {
		n.Official = OfficialUnstated
	}
	source, imported, err := transfer.SourceOf(ctx, v.tx, v.platform.Key, e.Project.ID)
	if err != nil || !imported {
		return n, "", err
	}
	n.Differing = source.Differing
	n.RefusedCount, n.Dropped = source.Refused, source.Dropped
	refused, err := transfer.RefusedLines(ctx, v.tx, v.platform.Key, source.ID, refusedShown)
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

func (s *Site) rulebookShow(r *web.Request, p ui.Page) (web.View, error) {
	var page RulebookPage
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		e, err := v.edition(ctx, r.PathValue("project"))
		if err != nil {
			return err
		}
		page = RulebookPage{Project: e.shown(), Version: int(e.Project.Rulebook)}
		if page.Since, err = project.RulebookSince(ctx, v.tx, v.platform.Key, e.Project.ID, e.Project.Rulebook); err != nil {
			return err
		}
		if page.Changes, err = v.changes(ctx, e); err != nil {
			return err
		}
		for _, a := range e.View.Rulebook.Regulation(v.Locale) {
			page.Articles = append(page.Articles, Article{Number: a.Number, Title: a.Title, Paragraphs: a.Paragraphs})
		}
		return nil
	})
	return web.View{Page: RulebookDocument(p, page)}, err
}

// shownChanges is how many changes of an edition its règlement shows.
const shownChanges = 20

// changes says what was changed since the edition was published, and why.
func (v visit) changes(ctx context.Context, e edition) ([]Change, error) {
	if e.Origin != project.OfCity {
		return nil, nil // a copy of public data is never amended here
	}
	list, err := project.Amendments(ctx, v.tx, v.platform.Key, e.Project.ID, shownChanges)
	changes := make([]Change, len(list))
	for i, a := range list {
		changes[i] = Change{What: v.T("organise.change." + string(a.Kind)), Reason: a.Reason, At: a.At}
	}
	return changes, err
}
