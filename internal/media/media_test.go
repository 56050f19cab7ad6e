package media_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
)

// Nobody tells two platforms' pictures apart by their keys here: they are made the same.
func TestPicturesOfAPlatformAreItsOwn(t *testing.T) {
	id := ids.Random()
	dbtest.Tenancy{
		Filled: []string{"Store"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			p, err := media.Store(ctx, tx, platform, prepared(t, asPNG(t, halves(500+int(platform), 1))), media.Alt{i18n.FR: fmt.Sprint("Un arbre de ", platform)})
			if err != nil {
				return err
			}
			if _, err = tx.Exec(ctx, `UPDATE media SET id = ? WHERE platform = ? AND id = ?`, id, platform, p.ID); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE rendition SET media = ? WHERE platform = ? AND media = ?`, id, platform, p.ID)
			return err
		},
		Reads: []dbtest.Reading{
			{Of: "Content", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				r, err := media.Content(ctx, tx, platform, id, media.Full)
				if fault.Is(err, fault.NotFound) {
					err = nil
				}
				return r, err
			}},
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return media.ByIDs(ctx, tx, platform, []ids.ID{id})
			}},
		},
		Writes: []dbtest.Writing{{Of: "Tell", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
			return media.Tell(ctx, tx, platform, id, media.Alt{i18n.FR: "Un tilleul"})
		}}, {Of: "Drop", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
			return media.Drop(ctx, tx, platform, []ids.ID{id})
		}}},
	}.Run(t)
}

func TestStoredPictureComesBackInBothSizes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		alt := media.Alt{i18n.FR: "Un arbre, l’été", i18n.EN: "A tree in summer"}
		upload := prepared(t, asJPEG(t, halves(900, 500)))
		var p media.Picture
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			p, err = media.Store(ctx, tx, 1, upload, alt)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			found, err := media.ByIDs(ctx, tx, 1, []ids.ID{ids.Random(), p.ID})
			if got := found[p.ID]; len(found) != 1 || got.Alt[i18n.FR] != alt[i18n.FR] || got.Alt[i18n.EN] != alt[i18n.EN] || !got.CreatedAt.Equal(p.CreatedAt) {
				t.Errorf("%+v comes back as %+v", p, found)
			}
			if err != nil {
				return err
			}
			for i, size := range []media.Size{media.Full, media.Small} {
				got, err := media.Content(ctx, tx, 1, p.ID, size)
				want := upload.Renditions()[i]
				if err != nil || got.MIME != "image/jpeg" || got.Width != []int{900, media.SmallWidth}[i] || !bytes.Equal(got.Content, want.Content) || !bytes.Equal(got.SHA256, want.SHA256) {
					t.Errorf("size %d is %d wide, a %s: %v", i, got.Width, got.MIME, err)
				}
			}
			_, err = media.Content(ctx, tx, 1, ids.Random(), media.Full)
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("a picture that is not there: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestPictureIsToldInTheLanguageThatThereIs(t *testing.T) {
	for _, c := range []struct {
		alt   media.Alt
		in    i18n.Lang
		words string
		of    i18n.Lang
	}{
		{media.Alt{i18n.FR: "Un arbre", i18n.EN: "A tree"}, i18n.EN, "A tree", i18n.EN},
		{media.Alt{i18n.FR: "Un arbre"}, i18n.EN, "Un arbre", i18n.FR},
		{media.Alt{i18n.EN: "A tree"}, i18n.FR, "A tree", i18n.EN},
		{nil, i18n.FR, "", ""},
	} {
		if words, of := c.alt.In(c.in); words != c.words || of != c.of {
			t.Errorf("%v in %s: %q in %q", c.alt, c.in, words, of)
		}
	}
}
