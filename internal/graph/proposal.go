package graph

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Proposal is a proposal in the API.
type Proposal struct {
	r       *request
	project *Project
	proposal.Proposal
	listed *proposal.Listed // as the list of a step gave it, if one did
	with   proposal.With    // what that list brought
}

type category struct{ project.Category }

type selection struct {
	step   *Step
	status string
}

type address struct{ p *Proposal }

func registerProposals(x *exec.Executor) {
	relay[Proposal](x, "Proposal")
	exec.Get(x, "Proposal", "id", func(p *Proposal) string { return ids.Global("Proposal", p.ID) })
	exec.Get(x, "Proposal", "published", func(p *Proposal) bool { return !p.PublishedAt.IsZero() })
	exec.Get(x, "Proposal", "publishableUntil", func(*Proposal) *dateTime { return nil })
	exec.Get(x, "Proposal", "publishedAt", func(p *Proposal) *dateTime { return p.r.maybe(p.PublishedAt) })
	exec.Get(x, "Proposal", "notPublishedReason", func(*Proposal) *string { return nil })
	exec.Get(x, "Proposal", "url", func(p *Proposal) string {
		return p.r.base + proposalPath(p.project.Slug, p.Number, p.Slug)
	})
	exec.Get(x, "Proposal", "trashed", func(p *Proposal) bool { return p.Trashed != proposal.NotTrashed })
	exec.Get(x, "Proposal", "trashedStatus", func(p *Proposal) *string { return text(strings.ToUpper(string(p.Trashed))) })
	exec.Get(x, "Proposal", "trashedAt", func(p *Proposal) *dateTime { return p.r.maybe(p.TrashedAt) })
	exec.Get(x, "Proposal", "trashedReason", func(p *Proposal) *string { return text(p.TrashedReason) })
	exec.Get(x, "Proposal", "updatedAt", func(p *Proposal) *dateTime { return p.r.maybe(p.UpdatedAt) })
	exec.Get(x, "Proposal", "createdAt", func(p *Proposal) dateTime { return p.r.time(p.CreatedAt) })
	exec.Get(x, "Proposal", "draft", func(p *Proposal) bool { return p.PublishedAt.IsZero() })
	exec.Get(x, "Proposal", "undraftAt", func(p *Proposal) *dateTime { return p.r.maybe(p.PublishedAt) })
	exec.Get(x, "Proposal", "title", func(p *Proposal) string { return p.shown(p.Title) })
	exec.Get(x, "Proposal", "body", func(p *Proposal) *string { return text(paragraphs(p.shown(p.Body))) })
	exec.Get(x, "Proposal", "bodyText", func(p *Proposal) *string { return text(p.shown(p.Body)) })
	exec.Get(x, "Proposal", "summary", func(p *Proposal) *string { return text(p.shown(p.Summary)) })
	exec.Get(x, "Proposal", "reference", func(p *Proposal) string { return p.Reference })
	exec.Get(x, "Proposal", "number", func(p *Proposal) int { return p.Number })
	exec.Get(x, "Proposal", "project", func(p *Proposal) *Project { return p.project })
	exec.Get(x, "Proposal", "cost", func(p *Proposal) *Money { return &Money{tallyAmount(p.Cost), p.project.Currency} })
	exec.Get(x, "Proposal", "address", func(p *Proposal) *address {
		if p.Place == nil {
			return nil
		}
		return &address{p}
	})
	exec.Get(x, "GoogleMapsAddress", "lat", func(a *address) float64 { return a.p.Place.Latitude })
	exec.Get(x, "GoogleMapsAddress", "lng", func(a *address) float64 { return a.p.Place.Longitude })
	exec.Get(x, "GoogleMapsAddress", "formatted", func(a *address) *string { return text(a.p.Address) })
	exec.Get(x, "GoogleMapsAddress", "json", (*address).json)
	exec.Field(x, "Proposal", "author", func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*User, error) {
		r := of(ctx)
		return brought(parents, func(w proposal.With) bool { return w.Author }, func(p *Proposal) *User {
			if p.listed.By == nil {
				return nil
			}
			return &User{r, *p.listed.By}
		}, func() ([]*User, error) {
			return fetch(ctx, parents, func(p *Proposal) ids.ID { return p.Author }, r.accounts, r.user)
		})
	})
	exec.Field(x, "Proposal", "district", func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*District, error) {
		r := of(ctx)
		return brought(parents, func(w proposal.With) bool { return w.District }, func(p *Proposal) *District {
			if p.listed.In == nil {
				return nil
			}
			return &District{r, *p.listed.In}
		}, func() ([]*District, error) {
			return fetch(ctx, parents, func(p *Proposal) ids.ID { return p.District },
				func(ctx context.Context, list []ids.ID) ([]project.District, error) {
					return project.DistrictsByID(ctx, r.tx, r.platform.Key, list)
				},
				func(d project.District) (ids.ID, *District) { return d.ID, &District{r, d} })
		})
	})
	exec.Field(x, "Proposal", "category", func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*category, error) {
		r := of(ctx)
		return brought(parents, func(w proposal.With) bool { return w.Category }, func(p *Proposal) *category {
			if p.listed.Of == nil {
				return nil
			}
			return &category{*p.listed.Of}
		}, func() ([]*category, error) {
			return fetch(ctx, parents, func(p *Proposal) ids.ID { return p.Category },
				func(ctx context.Context, list []ids.ID) ([]project.Category, error) {
					return project.CategoriesByID(ctx, r.tx, r.platform.Key, list)
				},
				func(c project.Category) (ids.ID, *category) { return c.ID, &category{c} })
		})
	})
	exec.Field(x, "Proposal", "theme", func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*Theme, error) {
		r := of(ctx)
		return fetch(ctx, parents, func(p *Proposal) ids.ID { return p.Theme },
			func(ctx context.Context, list []ids.ID) ([]project.Theme, error) {
				return project.ThemesByID(ctx, r.tx, r.platform.Key, list)
			},
			func(t project.Theme) (ids.ID, *Theme) { return t.ID, &Theme{t} })
	})
	exec.Get(x, "ProposalCategory", "id", func(c *category) string { return ids.Global("ProposalCategory", c.ID) })
	exec.Get(x, "ProposalCategory", "name", func(c *category) string { return c.Name })
	exec.Field(x, "Proposal", "selections", proposalSelections)
	exec.Get(x, "ProposalSelection", "step", func(s *selection) *Step { return s.step })
	exec.Get(x, "ProposalSelection", "status", func(s *selection) *status {
		if s.status == "" {
			return nil
		}
		return &status{s}
	})
	exec.Get(x, "ProposalStepStatus", "id", func(s *status) string { return s.step.ID.String() + "-" + s.selection.status })
	exec.Get(x, "ProposalStepStatus", "name", func(s *status) string { return s.step.r.locale("").T("status." + s.selection.status) })
	exec.Get(x, "ProposalStepStatus", "color", func(s *status) string {
		if s.selection.status == proposal.StatusWinner {
			return "SUCCESS"
		}
		return "INFO"
	})
	exec.Field(x, "Proposal", "votes", proposalVotes)
	exec.Field(x, "Proposal", "points", proposalPoints)
	registerOutcomes(x)
}

