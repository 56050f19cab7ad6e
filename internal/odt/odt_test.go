package odt_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/odt"
)

// parts opens a document and gives its parts, having checked what the format asks of them.
func parts(t *testing.T, d *odt.Document) map[string]string {
	t.Helper()
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	// ODF 1.3, part 2, 3.3: the media type is the first file, neither compressed nor with an extra field, so that it stands at byte 38.
	if got := string(raw[30:38]) + string(raw[38:38+len(odt.MIME)]); got != "mimetype"+odt.MIME {
		t.Errorf("the file begins with %q", got)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	var names []string
	for i, f := range z.File {
		if i == 0 && (f.Name != "mimetype" || f.Method != zip.Store || len(f.Extra) > 0) {
			t.Errorf("the first part is %+v", f.FileHeader)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name], names = string(content), append(names, f.Name)
		if strings.HasSuffix(f.Name, ".xml") {
			wellFormed(t, f.Name, content)
		}
	}
	var listed struct {
		Entries []struct {
			Path string `xml:"full-path,attr"`
			Type string `xml:"media-type,attr"`
		} `xml:"file-entry"`
	}
	if err := xml.Unmarshal([]byte(all["META-INF/manifest.xml"]), &listed); err != nil {
		t.Fatal(err)
	}
	var manifest []string
	for _, e := range listed.Entries {
		manifest = append(manifest, e.Path)
	}
	for _, name := range names {
		if name != "mimetype" && name != "META-INF/manifest.xml" && !slices.Contains(manifest, name) {
			t.Errorf("the manifest does not list %s", name)
		}
	}
	if len(listed.Entries) == 0 || listed.Entries[0].Path != "/" || listed.Entries[0].Type != odt.MIME {
		t.Errorf("the manifest: %+v", listed.Entries)
	}
	return all
}

// wellFormed reads XML to its end, with every prefix declared.
func wellFormed(t *testing.T, name string, content []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(content))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s, ok := token.(xml.StartElement); ok {
			for _, a := range append([]xml.Attr{{Name: s.Name}}, s.Attr...) {
				if a.Name.Space != "" && a.Name.Space != "xmlns" && !strings.Contains(a.Name.Space, ":") {
					t.Errorf("%s: the prefix %s is not declared", name, a.Name.Space)
				}
			}
		}
	}
}

func TestADocumentIsOneThatOfficesOpen(t *testing.T) {
	d := &odt.Document{Title: "Résultats & suites", Language: "fr", At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	d.Heading(1, "Résultats")
	d.Paragraph("Deux lignes\nd’un <b>paragraphe</b> & d’un autre\x00\x08")
	d.Paragraph("")
	d.Note("Une note")
	d.List([]string{"un", "deux"})
	d.Table([]odt.Column{{Title: "Projet", Width: 6}, {Title: "Coût", Width: 2, Number: true}}, [][]string{{"Un banc", "1 000 €"}, {"Une haie"}})
	all := parts(t, d)
	content := all["content.xml"]
	for _, says := range []string{`text:outline-level="1">Résultats<`, `Deux lignes<text:line-break/>d’un &lt;b&gt;paragraphe&lt;/b&gt; &amp; d’un autre<`, `<table:table-header-rows>`, `>Un banc<`, `text:style-name="CellRight">1 000 €<`} {
		if !strings.Contains(content, says) {
			t.Errorf("the content lacks %s", says)
		}
	}
	// Every row has every cell, and every style that is used is defined.
	if cells := strings.Count(content, "<table:table-cell"); cells != 6 {
		t.Errorf("%d cells", cells)
	}
	for _, part := range strings.Split(content, `-style-name="`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if !strings.Contains(content+all["styles.xml"], `style:name="`+name+`"`) {
			t.Errorf("the style %s is not defined", name)
		}
	}
	if !strings.Contains(all["meta.xml"], "<dc:title>Résultats &amp; suites</dc:title>") {
		t.Error(all["meta.xml"])
	}
}
