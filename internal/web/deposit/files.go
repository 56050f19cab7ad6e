package deposit

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// ownFile gives a person the file that they sent.
func (s *Pages) ownFile(r *web.Request, _ ui.Page) (web.View, error) {
	id, err := ids.Parse(r.PathValue("draft"))
	if err != nil {
		return web.View{}, unknown()
	}
	f, err := s.proposals.OwnFile(r.Context(), r.Platform, r.Person, r.PathValue("project"), id, r.PathValue("question"))
	return handed(f), err
}

// publishedFile gives a file of a published proposal to who may read it.
func (s *Pages) publishedFile(r *web.Request, _ ui.Page) (web.View, error) {
	number, _, _ := strings.Cut(r.PathValue("proposal"), "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return web.View{}, unknown()
	}
	f, err := s.proposals.PublishedFile(r.Context(), r.Platform, r.Person, r.PathValue("project"), n, r.PathValue("question"))
	return handed(f), err
}

func handed(f deposit.File) web.View {
	return web.View{File: &web.File{Name: f.Name, Type: f.MIME, Content: f.Content}}
}

// fileHref is where the author finds the file that answers a question.
func (f formPage) fileHref(p ui.Page, q deposit.Question) templ.SafeURL {
	return f.at(p, "/fichiers/"+url.PathEscape(q.Key))
}
