package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
)

func TestPicturesComeWithTheirWordsUntilModerationTakesThemAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		var upload bytes.Buffer
		if err := png.Encode(&upload, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
			t.Fatal(err)
		}
		picture, err := media.Prepare(&upload)
		if err != nil {
			t.Fatal(err)
		}
		var stored media.Picture
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			p, err := platform.BySlug(ctx, tx, "toulouse")
			if err != nil {
				return err
			}
			if stored, err = media.Store(ctx, tx, p.Key, picture, media.Alt{i18n.FR: "Un banc", i18n.EN: "A bench"}); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE proposal SET picture = ? WHERE platform = ? AND number = 12`, stored.ID, p.Key)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		const asked = `{ projects { edges { node { steps { ... on SelectionStep { proposals(%s) { edges { node { number picture { url smallUrl alt said: alt(locale: EN_GB) } } } } } } } } } }`
		pictures := func(which string) map[any]any {
			t.Helper()
			data, errors, _ := a.post("localhost", fmt.Sprintf(asked, which), nil)
			if errors != nil {
				t.Fatal(errors)
			}
			found := map[any]any{}
			for _, edge := range at(data, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges").([]any) {
				found[fmt.Sprint(at(edge, "node", "number"))] = at(edge, "node", "picture")
			}
			return found
		}
		url := "http://localhost:8080/media/" + stored.ID.String()
		want := map[string]any{"url": url, "smallUrl": url + "/480", "alt": "Un banc", "said": "A bench"}
		found := pictures("first: 100, orderBy: [{field: CREATED_AT, direction: ASC}]")
		if diff := cmp.Diff(want, found["12"]); diff != "" || len(found) < 2 || found["13"] != nil {
			t.Errorf("%d pictures: %s", len(found), diff)
		}
		a.write(`UPDATE proposal SET trashed = 'invisible' WHERE number = 12 AND platform = ?`)
		a.write(`UPDATE selection SET trashed = (1 = 1) WHERE number = 12 AND platform = ?`)
		if found := pictures("trashedStatus: TRASHED"); len(found) != 1 || found["12"] != nil {
			t.Errorf("a removed proposal shows %v", found)
		}
	})
}
