package proposal

import (
	"context"
	"database/sql"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/search"
)

// KeepFacets counts the tags of a step anew; names gives each tag's name and sort key. What Promote said of it stays.
func KeepFacets(ctx context.Context, tx db.Tx, platform int64, step ids.ID, names []Facet) error {
	if err := tx.Lock(ctx, "facets "+step.String()); err != nil {
		return err
	}
	members, err := tagged(ctx, tx, platform, step)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM facet WHERE platform = ? AND step = ? AND kind <> ?`, platform, step, string(TagStatus)); err != nil {
		return err
	}
	names = append(slices.Clone(names), Facet{Tag: Tag{Kind: TagStep}})
	kept := make([]keptFacet, 0, len(names))
	for _, f := range names {
		if m := members[f.Tag]; m != nil && m.Len() > 0 {
			kept = append(kept, keptFacet{f, *m})
		}
	}
	return keep(ctx, tx, platform, step, kept)
}

// tagged gives the proposals of a step by their tags, and all of them under the tag of the step. Its two tables are read by
// themselves: how a join of them goes depends on what the engine knows of tables that have just been filled.
func tagged(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (map[Tag]*search.Set, error) {
	members, numbers := map[Tag]*search.Set{{Kind: TagStep}: {}}, map[ids.ID]int{}
	each := func(query string, scan func(*sql.Rows) error, args ...any) error {
		rows, err := tx.Query(ctx, query, append([]any{platform, step}, args...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	var id ids.ID
	err := each(`SELECT s.proposal, s.number FROM selection s WHERE s.platform = ? AND s.step = ? AND s.trashed = ?`, func(r *sql.Rows) error {
		var number int
		err := r.Scan(&id, &number)
		numbers[id] = number
		members[Tag{Kind: TagStep}].Add(number)
		return err
	}, false)
	if err != nil {
		return nil, err
	}
	return members, each(`SELECT t.kind, t.tag, t.proposal FROM selection_tag t WHERE t.platform = ? AND t.step = ?`, func(r *sql.Rows) error {
		var tag Tag
		err := r.Scan(&tag.Kind, &tag.Slug, &id)
		number, there := numbers[id]
		if err != nil || !there {
			return err
		}
		if members[tag] == nil {
			members[tag] = &search.Set{}
		}
		members[tag].Add(number)
		return nil
	})
}

// keptFacet is a facet with its members.
type keptFacet struct {
	Facet
	members search.Set
}

func keep(ctx context.Context, tx db.Tx, platform int64, step ids.ID, facets []keptFacet) error {
	rows := make([][]any, len(facets))
	for i, f := range facets {
		sort := f.Sort
		if sort == nil {
			sort = []byte{}
		}
		rows[i] = []any{platform, step, string(f.Kind), f.Slug, f.Name, sort, f.members.Len(), f.members.Encode()}
	}
	return db.Insert(ctx, tx, "facet", []string{"platform", "step", "kind", "tag", "name", "sort", "proposals", "members"}, rows)
}

// stepFacet gives the facet of a whole step; empty when it has no proposals.
func stepFacet(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (keptFacet, error) {
	all, err := facetsOf(ctx, tx, platform, step, []Tag{{}})
	if err != nil || len(all) == 0 {
		return keptFacet{}, err
	}
	return all[0], nil
}

// facetsOf reads some facets of a step with their members.
func facetsOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, tags []Tag) ([]keptFacet, error) {
	var st statement
	st.add(`SELECT f.kind, f.tag, f.name, f.sort, f.proposals, f.members FROM facet f WHERE f.platform = ? AND f.step = ? AND (`, platform, step)
	for i, t := range tags {
		if i > 0 {
			st.add(` OR `)
		}
		st.add(`f.kind = ? AND f.tag = ?`, string(t.Kind), t.Slug)
	}
	rows, err := tx.Query(ctx, st.sql.String()+`)`, st.args...)
	return db.Collect(rows, err, func(r *sql.Rows, f *keptFacet) error {
		var stored []byte
		err := r.Scan(&f.Kind, &f.Slug, &f.Name, &f.Sort, &f.Proposals, &stored)
		if err == nil {
			f.members, err = search.DecodeSet(stored)
		}
		return err
	})
}

// Enter counts one proposal, selected into a step just now, among those of its facets; Leave takes one away that left the
// step or was removed by moderation. The facets are those that the proposal has in the step, with their names, and Select
// keeps its own rows beside. Two that enter take turns.
func Enter(ctx context.Context, tx db.Tx, platform int64, step ids.ID, number int, facets []Facet) error {
	return count(ctx, tx, platform, step, facets, func(s *search.Set) { s.Add(number) })
}

// Leave is the opposite of Enter.
func Leave(ctx context.Context, tx db.Tx, platform int64, step ids.ID, number int, facets []Facet) error {
	return count(ctx, tx, platform, step, facets, func(s *search.Set) { s.Remove(number) })
}

func count(ctx context.Context, tx db.Tx, platform int64, step ids.ID, facets []Facet, change func(*search.Set)) error {
	if err := tx.Lock(ctx, "facets "+step.String()); err != nil {
		return err
	}
	tags := []Tag{{Kind: TagStep}}
	for _, f := range facets {
		tags = append(tags, f.Tag)
	}
	known, err := facetsOf(ctx, tx, platform, step, tags)
	if err != nil {
		return err
	}
	var kept []keptFacet
	for _, f := range append([]Facet{{Tag: tags[0]}}, facets...) {
		one := keptFacet{Facet: f}
		if i := slices.IndexFunc(known, func(k keptFacet) bool { return k.Tag == f.Tag }); i >= 0 {
			one.members = known[i].members
		}
		if change(&one.members); one.members.Len() > 0 {
			kept = append(kept, one)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM facet WHERE platform = ? AND step = ? AND kind = ? AND tag = ?`, platform, step, string(f.Kind), f.Slug); err != nil {
			return err
		}
	}
	return keep(ctx, tx, platform, step, kept)
}
