package site

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
)

// Media serves at /media/ID, and smaller at /media/ID/480, the pictures that something public shows. The bytes under an
// identifier never change, but moderation can take them away at any moment, also from whoever holds the address; so
// caches may keep them and must ask each time, and are answered 304 as long as the picture may be seen.
func (s *Site) Media(w http.ResponseWriter, r *http.Request) {
	size := media.Full
	if r.PathValue("size") != "" {
		size = media.Small
	}
	id, err := ids.Parse(r.PathValue("id"))
	if err != nil || size == media.Small && r.PathValue("size") != media.SmallSegment {
		http.NotFound(w, r)
		return
	}
	var picture media.Rendition
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.ByHost(ctx, tx, r.Host)
		if err != nil {
			return err
		}
		shown, err := publicPicture(ctx, tx, p, id)
		if err != nil {
			return err
		}
		if !shown {
			return notFound()
		}
		picture, err = media.Content(ctx, tx, p.Key, id, size)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		web.Refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", picture.MIME)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox") // a picture that is opened alone loads and runs nothing
	h.Set("Cache-Control", "public, no-cache")
	h.Set("ETag", `W/"`+hex.EncodeToString(picture.SHA256[:12])+`"`) // weak: compressed or not, it is the same picture
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(picture.Content))
}

// publicPicture says whether anyone may see a picture: as the platform's logo, or in an edition or a proposal that is
// public. One that nothing shows, such as a draft's, is nobody's here.
func publicPicture(ctx context.Context, tx db.Tx, of platform.Platform, id ids.ID) (bool, error) {
	if of.Logo == id {
		return true, nil
	}
	if shown, err := proposal.ShowsPicture(ctx, tx, of.Key, id); shown || err != nil {
		return shown, err
	}
	return project.ShowsCover(ctx, tx, of.Key, id)
}
