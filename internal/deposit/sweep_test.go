package deposit_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// photo is a picture of one colour.
func photo(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	m.SetGray(0, 0, color.Gray{Y: 255 - shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictures counts those that are kept, and drafts what was typed.
func (h *house) kept() (pictures, deposits, files int) {
	h.t.Helper()
	rows := dbtest.Rows(h.t, h.d)[h.of.Key]
	if len(rows["media"]) != len(rows["rendition"]) { // each is small
		h.t.Errorf("%d pictures in %d sizes", len(rows["media"]), len(rows["rendition"]))
	}
	return len(rows["media"]), len(rows["deposit"]), len(rows["deposit_file"])
}

func TestAPictureThatNothingShowsIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		save := func(dep deposit.Deposit, up deposit.Upload) deposit.Deposit {
			t.Helper()
			c := whole()
			c.PictureAlt = "Un banc"
			dep, err := h.Save(t.Context(), h.of, who, budget, dep.ID, c, up)
			if err != nil {
				t.Fatal(err)
			}
			return dep
		}
		holds := func(when string, want int) {
			t.Helper()
			if n, _, _ := h.kept(); n != want {
				t.Errorf("%s: %d pictures, want %d", when, n, want)
			}
		}
		first := save(deposit.Deposit{}, deposit.Upload{Picture: photo(t, 1)})
		holds("one is given", 1)
		if again := save(first, deposit.Upload{}); again.Picture != first.Picture {
			t.Error("saving again loses the picture")
		}
		holds("the draft is saved again", 1)
		second := save(first, deposit.Upload{Picture: photo(t, 2)})
		holds("another takes its place", 1)
		if second.Picture == first.Picture {
			t.Error("the picture is the same")
		}
		if p, err := h.Publish(t.Context(), h.of, who, budget, first.ID, 0); err != nil || p.Picture != second.Picture {
			t.Fatalf("published with %v: %v", p.Picture, err)
		}
		other := save(deposit.Deposit{}, deposit.Upload{Picture: photo(t, 3)})
		holds("a second draft has its own", 2)
		c := whole()
		c.PictureAlt = "Un autre banc"
		if p, err := h.Edit(t.Context(), h.of, who, budget, first.ID, c, deposit.Upload{Picture: photo(t, 4)}); err != nil || p.Picture == second.Picture {
			t.Fatalf("edited with %v: %v", p.Picture, err)
		}
		holds("the proposal shows another", 2)
		if err := h.Discard(t.Context(), h.of, who, budget, other.ID); err != nil {
			t.Fatal(err)
		}
		holds("the second draft is deleted", 1)
		if _, err := h.Edit(t.Context(), h.of, who, budget, first.ID, c, deposit.Upload{Remove: true}); err != nil {
			t.Fatal(err)
		}
		holds("the proposal shows none", 0)
		if _, err := h.Edit(t.Context(), h.of, who, budget, first.ID, c, deposit.Upload{Picture: photo(t, 5)}); err != nil {
			t.Fatal(err)
		}
		forget := func(who account.Person, keep bool) {
			h.write(func(ctx context.Context, tx db.Tx) error {
				return errors.Join(proposal.Room().Forget(ctx, tx, h.of.Key, who.ID, keep), deposit.Room().Forget(ctx, tx, h.of.Key, who.ID, keep))
			})
		}
		forget(who, true)
		holds("its author is forgotten, and it stays", 1)
		who = proved(h.nobody())
		gone := save(deposit.Deposit{}, deposit.Upload{Picture: photo(t, 6)})
		if _, err := h.Publish(t.Context(), h.of, who, budget, gone.ID, 0); err != nil {
			t.Fatal(err)
		}
		holds("somebody else publishes another", 2)
		forget(who, false)
		holds("it goes with its author", 1)
	})
}

func TestADraftThatNobodyTouchesIsSwept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		published, _ := h.publish(who, whole())
		var old []deposit.Deposit
		for range 60 { // more than one write takes, of many people
			dep, err := h.Save(t.Context(), h.of, h.nobody(), budget, deposit.Deposit{}.ID, whole(), deposit.Upload{Picture: photo(t, 1)})
			if err != nil {
				t.Fatal(err)
			}
			old = append(old, dep)
		}
		fresh := h.save(who, whole())
		age := func(dep deposit.Deposit, long time.Duration) {
			h.write(func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE deposit SET updated_at = ? WHERE platform = ? AND id = ?`, db.Micros(tx.Now().Add(-long)), h.of.Key, dep.ID)
				return err
			})
		}
		h.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO deposit_file (platform, deposit, question, name, mime, content, created_at) VALUES (?, ?, 'plan', 'plan.pdf', 'application/pdf', ?, 1)`, h.of.Key, old[0].ID, []byte("%PDF"))
			return err
		})
		age(fresh, deposit.DraftLife-time.Minute)
		age(published, 2*deposit.DraftLife)
		for _, dep := range old {
			age(dep, deposit.DraftLife+time.Minute)
		}
		if err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		pictures, deposits, files := h.kept()
		if pictures != 0 || deposits != 2 || files != 0 {
			t.Errorf("%d pictures, %d deposits and %d files are left, want none, two and none", pictures, deposits, files)
		}
		c, err := h.Call(t.Context(), h.of, who, budget)
		if err != nil || len(c.Mine) != 2 {
			t.Errorf("of a fresh draft and a proposal %d are left: %v", len(c.Mine), err)
		}
	})
}