type status struct{ *selection }

// brought gives what the list brought along with each proposal, null where it has none; what it did not bring is fetched.
func brought[R any](parents []*Proposal, with func(proposal.With) bool, get func(*Proposal) *R, fetch func() ([]*R, error)) ([]*R, error) {
	out := make([]*R, len(parents))
	for i, p := range parents {
		if p.listed == nil || !with(p.with) {
			return fetch()
		}
		out[i] = get(p)
	}
	return out, nil
}

// shown hides the text of a contribution that moderation put out of sight.
func (p *Proposal) shown(s string) string {
	if access.Can(access.Anyone, access.SeeProposal, access.Moment{Published: true, Blanked: p.Trashed == proposal.Invisible}) {
		return s
	}
	return ""
}

// paragraphs makes HTML of plain text.
func paragraphs(s string) string {
	if s == "" {
		return ""
	}
	return "<p>" + strings.ReplaceAll(html.EscapeString(s), "\n\n", "</p><p>") + "</p>"
}

func (a *address) json() string {
	raw, _ := json.Marshal([]any{map[string]any{ // the form of the geocoder that older clients parse
		"formatted_address": a.p.Address,
		"geometry":          map[string]any{"location": map[string]float64{"lat": a.p.Place.Latitude, "lng": a.p.Place.Longitude}},
	}})
	return string(raw)
}

