package site

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

// developerExample is the query that the explorer opens with.
const developerExample = `# Les démarches de cette plateforme / the projects of this platform
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

// developerCurl asks the same by hand.
func developerCurl(p ui.Page) string {
	base := strings.TrimSuffix(p.Platform.BaseURL, "/")
	if base == "" {
		base = "http://localhost:8080"
	}
	return "curl " + base + `/graphql -H 'Content-Type: application/json' -d '{"query":"{ projects { totalCount } }"}'`
}
