package proposal

import (
	"context"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// maxWords bounds the work of one search; further words are not looked at.
const maxWords = 8

// index stores the folded text of proposals; on SQLite triggers keep the trigram table in step.
func index(ctx context.Context, tx db.Tx, platform int64, proposals []Proposal) error {
	rows := make([][]any, len(proposals))
	for i, p := range proposals {
		rows[i] = []any{platform, p.Project, p.ID, i18n.Fold(p.Title + " " + p.Reference), i18n.Fold(p.Summary + " " + p.Body + " " + p.Address)}
	}
	return db.Insert(ctx, tx, "proposal_text", []string{"platform", "project", "proposal", "title", "body"}, rows)
}

// matching adds the condition that every word of a search is a part of the proposal's text, whatever accents and case.
// Both engines answer it from trigrams; words of one or two letters are compared without them.
func matching(st *statement, engine db.Engine, text string) {
	words := strings.Fields(i18n.Fold(text))
	for _, word := range words[:min(len(words), maxWords)] {
		if engine == db.SQLite && len([]rune(word)) >= 3 {
			st.add(` AND s.proposal IN (SELECT x.proposal FROM proposal_fts f JOIN proposal_text x ON x.rowid = f.rowid
				WHERE proposal_fts MATCH ? AND x.platform = s.platform)`, `"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
			continue
		}
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word) + "%"
		st.add(` AND EXISTS (SELECT 1 FROM proposal_text x WHERE x.platform = s.platform AND x.proposal = s.proposal
			AND (x.title LIKE ? ESCAPE '!' OR x.body LIKE ? ESCAPE '!'))`, like, like)
	}
}

// unindex takes a proposal out of searches.
func unindex(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM proposal_text WHERE platform = ? AND proposal = ?`, platform, proposal)
	return err
}

// reindex lets searches read what a proposal says now.
func reindex(ctx context.Context, tx db.Tx, platform int64, p Proposal) error {
	if err := unindex(ctx, tx, platform, p.ID); err != nil {
		return err
	}
	return index(ctx, tx, platform, []Proposal{p})
}