// order reads orderBy: the first of the list. Nobody comments or writes messages yet, so those orders are that of
// publication. An order by counts that are hidden would tell them, so it is that of publication too.
func order(args exec.Args) (by proposal.Order, descending bool) {
	for o := range exec.List[exec.Args](args, "orderBy") {
		field, _ := o.String("field")
		direction, _ := o.String("direction")
		by := map[string]proposal.Order{"COST": proposal.ByCost, "RANDOM": proposal.ByRandom, "VOTES": proposal.ByVotes, "POINTS": proposal.ByPoints, "CREATED_AT": proposal.ByNumber}[field]
		if by == "" {
			by = proposal.ByPublished
		}
		return by, direction == "DESC"
	}
	return proposal.ByPublished, false
}

// stepProposals lists the proposals of steps, a page for each, in one statement.
func stepProposals(ctx context.Context, parents []*Step, args exec.Args) ([]*connection[Proposal], error) {
	r := of(ctx)
	n, err := first(args)
	if err != nil {
		return nil, err
	}
	q := proposal.ListQuery{Limit: n + 1, With: wanted(ctx)}
	by, descending := order(args)
	naturallyDown := by == proposal.ByVotes || by == proposal.ByPoints
	q.Order, q.Reverse = by, descending != naturallyDown
	status, _ := args.String("trashedStatus")
	q.Trashed = status == "TRASHED"
	q.With.Rest = q.With.Rest || q.Trashed // what may be shown of those depends on how they were removed
	if author, ok := args.String("author"); ok {
		if _, q.Author, err = ids.FromGlobal(author); err != nil {
			return emptyPages(parents), nil
		}
	}
	offset, own, err := after(args)
	if err != nil {
		return nil, err
	}
	q.Offset = offset
	if q.Seed, q.After, err = readCursor(by, own); err != nil {
		return nil, err
	}
	out := make([]*connection[Proposal], len(parents))
	hidden, shown := split(parents, by)
	for _, group := range [][]int{hidden, shown} {
		q := q
		if len(group) > 0 && naturallyDown && !parents[group[0]].countsVisible() {
			q.Order, q.Reverse = proposal.ByPublished, descending
		}
		if err := r.listSteps(ctx, parents, group, q, n, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// always are the fields that every list brings; onCards and inTexts those that come with the parts of these names.
var (
	always  = []string{"id", "__typename", "title", "number", "project", "votes", "points", "selections", "winner", "rank", "reason", "officialWinner"}
	onCards = []string{"url", "reference", "cost"}
	inTexts = []string{"body", "bodyText", "summary", "address", "trashedAt", "trashedReason"}
)

// wanted says what the query asks of the listed proposals that the list can bring itself.
func wanted(ctx context.Context) proposal.With {
	fields := map[string]ast.SelectionSet{}
	collect(fields, 2, exec.Selected(ctx)...)
	w := proposal.With{}
	for name, set := range fields {
		switch {
		case slices.Contains(always, name):
		case slices.Contains(onCards, name):
			w.Card = true
		case slices.Contains(inTexts, name):
			w.Texts = true
			w.Rest = true // moderation decides whether they are shown
		case name == "author" && only(set, "username"):
			w.Author = true
		case name == "district" && only(set, "name", "titleOnMap"):
			w.District = true
		case name == "category" && only(set, "name"):
			w.Category = true
		default:
			w.Rest = true
		}
	}
	return w
}

// only says whether a selection names no other fields.
func only(set ast.SelectionSet, names ...string) bool {
	fields := map[string]ast.SelectionSet{}
	collect(fields, 0, set)
	for name := range fields {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// collect gathers the fields that selection sets name so many levels down, through fragments, whatever their type and
// directives: at worst something is brought that is not needed.
func collect(fields map[string]ast.SelectionSet, down int, sets ...ast.SelectionSet) {
	for _, set := range sets {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if down > 0 {
					collect(fields, down-1, sel.SelectionSet)
				} else {
					fields[sel.Name] = append(fields[sel.Name][:len(fields[sel.Name]):len(fields[sel.Name])], sel.SelectionSet...)
				}
			case *ast.InlineFragment:
				collect(fields, down, sel.SelectionSet)
			case *ast.FragmentSpread:
				collect(fields, down, sel.Definition.SelectionSet)
			}
		}
	}
}

// split parts the steps whose counts are hidden from the others, when the order is by counts.
func split(parents []*Step, by proposal.Order) (hidden, shown []int) {
	for i, s := range parents {
		if (by == proposal.ByVotes || by == proposal.ByPoints) && !s.countsVisible() {
			hidden = append(hidden, i)
		} else {
			shown = append(shown, i)
		}
	}
	return hidden, shown
}

func emptyPages(parents []*Step) []*connection[Proposal] {
	out := make([]*connection[Proposal], len(parents))
	for i := range out {
		out[i] = &connection[Proposal]{}
	}
	return out
}

func (r *request) listSteps(ctx context.Context, parents []*Step, group []int, q proposal.ListQuery, first int, out []*connection[Proposal]) error {
	if len(group) == 0 {
		return nil
	}
	steps := make([]ids.ID, len(group))
	for i, at := range group {
		steps[i] = parents[at].ID
	}
	pages := make([][]proposal.Listed, len(group))
	if first > 0 { // clients that only count ask for no row
		var err error
		if pages, err = proposal.Lists(ctx, r.tx, r.platform.Key, steps, q, false); err != nil {
			return err
		}
	}
	for i, at := range group {
		out[at] = r.proposalPage(parents[at], pages[i], q, first)
	}
	return nil
}

func (r *request) proposalPage(s *Step, page []proposal.Listed, q proposal.ListQuery, first int) *connection[Proposal] {
	c := &connection[Proposal]{total: s.Proposals, previous: q.After != nil || q.Offset > 0}
	if q.Trashed || !q.Author.IsZero() {
		c.count = func(ctx context.Context, all []*connection[Proposal]) ([]int, error) {
			return r.countSteps(ctx, all, q)
		}
	}
	c.step = s.ID
	if len(page) > first {
		page, c.next = page[:first], true
	}
	proposals := make([]Proposal, len(page))
	edges := make([]edge[Proposal], len(page))
	for i := range page {
		l := &page[i]
		proposals[i] = Proposal{r: r, project: s.project, Proposal: l.Proposal, listed: l, with: q.With}
		edges[i] = edge[Proposal]{&proposals[i], cursorOf(string(q.Order) + ":" + strconv.FormatInt(q.Seed, 10) + ":" + l.Key.String())}
		c.edges = append(c.edges, &edges[i])
	}
	return c
}

func (r *request) countSteps(ctx context.Context, all []*connection[Proposal], q proposal.ListQuery) ([]int, error) {
	steps := make([]ids.ID, len(all))
	for i, c := range all {
		steps[i] = c.step
	}
	counts, err := proposal.Counts(ctx, r.tx, r.platform.Key, steps, q)
	totals := make([]int, len(all))
	for i, c := range all {
		totals[i] = counts[c.step]
	}
	return totals, err
}

// readCursor reads our own cursor: order, seed and key. A random list without one begins at a new seed.
func readCursor(by proposal.Order, own string) (seed int64, key *proposal.Key, err error) {
	if own == "" {
		if by == proposal.ByRandom {
			var b [8]byte
			_, _ = rand.Read(b[:]) // never fails (crypto/rand)
			seed = int64(binary.BigEndian.Uint64(b[:]) >> 33)
		}
		return seed, nil, nil
	}
	parts := strings.SplitN(own, ":", 3)
	if len(parts) != 3 {
		return 0, nil, wrongCursor(nil)
	}
	seed, err = strconv.ParseInt(parts[1], 10, 64)
	if err != nil || proposal.Order(parts[0]) != by && by != proposal.ByVotes && by != proposal.ByPoints {
		return 0, nil, wrongCursor(nil)
	}
	k, err := proposal.ParseKey(parts[2])
	if err != nil {
		return 0, nil, wrongCursor(nil)
	}
	return seed, &k, nil
}

func wrongCursor(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, "fault.api.cursor").In("after")
}

func proposalIDs(parents []*Proposal) []ids.ID {
	list := make([]ids.ID, len(parents))
	for i, p := range parents {
		list[i] = p.ID
	}
	return list
}

func proposalSelections(ctx context.Context, parents []*Proposal, _ exec.Args) ([][]*selection, error) {
	r := of(ctx)
	found, err := proposal.SelectionsOf(ctx, r.tx, r.platform.Key, proposalIDs(parents))
	byProposal := map[ids.ID][]proposal.Selection{}
	for _, s := range found {
		byProposal[s.Proposal] = append(byProposal[s.Proposal], s)
	}
	out := make([][]*selection, len(parents))
	for i, p := range parents {
		out[i] = []*selection{}
		for _, s := range byProposal[p.ID] {
			if step := p.project.step(s.Step); step != nil && step.Kind.Selects() {
				out[i] = append(out[i], &selection{step, s.Status})
			}
		}
	}
	return out, err
}

func (p *Project) step(id ids.ID) *Step {
	for _, s := range p.steps {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// counts gives what the voting steps that anyone may see gave each proposal. A list of the project's only voting step,
// or of the results that follow it, has the numbers already.
func (r *request) counts(ctx context.Context, parents []*Proposal) (votes, points []int, visible []bool, err error) {
	votes, points, visible = make([]int, len(parents)), make([]int, len(parents)), make([]bool, len(parents))
	var unknown []ids.ID
	for i, p := range parents {
		var only *Step
		voting := 0
		for _, s := range p.project.steps {
			if s.votes() {
				only, voting = s, voting+1
			}
		}
		if voting == 0 || voting == 1 && !only.countsVisible() {
			continue
		}
		if voting == 1 && p.listed != nil && p.listed.Step == only.ID {
			votes[i], points[i], visible[i] = int(p.listed.Votes), int(p.listed.Points), true
			continue
		}
		unknown = append(unknown, p.ID)
	}
	if len(unknown) == 0 {
		return votes, points, visible, nil
	}
	found, err := proposal.SelectionsOf(ctx, r.tx, r.platform.Key, unknown)
	at := map[ids.ID][]int{}
	for i, p := range parents {
		if !visible[i] {
			at[p.ID] = append(at[p.ID], i)
		}
	}
	for _, s := range found {
		for _, i := range at[s.Proposal] {
			if step := parents[i].project.step(s.Step); step != nil && step.votes() && step.countsVisible() {
				votes[i], points[i], visible[i] = votes[i]+int(s.Votes), points[i]+int(s.Points), true
			}
		}
	}
	return votes, points, visible, err
}

func proposalVotes(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*connection[vote], error) {
	votes, _, _, err := of(ctx).counts(ctx, parents)
	pages := make([]connection[vote], len(parents))
	out := make([]*connection[vote], len(parents))
	for i := range parents {
		pages[i].total = votes[i]
		out[i] = &pages[i]
	}
	return out, err
}

func proposalPoints(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*int, error) {
	_, points, visible, err := of(ctx).counts(ctx, parents)
	out := make([]*int, len(parents))
	for i := range parents {
		if visible[i] {
			out[i] = &points[i]
		}
	}
	return out, err
}
