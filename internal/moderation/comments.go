package moderation

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Comments lets moderators see to comments.
func Comments() Source {
	with := func(do func(ctx context.Context, tx db.Tx, platform int64, c discussion.Comment) error) func(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
		return func(ctx context.Context, tx db.Tx, platform int64, id ids.ID) error {
			found, err := discussion.ByIDs(ctx, tx, platform, []ids.ID{id})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return notFound()
			}
			return do(ctx, tx, platform, found[0])
		}
	}
	return Source{Kind: Comment, ByIDs: comments,
		Hide: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, reason string, readable bool, now time.Time) error {
			how := proposal.Invisible
			if readable {
				how = proposal.Visible
			}
			return with(func(ctx context.Context, tx db.Tx, platform int64, c discussion.Comment) error {
				return discussion.TakeOut(ctx, tx, platform, c, how, reason, now)
			})(ctx, tx, platform, id)
		},
		Restore: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, _ time.Time) error {
			return with(discussion.PutBack)(ctx, tx, platform, id)
		},
		Blank: func(ctx context.Context, tx db.Tx, platform int64, id ids.ID, rewrite func(string) string, now time.Time) (changed bool, err error) {
			err = with(func(ctx context.Context, tx db.Tx, platform int64, c discussion.Comment) error {
				body := rewrite(c.Body)
				if changed = body != c.Body; !changed {
					return nil
				}
				return discussion.Rewrite(ctx, tx, platform, c, body, now)
			})(ctx, tx, platform, id)
			return changed, err
		},
		Editable: func(context.Context, db.Tx, platform.Platform, Contribution) (string, error) { return "", nil }, // its time is over before anybody decides
	}
}

// comments gives those of a list as moderators read them.
func comments(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) ([]Contribution, error) {
	found, err := discussion.ByIDs(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	var about, editions []ids.ID
	for _, c := range found {
		about, editions = append(about, c.Subject), append(editions, c.Project)
	}
	subjects, err := proposal.ByIDs(ctx, tx, platform, about)
	if err != nil {
		return nil, err
	}
	projects, err := project.ByIDs(ctx, tx, platform, editions)
	if err != nil {
		return nil, err
	}
	numbers, in := map[ids.ID]int{}, map[ids.ID]project.Project{}
	for _, p := range subjects {
		numbers[p.ID] = p.Number
	}
	for _, e := range projects {
		in[e.ID] = e
	}
	var all []Contribution
	for _, c := range found {
		if in[c.Project].Slug == "" || numbers[c.Subject] == 0 {
			continue // of an edition that nobody sees
		}
		changed := c.EditedAt
		if changed.IsZero() {
			changed = c.PublishedAt
		}
		all = append(all, Contribution{Kind: Comment, ID: c.ID, Project: c.Project, Edition: in[c.Project].Title, Number: numbers[c.Subject], Author: c.Author, Name: c.Name, Text: c.Body,
			Path: discussion.PathOf(in[c.Project].Slug, numbers[c.Subject], c.ID), At: c.PublishedAt, Changed: changed,
			Out: c.Trashed == proposal.Visible || c.Trashed == proposal.Invisible, Gone: c.Trashed == proposal.Withdrawn})
	}
	return all, nil
}
