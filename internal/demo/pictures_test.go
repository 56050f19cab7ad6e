package demo_test

import (
	"context"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// illustration is a proposal's picture: its bytes, and what they are said to show.
type illustration struct{ svg, french, english string }

// illustrations gives them by edition and number of the proposal.
func illustrations(t *testing.T, d *db.DB, s shown) map[string]map[int]illustration {
	t.Helper()
	all := map[string]map[int]illustration{}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, e := range s.editions {
			all[e.Slug] = map[int]illustration{}
			for _, l := range e.listed {
				shown, err := proposal.ShowsPicture(ctx, tx, s.platform.Key, l.Picture)
				if err != nil || !shown {
					t.Errorf("%q: the picture is not shown: %v", l.Title, err)
				}
				r, err := media.Content(ctx, tx, s.platform.Key, l.Picture, media.Full)
				if err != nil {
					return err
				}
				told, err := media.ByIDs(ctx, tx, s.platform.Key, []ids.ID{l.Picture})
				if err != nil {
					return err
				}
				alt := told[l.Picture].Alt
				all[e.Slug][l.Proposal.Number] = illustration{string(r.Content), alt[i18n.FR], alt[i18n.EN]}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func everyProposalHasADrawing(t *testing.T, all map[string]map[int]illustration) {
	t.Helper()
	pictures, words := map[string]bool{}, map[string]bool{}
	n := 0
	for slug, edition := range all {
		for number, one := range edition {
			n++
			pictures[one.svg], words[one.french] = true, true
			if len(one.french) < 40 || len(one.english) < 40 || one.french == one.english {
				t.Errorf("%s, %d: %q, %q", slug, number, one.french, one.english)
			}
		}
	}
	// Of 197, one has been joined with another, and moderators removed three.
	if n != 193 || len(pictures) != n || len(words) < 40 {
		t.Errorf("%d proposals, %d drawings, told in %d ways", n, len(pictures), len(words))
	}
}
