package proposal

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/search"
)

// text is what searches find a proposal by.
func (p Proposal) text() search.Text {
	return search.Text{Number: p.Number, Title: p.Title + " " + p.Reference, Body: p.Summary + " " + p.Body + " " + p.Address}
}

// index makes published proposals findable; nobody finds a draft, nor a word of one.
func index(ctx context.Context, tx db.Tx, platform int64, proposals []Proposal) error {
	texts := map[ids.ID][]search.Text{}
	for _, p := range proposals {
		if !p.PublishedAt.IsZero() {
			texts[p.Project] = append(texts[p.Project], p.text())
		}
	}
	for project, list := range texts { // one project, but in tests
		if err := search.Learn(ctx, tx, platform, project, list); err != nil {
			return err
		}
	}
	return nil
}

// Reindex makes a proposal findable by the words that it has now instead of those that it had; a zero p by none.
func Reindex(ctx context.Context, tx db.Tx, platform int64, had, p Proposal) error {
	if err := search.Unlearn(ctx, tx, platform, had.Project, had.text()); err != nil || p.ID.IsZero() {
		return err
	}
	return index(ctx, tx, platform, []Proposal{p})
}
