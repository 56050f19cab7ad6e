package site

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// aboutPath is the address of the page about the data.
const aboutPath = "/donnees"

// AboutPage says what the data are: whose, under which licence, how to check them and how to take them.
type AboutPage struct {
	Editions []AboutEdition
	API      string // where it answers
}

// AboutEdition is an edition and where its data come from.
type AboutEdition struct {
	Title    string
	Href     templ.SafeURL // where they are shown best: the results once there are any
	Imported bool          // from a public file of ballots
}

// fromFiles says whether any edition comes from a file of ballots, so that anyone can count it again.
func (a AboutPage) fromFiles() bool {
	return slices.ContainsFunc(a.Editions, func(e AboutEdition) bool { return e.Imported })
}

func (s *Site) aboutData(r *web.Request, p ui.Page) (web.View, error) {
	page := AboutPage{API: p.Platform.BaseURL + "/graphql"}
	err := s.read(r, p, func(ctx context.Context, v visit) error {
		views, err := project.Views(ctx, v.Tx, v.Of.Key, homeLimit, v.Now)
		if err != nil {
			return err
		}
		all, err := v.Editions(ctx, views)
		page.Editions = make([]AboutEdition, len(all))
		for i, e := range all {
			shown := e.Shown()
			page.Editions[i] = AboutEdition{Title: e.Title, Href: p.Href(shown.Path()), Imported: e.Origin == project.Imported}
			if shown.HasResults {
				page.Editions[i].Href = p.Href(shown.Path() + "/resultats")
			}
		}
		return err
	})
	return web.View{Page: AboutData(p, page)}, err
}

// origin says in words where the data of an edition come from.
func (e AboutEdition) origin(p ui.Page) string {
	if e.Imported {
		return p.T("pages.data.origin.file")
	}
	return p.T("pages.data.origin.here", "Name", p.Platform.Name)
}

// query is a first question to the API, to be pasted into a terminal.
func (a AboutPage) query() string {
	return "curl " + a.API + " -H 'Content-Type: application/json' \\\n  -d '{\"query\":\"{ projects { edges { node { title } } } }\"}'"
}
