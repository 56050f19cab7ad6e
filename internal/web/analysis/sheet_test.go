package analysis_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// filled opens an exported workbook, lets fn change it, and gives it back.
func filled(t *testing.T, content string, fn func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	fn(f, f.GetSheetList()[0])
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestASheetIsReadLineByLineBeforeItIsAppliedInOneAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, 12)
		c.services()
		status, content := c.get("paule", "/analyse/tableur?tri=rue")
		if status != 200 {
			t.Fatal(status)
		}
		at := map[int]string{} // row by number of the proposal
		brought := filled(t, content, func(f *excelize.File, sheet string) {
			rows, err := f.GetRows(sheet)
			c.must(err)
			if len(rows) != 6 || rows[0][0] != "Référence (ne pas modifier)" {
				t.Fatalf("%d rows: %v", len(rows), rows[0])
			}
			for i, row := range rows[1:] {
				number, err := strconv.Atoi(strings.Split(row[0], "/")[1])
				c.must(err)
				at[number] = strconv.Itoa(i + 2)
			}
			set := func(number int, column, text string) { c.must(f.SetCellStr(sheet, column+at[number], text)) }
			set(1, "F", "Favorable")
			set(1, "G", "12 500")
			set(1, "M", "Oui")
			set(3, "F", "Peut-être")
			set(7, "K", "Un brouillon.")
			c.must(f.SetCellFormula(sheet, "G"+at[9], "1+1"))
			set(11, "L", "Note privée du tableur")
		})
		_, err := c.desk.Save(t.Context(), c.of, c.people["piotr"], c.key("Espaces verts", 7), analysis.Said{Public: "Piotr a écrit."}, 0, false)
		c.must(err)
		status, to, text := c.upload("paule", "/analyse/tableur", "sheet", "avis.xlsx", brought)
		if status != http.StatusSeeOther {
			t.Fatalf("it is not read: %d %s", status, text)
		}
		if _, text = c.get("paule", "/analyse/budget/1"); strings.Contains(text, "12\u202f500") {
			t.Error("something is applied before it was seen")
		}
		_, text = c.get("paule", to)
		for _, want := range []string{"n’est pas dans la liste", "contient une formule", "Modifié entre-temps", "Note privée du tableur", `name="count" value="2"`, "Avis donné"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		if status, _ = c.get("piotr", to); status != http.StatusNotFound {
			t.Errorf("somebody else reads it: %d", status)
		}
		if status, _, _ = c.ask("paule", "localhost", "POST", to, url.Values{"count": {"3"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("what was not seen is applied: %d", status)
		}
		if status, to, text = c.ask("paule", "localhost", "POST", to, url.Values{"count": {"2"}}); status != http.StatusSeeOther || !strings.Contains(to, "n=2") {
			t.Fatalf("it is not applied: %d %s", status, text)
		}
		if _, text = c.get("paule", "/analyse?etat=fait"); !strings.Contains(text, "/analyse/budget/1?") || strings.Contains(text, "/analyse/budget/7?") {
			t.Error("not what was seen is applied")
		}
		if _, text = c.get("piotr", "/analyse/budget/7"); !strings.Contains(text, "Piotr a écrit.") || strings.Contains(text, "Un brouillon.") {
			t.Error("a line in conflict replaces a text")
		}
	})
}

func TestHostileSheetsAreRefused(t *testing.T) {
	c := settle(t, dbtest.Open(t, db.SQLite), 1)
	c.services()
	packed := func(name string, size int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range []string{"xl/workbook.xml", name} {
			w, err := z.Create(n)
			c.must(err)
			_, err = w.Write(make([]byte, size))
			c.must(err)
		}
		c.must(z.Close())
		return b.Bytes()
	}
	for what, file := range map[string][]byte{"n’est pas un tableur XLSX lisible": []byte("nom;avis"), "contenu bien trop grand": packed("xl/worksheets/sheet1.xml", 20<<20), "contient des macros": packed("xl/vbaProject.bin", 10),
		"dépasse 4": make([]byte, analysis.MaxSheet+10)} {
		status, _, text := c.upload("paule", "/analyse/tableur", "sheet", "avis.xlsx", file)
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, what) {
			t.Errorf("%s: %d", what, status)
		}
	}
	// A title that begins like a formula is a text in what goes out.
	_, content := c.get("paule", "/analyse/tableur")
	filled(t, content, func(f *excelize.File, sheet string) {
		for _, cell := range []string{"A2", "B2", "K2"} {
			if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
				t.Errorf("%s is the formula %q, %v", cell, formula, err)
			}
		}
	})
}
