package site

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/works"
)

// Media serves at /media/ID, and smaller at /media/ID/480, the pictures that something public shows, and to people those
// of their own drafts. The bytes under an identifier never change, but moderation can take them away at any moment, also
// from whoever holds the address; so caches may keep them and must ask each time, and are answered 304 as long as the
// picture may be seen. people, which may be nil, tells who asks.
func (s *Site) Media(people web.People) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		picture, public, err := s.picture(r, people)
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
		h.Set("Content-Security-Policy", picture.Policy())
		h.Set("Cache-Control", "private, no-cache")
		if public {
			h.Set("Cache-Control", "public, no-cache")
		}
		h.Set("ETag", `W/"`+hex.EncodeToString(picture.SHA256[:12])+`"`) // weak: compressed or not, it is the same picture
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(picture.Content))
	})
}

// picture reads the picture of an address, if the request may have it. Fault: not_found.
func (s *Site) picture(r *http.Request, people web.People) (picture media.Rendition, public bool, err error) {
	size := media.Full
	if r.PathValue("size") != "" {
		size = media.Small
	}
	id, err := ids.Parse(r.PathValue("id"))
	if err != nil || size == media.Small && r.PathValue("size") != media.SmallSegment {
		return picture, false, notFound()
	}
	var of platform.Platform
	if err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if of, err = platform.ByHost(ctx, tx, r.Host); err != nil {
			return err
		}
		if public, err = publicPicture(ctx, tx, of, id); err != nil || !public {
			return err
		}
		picture, err = media.Content(ctx, tx, of.Key, id, size)
		return err
	}); err != nil || public {
		return picture, public, err
	}
	who, err := web.PersonOf(r, of, people)
	if err != nil {
		return picture, false, err
	}
	if who.IsZero() {
		return picture, false, notFound()
	}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		owns, err := deposit.OwnsPicture(ctx, tx, of.Key, who.ID, id)
		if err == nil && !owns {
			owns, err = news.ShowsPicture(ctx, tx, of.Key, who.Roles, id, of.Now(tx.Now()))
		}
		if err == nil && !owns {
			owns, err = deposit.OwnsPaperPicture(ctx, tx, of.Key, who, id)
		}
		if err != nil {
			return err
		}
		if !owns {
			return notFound()
		}
		picture, err = media.Content(ctx, tx, of.Key, id, size)
		return err
	})
	return picture, false, err
}

// publicPicture says whether anyone may see a picture: as the platform's logo, or in an edition or a proposal that is
// public.
func publicPicture(ctx context.Context, tx db.Tx, of platform.Platform, id ids.ID) (bool, error) {
	if of.Logo == id {
		return true, nil
	}
	if shown, err := proposal.ShowsPicture(ctx, tx, of.Key, id); shown || err != nil {
		return shown, err
	}
	if shown, err := news.ShowsPicture(ctx, tx, of.Key, access.Roles(0), id, of.Now(tx.Now())); shown || err != nil {
		return shown, err
	}
	if shown, err := works.ShowsPicture(ctx, tx, of, id); shown || err != nil {
		return shown, err
	}
	return project.ShowsCover(ctx, tx, of.Key, id)
}
