package news_test

import (
	"archive/zip"
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/news"
)

var tags = regexp.MustCompile(`<[^>]*>`)

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
		lower := strings.Join(tags.FindAllString(strings.ToLower(html), -1), " ") // what is shown as words does nothing
		for _, bad := range []string{"<script", "<img", "<iframe", "<style", "<svg", "href=\"javascript:", "href=\"data:", "src=", "href=\"vbscript:", "onerror=", "onclick=\"", "onmouseover=", "style=", "title=", "<b "} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q becomes %q, which has %q", text, html, bad)
			}
		}
	}
}

func TestWhatLooksLikeHTMLIsShownAndNoLevelOfHeadingsIsSkipped(t *testing.T) {
	html, _ := news.HTML("Bonjour <prénom>,\n\n<div>\n\n### D'abord\n\n##### Ensuite")
	for _, want := range []string{"Bonjour &lt;prénom&gt;,", "&lt;div&gt;", `<h2 id="t-d-abord">`, `<h3 id="t-ensuite">`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
}

// packed makes a ZIP archive of files with their contents.
func packed(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADocumentIsWhatItHoldsAndNotWhatItSays(t *testing.T) {
	docx := packed(t, "[Content_Types].xml", "", "word/document.xml", "")
	for _, c := range []struct {
		name    string
		content []byte
		as      string // name and type; empty: refused
	}{
		{"règlement.pdf", []byte("%PDF-1.7 …"), "règlement.pdf application/pdf"},
		{"page.html", []byte("%PDF-1.7 …"), "page.pdf application/pdf"},
		{"note.docx", docx, "note.docx application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{`C:\\Users\\x\\note.zip`, docx, "note.docx application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"tableau.xlsx", packed(t, "[Content_Types].xml", "", "xl/workbook.xml", ""), "tableau.xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"texte.odt", packed(t, "mimetype", "application/vnd.oasis.opendocument.text"), "texte.odt application/vnd.oasis.opendocument.text"},
		{"budget.csv", []byte("nom;coût\n"), "budget.csv text/csv; charset=utf-8"},
		{"macro.docm", packed(t, "[Content_Types].xml", "", "word/document.xml", "", "word/vbaProject.bin", ""), ""},
		{"archive.zip", packed(t, "readme", ""), ""},
		{"faux.odt", packed(t, "mimetype", "text/html"), ""},
		{"page.html", []byte("<script>alert(1)</script>"), ""},
		{"dessin.svg", []byte("<svg onload=alert(1)>"), ""},
		{"binaire.csv", []byte("a\x00b"), ""},
		{"cassé.docx", []byte("PK\x03\x04 rien"), ""},
		{"vide.pdf", nil, ""},
		{"long.csv", make([]byte, news.MaxFile+1), ""},
	} {
		d, err := news.ReadDocument(c.name, c.content)
		if got := strings.TrimSpace(d.Name + " " + d.MIME); got != c.as || (err != nil) != (c.as == "") {
			t.Errorf("%s is %q, %v; want %q", c.name, got, err, c.as)
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
