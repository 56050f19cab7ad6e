package graph

import (
	"context"

	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

func registerDistricts(x *exec.Executor) {
	exec.Query(x, "globalDistricts", func(ctx context.Context, args exec.Args) (*connection[District], error) {
		r := of(ctx)
		n, err := first(args)
		if err != nil {
			return nil, err
		}
		offset, own, err := after(args)
		if err != nil || own != "" {
			return nil, wrongCursor(err)
		}
		name, _ := args.String("name")
		found, err := project.Districts(ctx, r.tx, r.platform.Key, name, offset, n+1)
		all := make([]*District, len(found))
		for i, d := range found {
			all[i] = &District{r, d}
		}
		c := counting(all, offset, n)
		c.count = func(ctx context.Context, all []*connection[District]) ([]int, error) {
			total, err := project.CountDistricts(ctx, r.tx, r.platform.Key, name)
			return []int{total}, err
		}
		return c, err
	})
	relay[District](x, "GlobalDistrict")
	exec.Get(x, "GlobalDistrict", "id", func(d *District) string { return ids.Global("GlobalDistrict", d.ID) })
	exec.Get(x, "GlobalDistrict", "name", func(d *District) string { return d.Name })
	exec.Get(x, "GlobalDistrict", "slug", func(d *District) string { return d.Slug })
	exec.Get(x, "GlobalDistrict", "titleOnMap", func(d *District) *string { return &d.Name })
	exec.Get(x, "GlobalDistrict", "description", func(*District) *string { return nil })
	exec.Get(x, "GlobalDistrict", "geojson", func(d *District) *string { return text(d.Outline) })
	exec.Get(x, "GlobalDistrict", "displayedOnMap", func(d *District) bool { return d.Outline != "" })
	exec.Get(x, "GlobalDistrict", "cover", func(*District) *Media { return nil })
	exec.Field(x, "GlobalDistrict", "projects", districtProjects)
}

// districtProjects lists the projects of districts, in one statement for all districts.
func districtProjects(ctx context.Context, parents []*District, args exec.Args) ([]*connection[Project], error) {
	r := of(ctx)
	n, err := first(args)
	if err != nil {
		return nil, err
	}
	offset, own, err := after(args)
	if err != nil || own != "" {
		return nil, wrongCursor(err)
	}
	list := make([]ids.ID, len(parents))
	for i, d := range parents {
		list[i] = d.ID
	}
	places, err := project.InDistricts(ctx, r.tx, r.platform.Key, list)
	if err != nil {
		return nil, err
	}
	var found []ids.ID
	for _, of := range places {
		found = append(found, of...)
	}
	if err := r.load(ctx, found, nil); err != nil {
		return nil, err
	}
	out := make([]*connection[Project], len(parents))
	for i, d := range parents {
		var all []*Project
		for _, id := range places[d.ID] {
			if p := r.projects[id]; p != nil {
				all = append(all, p)
			}
		}
		out[i] = counting(all[min(offset, len(all)):], offset, n)
		out[i].total = len(all)
	}
	return out, nil
}
