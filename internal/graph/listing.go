package graph

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// order reads orderBy: the first of the list. Nobody comments or writes messages yet, so those orders are that of
// publication.
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
	out := make([]*connection[Proposal], len(parents))
	var shown, uncounted []int // uncounted: an order by counts that are hidden would tell them
	for i, s := range parents {
		switch {
		case !s.listVisible():
			out[i] = &connection[Proposal]{}
		case naturallyDown && !s.countsVisible():
			uncounted = append(uncounted, i)
		default:
			shown = append(shown, i)
		}
	}
	if err := r.listSteps(ctx, parents, shown, q, own, n, out); err != nil {
		return nil, err
	}
	q.Order, q.Reverse = proposal.ByPublished, descending
	return out, r.listSteps(ctx, parents, uncounted, q, own, n, out)
}

// always are the fields that every list brings; onCards and inTexts those that come with the parts of these names.
var (
	always  = []string{"id", "__typename", "title", "number", "project", "votes", "points", "selections", "winner", "rank", "reason", "officialWinner"}
	onCards = []string{"url", "reference", "cost", "picture"}
	inTexts = []string{"body", "bodyText", "summary", "address", "trashedAt", "trashedReason", "onPaper"}
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
		case name == "category" && only(set, "name") && !argued(set):
			w.Category = true
		default:
			w.Rest = true
		}
	}
	return w
}

// argued says whether a field of a selection has arguments: a list brings names as they are.
func argued(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(sel ast.Selection) bool {
		switch sel := sel.(type) {
		case *ast.Field:
			return len(sel.Arguments) > 0
		case *ast.InlineFragment:
			return argued(sel.SelectionSet)
		case *ast.FragmentSpread:
			return argued(sel.Definition.SelectionSet)
		}
		return false
	})
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

func emptyPages(parents []*Step) []*connection[Proposal] {
	out := make([]*connection[Proposal], len(parents))
	for i := range out {
		out[i] = &connection[Proposal]{}
	}
	return out
}

// stepsAtOnce bounds the parts of one statement; a query names few steps, however often.
const stepsAtOnce = 100

// listSteps gives the pages of the steps at those places, each step once in the statement however many parents ask.
func (r *request) listSteps(ctx context.Context, parents []*Step, places []int, q proposal.ListQuery, own string, first int, out []*connection[Proposal]) error {
	if len(places) == 0 {
		return nil
	}
	var err error
	if q.Seed, q.After, err = readCursor(q.Order, own); err != nil {
		return err
	}
	list := make([]ids.ID, len(places))
	rows := 0
	for i, at := range places {
		list[i] = parents[at].ID
		rows += min(first, parents[at].Proposals)
	}
	if err := r.spend(ctx, rows); err != nil {
		return err
	}
	steps := missing[struct{}](list, nil)
	pages := make(map[ids.ID][]proposal.Listed, len(steps))
	for part := range slices.Chunk(steps, stepsAtOnce) {
		if first == 0 { // clients that only count ask for no row
			break
		}
		found, err := proposal.Lists(ctx, r.tx, r.platform.Key, part, q)
		if err != nil {
			return err
		}
		for i, step := range part {
			pages[step] = found[i]
		}
	}
	for i, at := range places {
		out[at] = r.proposalPage(parents[at], pages[list[i]], q, first)
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
	if err != nil || proposal.Order(parts[0]) != by {
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
