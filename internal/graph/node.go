package graph

import (
	"context"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func registerNodes(x *exec.Executor) {
	exec.Query(x, "node", func(ctx context.Context, args exec.Args) (any, error) {
		id, _ := args.String("id")
		found, err := of(ctx).nodes(ctx, []string{id})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	})
	exec.Query(x, "nodes", func(ctx context.Context, args exec.Args) ([]any, error) {
		var list []string
		for id := range exec.List[string](args, "ids") {
			list = append(list, id)
		}
		if err := of(ctx).spend(ctx, len(list)); err != nil {
			return nil, err
		}
		return of(ctx).nodes(ctx, list)
	})
}

// nodes finds things by their global identifiers; what is not there, or not on this platform, is null. A bare
// identifier may be of any type, so each type is asked for it.
func (r *request) nodes(ctx context.Context, list []string) ([]any, error) {
	wanted := map[string][]ids.ID{}
	types := make([]string, len(list))
	keys := make([]ids.ID, len(list))
	for i, text := range list {
		typ, id, err := ids.FromGlobal(text)
		if err != nil {
			types[i] = "nothing"
			continue
		}
		types[i], keys[i] = typ, id
		wanted[typ] = append(wanted[typ], id)
	}
	found := map[string]map[ids.ID]any{}
	for _, finder := range []struct {
		types []string
		find  func(ctx context.Context, list []ids.ID, put func(typ string, id ids.ID, v any)) error
	}{
		{[]string{"Project"}, r.findProjects},
		{[]string{"CollectStep", "SelectionStep", "PresentationStep", "OtherStep"}, r.findSteps},
		{[]string{"Proposal"}, r.findProposals},
		{[]string{"GlobalDistrict"}, r.findDistricts},
		{[]string{"User"}, r.findUsers},
	} {
		ask := wanted[""]
		for _, t := range finder.types {
			ask = append(ask[:len(ask):len(ask)], wanted[t]...)
		}
		if len(ask) == 0 {
			continue
		}
		err := finder.find(ctx, ask, func(typ string, id ids.ID, v any) {
			for _, key := range []string{typ, ""} {
				if found[key] == nil {
					found[key] = map[ids.ID]any{}
				}
				found[key][id] = exec.Object{Type: typ, Value: v}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]any, len(list))
	for i := range list {
		out[i] = found[types[i]][keys[i]]
	}
	return out, nil
}

func (r *request) findProjects(ctx context.Context, list []ids.ID, put func(string, ids.ID, any)) error {
	if err := r.load(ctx, list, nil); err != nil {
		return err
	}
	for _, id := range list {
		if p := r.projects[id]; p != nil {
			put("Project", id, p)
		}
	}
	return nil
}

func (r *request) findSteps(ctx context.Context, list []ids.ID, put func(string, ids.ID, any)) error {
	if err := r.load(ctx, nil, list); err != nil {
		return err
	}
	for _, id := range list {
		for _, p := range r.projects {
			if step := p.step(id); step != nil {
				put(stepType(step), id, step)
			}
		}
	}
	return nil
}

func (r *request) findProposals(ctx context.Context, list []ids.ID, put func(string, ids.ID, any)) error {
	found, err := proposal.ByIDs(ctx, r.tx, r.platform.Key, list)
	if err != nil {
		return err
	}
	projects := make([]ids.ID, len(found))
	for i, p := range found {
		projects[i] = p.Project
	}
	if err := r.load(ctx, projects, nil); err != nil {
		return err
	}
	for _, p := range found {
		if of := r.projects[p.Project]; of != nil {
			put("Proposal", p.ID, &Proposal{r: r, project: of, Proposal: p})
		}
	}
	return nil
}

func (r *request) findDistricts(ctx context.Context, list []ids.ID, put func(string, ids.ID, any)) error {
	found, err := project.DistrictsByID(ctx, r.tx, r.platform.Key, list)
	for _, d := range found {
		put("GlobalDistrict", d.ID, &District{r, d})
	}
	return err
}

func (r *request) findUsers(ctx context.Context, list []ids.ID, put func(string, ids.ID, any)) error {
	found, err := account.ByIDs(ctx, r.tx, r.platform.Key, list)
	for _, a := range found {
		put("User", a.ID, &User{r, a})
	}
	return err
}
