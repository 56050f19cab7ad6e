package moderation

import (
	"context"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Proposals lets moderators see to proposals.
func Proposals() Source {
	return Source{Kind: Proposal, ByIDs: proposals,
		Hide: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, reason string, readable bool, now time.Time) error {
			p, err := proposal.Authored(ctx, tx, platform, id)
			if err != nil {
				return err
			}
			how := proposal.Invisible
			if readable {
				how = proposal.Visible
			}
			return proposal.TakeOut(ctx, tx, platform, p, how, reason, now)
		},
		Restore: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, _ time.Time) error {
			p, err := proposal.Authored(ctx, tx, platform, id)
			if err != nil {
				return err
			}
			facets, err := deposit.FacetsOf(ctx, tx, platform, p)
			if err != nil {
				return err
			}
			return proposal.PutBack(ctx, tx, platform, p, facets)
		},
		Blank: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, rewrite func(string) string, now time.Time) (bool, error) {
			p, err := proposal.Authored(ctx, tx, platform, id)
			if err != nil {
				return false, err
			}
			return deposit.Rewrite(ctx, tx, platform, p, rewrite, now)
		},
		Editable: func(ctx context.Context, tx db.Tx, of platform.Platform, c Contribution) (string, error) {
			p, err := proposal.Authored(ctx, tx, of.Key, c.ID)
			if err != nil {
				return "", err
			}
			slug, _, err := edition(ctx, tx, of.Key, p.Project)
			if err != nil || slug == "" {
				return "", err
			}
			id, ok, err := deposit.EditableBy(ctx, tx, of, slug, p)
			if err != nil || !ok {
				return "", err
			}
			return "/projets/" + slug + "/deposer/" + id.String(), nil
		},
	}
}

// edition gives the address and the title of an edition that is visible; empty when there is none.
func edition(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (slug, title string, err error) {
	found, err := project.ByIDs(ctx, tx, platform, []ids.ID{id})
	if err != nil || len(found) == 0 {
		return "", "", err
	}
	return found[0].Slug, found[0].Title, nil
}

// proposals gives those of a list as moderators read them.
func proposals(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Contribution, error) {
	found, err := proposal.ByIDs(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	var editions, authors []ids.ID
	for _, p := range found {
		editions, authors = append(editions, p.Project), append(authors, p.Author)
	}
	projects, err := project.ByIDs(ctx, tx, platform, editions)
	if err != nil {
		return nil, err
	}
	people, err := account.ByIDs(ctx, tx, platform, authors)
	if err != nil {
		return nil, err
	}
	in, names := map[ids.ID]project.Project{}, map[ids.ID]string{}
	for _, e := range projects {
		in[e.ID] = e
	}
	for _, a := range people {
		names[a.ID] = a.Name
	}
	all := make([]Contribution, len(found))
	for i, p := range found {
		text := p.Summary
		if text != "" && p.Body != "" {
			text += "\n\n"
		}
		text += p.Body
		if p.Address != "" {
			text += "\n\n" + p.Address
		}
		all[i] = Contribution{Kind: Proposal, ID: p.ID, Project: p.Project, Edition: in[p.Project].Title, Number: p.Number, Author: p.Author, Name: names[p.Author], Title: p.Title, Text: text,
			Path: "/projets/" + in[p.Project].Slug + "/propositions/" + strconv.Itoa(p.Number), At: p.PublishedAt, Changed: p.UpdatedAt,
			Out: p.Trashed == proposal.Visible || p.Trashed == proposal.Invisible, Gone: p.Trashed == proposal.Withdrawn}
	}
	return all, nil
}
