package web

import (
	"context"
	"net/http"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/platform"
)

// looking are the pages of a rehearsal that may be read: those of everybody. Nobody signs in, deposits or votes there.
var looking = map[access.Action]bool{access.Visit: true, access.SeeProject: true, access.SeeProposal: true, access.SeeResult: true, access.SeeArticle: true}

type rehearsedKey struct{}

// rehearsed gives the temporary platform that a request is about, if it is about one.
func rehearsed(r *http.Request) (platform.Platform, bool) {
	of, ok := r.Context().Value(rehearsedKey{}).(platform.Platform)
	return of, ok
}

// prefixOf gives what the addresses of the request's platform begin with.
func prefixOf(r *http.Request) string {
	of, _ := rehearsed(r)
	return of.Prefix()
}

// rehearsal answers the addresses of temporary platforms by their pages. No search engine is to keep them.
func (s *server) rehearsal(pages http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		of, ok, err := s.Platforms.Rehearsal(r.Context(), r.PathValue("token"))
		if err != nil {
			Refuse(w, r, err)
			return
		}
		if !ok {
			s.absent(w, r)
			return
		}
		w.Header().Set("X-Robots-Tag", "noindex, nofollow")
		within := r.Clone(context.WithValue(r.Context(), rehearsedKey{}, of))
		within.URL.Path, within.URL.RawPath = "/"+r.PathValue("rest"), ""
		pages.ServeHTTP(w, within)
	}
}
