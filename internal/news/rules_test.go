package news_test

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/news"
)

func TestHostileMarkdownIsOnlyWords(t *testing.T) {
	for _, text := range []string{
		"<script>alert(1)</script>",
		"Bonjour <img src=x onerror=alert(1)> vous",
		"[lire](javascript:alert(1))",
		"[lire](JaVaScRiPt:alert(1))",
		"[lire](&#106;avascript:alert(1))",
		"[lire](data:text/html;base64,PHNjcmlwdD4=)",
		"[lire](vbscript:x)",
		"<javascript:alert(1)>",
		"<a href=\"https://exemple.fr\" onclick=\"alert(1)\">x</a>",
		"![une photo](https://ailleurs.example/p.png)",
		"![x](data:image/svg+xml;base64,AAAA)",
		"<iframe src=//ailleurs.example></iframe>",
		"<style>body{display:none}</style>",
		"<svg/onload=alert(1)>",
		"[x](https://exemple.fr \"\\\" onmouseover=alert(1)\")",
		"## <b onclick=x>Titre</b>",
		"```<script>\nalert(1)\n```",
	} {
		html, _ := news.HTML(text)
		lower := strings.ToLower(html)
		for _, bad := range []string{"<script", "<img", "<iframe", "<style", "<svg", "href=\"javascript:", "href=\"data:", "src=", "href=\"vbscript:", "onerror=", "onclick=\"", "onmouseover=", "style=", "title=", "<b "} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q becomes %q, which has %q", text, html, bad)
			}
		}
	}
}

func TestATextKeepsItsFormBelowTheTitleOfItsPage(t *testing.T) {
	html, headings := news.HTML("# Le budget\n\nUn *mot*, un **gras**, [un lien](https://exemple.fr/a?b=1&c=2), https://exemple.fr.\n\n## Qui peut voter ?\n\n- un\n- deux\n\n### Détail\n\n## Qui peut voter ?\n\n![Le parc](https://x.example/a.png)")
	for _, want := range []string{"<h2 id=\"t-le-budget\">Le budget</h2>", "<em>mot</em>", "<strong>gras</strong>", `<a href="https://exemple.fr/a?b=1&amp;c=2" rel="nofollow noopener">un lien</a>`,
		`<h2 id="t-qui-peut-voter">Qui peut voter ?</h2>`, `<h2 id="t-qui-peut-voter-2">`, "<h3 ", "<li>un</li>", "<p>Le parc</p>"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
	if strings.Contains(html, "<h1") {
		t.Error("a text has a second heading of the first level")
	}
	if len(headings) != 3 || headings[1] != (news.Heading{Text: "Qui peut voter ?", Anchor: "t-qui-peut-voter"}) || headings[2].Anchor == headings[1].Anchor {
		t.Errorf("headings are %+v", headings)
	}
	if again := strings.Count(html, `rel="nofollow noopener"`); again != 2 {
		t.Errorf("%d of 2 links say what they are", again)
	}
}
