// Package explorer holds the page on which developers try the API.
package explorer

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Routes is the page. A rehearsal has no API.
func Routes() []web.Route {
	return []web.Route{{Path: "/developer", Need: access.Visit, Handle: show, OfHost: true}}
}

func show(_ *web.Request, p ui.Page) (web.View, error) {
	return web.View{Page: Explorer(p), Policy: web.ExplorerPolicy}, nil
}

// example is the query that the explorer opens with.
const example = `# Les démarches de cette plateforme / the projects of this platform
{
  projects(first: 10) {
    totalCount
    edges {
      node {
        id
        title
        steps {
          __typename
          title
        }
      }
    }
  }
}
`

// curl asks the same by hand.
func curl(p ui.Page) string {
	base := strings.TrimSuffix(p.Platform.BaseURL, "/")
	if base == "" {
		base = "http://localhost:8080"
	}
	return "curl " + base + `/graphql -H 'Content-Type: application/json' -d '{"query":"{ projects { totalCount } }"}'`
}
