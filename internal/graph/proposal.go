package graph

import (
	"context"
	"encoding/json"
	"html"
	"strings"

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

// category is a category, with the language of its project's names.
type category struct {
	project.Category
	language string
}

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
		return p.r.base + proposalPath(p.project.Slug, p.Number, p.shown(p.Slug))
	})
	exec.Get(x, "Proposal", "trashed", func(p *Proposal) bool { return p.Trashed != proposal.NotTrashed })
	exec.Get(x, "Proposal", "trashedStatus", func(p *Proposal) *string { return text(p.trashedStatus()) })
	exec.Get(x, "Proposal", "trashedAt", func(p *Proposal) *dateTime { return p.r.maybe(p.TrashedAt) })
	exec.Get(x, "Proposal", "trashedReason", func(p *Proposal) *string { return text(p.r.locale("").Reason(p.TrashedReason)) })
	exec.Get(x, "Proposal", "updatedAt", func(p *Proposal) *dateTime { return p.r.maybe(p.UpdatedAt) })
	exec.Get(x, "Proposal", "createdAt", func(p *Proposal) dateTime { return p.r.time(p.CreatedAt) })
	exec.Get(x, "Proposal", "draft", func(p *Proposal) bool { return p.PublishedAt.IsZero() })
	exec.Get(x, "Proposal", "undraftAt", func(p *Proposal) *dateTime { return p.r.maybe(p.PublishedAt) })
	exec.Get(x, "Proposal", "title", func(p *Proposal) string { return p.shown(p.Title) })
	exec.Get(x, "Proposal", "body", func(p *Proposal) *string { return text(paragraphs(p.shown(p.Body))) })
	exec.Get(x, "Proposal", "bodyText", func(p *Proposal) *string { return text(p.shown(p.Body)) })
	exec.Get(x, "Proposal", "summary", func(p *Proposal) *string { return text(p.shown(p.Summary)) })
	exec.Get(x, "Proposal", "reference", func(p *Proposal) string { return p.Reference })
	exec.Get(x, "Proposal", "onPaper", func(p *Proposal) bool { return p.Paper })
	exec.Get(x, "Proposal", "number", func(p *Proposal) int { return p.Number })
	exec.Get(x, "Proposal", "picture", func(p *Proposal) *Media {
		if p.blanked() {
			return nil
		}
		return p.r.media(p.Picture)
	})
	exec.Get(x, "Proposal", "project", func(p *Proposal) *Project { return p.project })
	exec.Get(x, "Proposal", "cost", func(p *Proposal) *Money { return &Money{tallyAmount(p.Cost), p.project.Currency} })
	exec.Get(x, "Proposal", "address", func(p *Proposal) *address {
		if p.Place == nil || p.blanked() {
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
			return &category{*p.listed.Of, p.project.Language}
		}, func() ([]*category, error) {
			languages := map[ids.ID]string{}
			for _, p := range parents {
				languages[p.project.ID] = p.project.Language
			}
			return fetch(ctx, parents, func(p *Proposal) ids.ID { return p.Category },
				func(ctx context.Context, list []ids.ID) ([]project.Category, error) {
					return project.CategoriesByID(ctx, r.tx, r.platform.Key, list)
				},
				func(c project.Category) (ids.ID, *category) { return c.ID, &category{c, languages[c.Project]} })
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
	exec.Field(x, "ProposalCategory", "name", func(ctx context.Context, parents []*category, args exec.Args) ([]string, error) {
		out := make([]string, len(parents))
		for i, c := range parents {
			out[i] = of(ctx).named(args, c.language, c.Name, c.Other)
		}
		return out, nil
	})
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

// trashedStatus says it as the API does, which knows no withdrawal by the author, whose text is as invisible, and no
// merger, after which it is as readable.
func (p *Proposal) trashedStatus() string {
	switch p.Trashed {
	case proposal.Withdrawn:
		return strings.ToUpper(string(proposal.Invisible))
	case proposal.Merged:
		return strings.ToUpper(string(proposal.Visible))
	}
	return strings.ToUpper(string(p.Trashed))
}

// blanked says whether moderation, or its author, put the proposal's text out of sight.
func (p *Proposal) blanked() bool {
	return !p.Trashed.Readable()
}

// shown gives a part of the proposal's text, nothing when it is out of sight.
func (p *Proposal) shown(s string) string {
	if p.blanked() {
		return ""
	}
	return s
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

// proposalIDs gives the identifiers of the parents, once each.
func proposalIDs(parents []*Proposal) []ids.ID {
	list := make([]ids.ID, len(parents))
	for i, p := range parents {
		list[i] = p.ID
	}
	return missing[struct{}](list, nil)
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
			if step := p.project.step(s.Step); step != nil && step.Kind.Selects() && step.listVisible() {
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
	found, err := proposal.SelectionsOf(ctx, r.tx, r.platform.Key, missing[struct{}](unknown, nil))
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
