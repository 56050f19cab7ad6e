package analysis

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// The bounds of a sheet.
const (
	MaxRows      = 500
	MaxSheet     = 4 << 20 // bytes of the file
	maxUnpacked  = 16 << 20
	maxSheetPart = 200 // entries of the archive
)

// Line is a row of a sheet: what an agent says of a proposal.
type Line struct {
	Row       int    `json:"row"` // in the sheet, from 1
	Reference string `json:"ref"`
	Verdict   string `json:"verdict,omitempty"`
	Invest    string `json:"invest,omitempty"`
	Running   string `json:"running,omitempty"`
	Months    string `json:"months,omitempty"`
	Land      string `json:"land,omitempty"`
	Public    string `json:"public,omitempty"`
	Private   string `json:"private,omitempty"`
	Give      string `json:"give,omitempty"`
	Formula   string `json:"formula,omitempty"` // the column of a cell that holds a formula
}

// columns of a sheet: the key of its heading, its width in characters, whether it can be filled in, and where it goes in a line.
var columns = []struct {
	key    string
	width  float64
	filled bool
	at     func(*Line) *string
}{
	{"reference", 26, false, func(l *Line) *string { return &l.Reference }}, {"title", 44, false, nil}, {"category", 20, false, nil}, {"district", 20, false, nil}, {"due", 14, false, nil},
	{"verdict", 16, true, func(l *Line) *string { return &l.Verdict }}, {"invest", 16, true, func(l *Line) *string { return &l.Invest }},
	{"running", 16, true, func(l *Line) *string { return &l.Running }}, {"months", 12, true, func(l *Line) *string { return &l.Months }}, {"land", 18, true, func(l *Line) *string { return &l.Land }},
	{"public", 60, true, func(l *Line) *string { return &l.Public }}, {"private", 60, true, func(l *Line) *string { return &l.Private }}, {"give", 14, true, func(l *Line) *string { return &l.Give }},
}

// Filled is a task with what is said of it, as a row of a sheet.
type Filled struct {
	Task
	Reference string
	Said      Said
	GivenBy   bool
}

// reference names an assignment and the version of its opinion for people and for the way back: "budget-2027/12/1/voirie/v3".
func reference(edition string, number, round int, service string, version int) string {
	return fmt.Sprintf("%s/%d/%d/%s/v%d", edition, number, round, service, version)
}

// cited is a reference taken apart.
type cited struct {
	edition, service       string
	number, round, version int
}

func parseReference(s string) (c cited, ok bool) {
	parts := strings.Split(strings.TrimSpace(s), "/")
	if len(parts) != 5 || !strings.HasPrefix(parts[4], "v") {
		return c, false
	}
	c.edition, c.service = parts[0], parts[3]
	var err [3]error
	c.number, err[0] = strconv.Atoi(parts[1])
	c.round, err[1] = strconv.Atoi(parts[2])
	c.version, err[2] = strconv.Atoi(parts[4][1:])
	return c, errors.Join(err[:]...) == nil && c.edition != "" && c.service != ""
}

func amount(v *int64) string {
	if v == nil {
		return ""
	}
	if *v%100 == 0 {
		return strconv.FormatInt(*v/100, 10)
	}
	return fmt.Sprintf("%d.%02d", *v/100, *v%100)
}

// WriteSheet makes the sheet: a row for each task, locked but for what an agent fills in, with lists to choose from. Texts of
// residents are texts in it, whatever they begin with.
func WriteSheet(rows []Filled, l *i18n.Locale) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	name := l.T("analysis.sheet.name")
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	head, err1 := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E2D8"}}})
	locked, err2 := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, Font: &excelize.Font{Color: "55504A"}, Protection: &excelize.Protection{Locked: true}})
	open, err3 := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, Protection: &excelize.Protection{Locked: false}})
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, err
		}
		style := locked
		if c.filled {
			style = open
		}
		if err := errors.Join(f.SetColWidth(name, letter, letter, c.width), f.SetCellStr(name, letter+"1", l.T("analysis.sheet."+c.key)), f.SetCellStyle(name, letter+"1", letter+"1", head),
			f.SetCellStyle(name, letter+"2", letter+strconv.Itoa(max(len(rows), 1)+1), style)); err != nil {
			return nil, err
		}
	}
	for i, r := range rows {
		give := ""
		if r.GivenBy {
			give = l.T("analysis.sheet.yes")
		}
		months := ""
		if r.Said.Months != nil {
			months = strconv.Itoa(*r.Said.Months)
		}
		for n, text := range []string{r.Reference, r.Title, r.Category, r.District, l.DateShort(r.DueAt), verdictWord(l, r.Said.Verdict), amount(r.Said.Invest), amount(r.Said.Running), months,
			landWord(l, r.Said.Land), r.Said.Public, r.Said.Private, give} {
			cell, err := excelize.CoordinatesToCellName(n+1, i+2)
			if err == nil && text != "" {
				err = setCell(f, name, cell, columns[n].key, text)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if err := furnish(f, name, len(rows), l); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := f.Write(&out)
	return out.Bytes(), err
}

// setCell writes an amount as a number and all else as text: a text is never a formula.
func setCell(f *excelize.File, sheet, cell, key, text string) error {
	if key == "invest" || key == "running" || key == "months" {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return f.SetCellFloat(sheet, cell, n, -1, 64)
		}
	}
	return f.SetCellStr(sheet, cell, text)
}

// furnish adds what helps to fill it in: lists, a head that stays, and the lock of all else.
func furnish(f *excelize.File, name string, rows int, l *i18n.Locale) error {
	last := strconv.Itoa(max(rows, 1) + 1)
	var verdicts, lands []string
	for _, v := range Verdicts() {
		verdicts = append(verdicts, verdictWord(l, v))
	}
	for _, v := range Lands() {
		lands = append(lands, landWord(l, v))
	}
	for _, list := range []struct {
		column string
		of     []string
	}{{"F", verdicts}, {"J", lands}, {"M", []string{l.T("analysis.sheet.yes"), l.T("analysis.sheet.no")}}} {
		v := excelize.NewDataValidation(true)
		v.Sqref = list.column + "2:" + list.column + last
		if err := v.SetDropList(list.of); err != nil {
			return err
		}
		if err := f.AddDataValidation(name, v); err != nil {
			return err
		}
	}
	return errors.Join(f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}),
		f.ProtectSheet(name, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, AutoFilter: true, Sort: true}))
}

func verdictWord(l *i18n.Locale, v Verdict) string {
	if v == Undecided {
		return ""
	}
	return l.T("analysis.verdict." + string(v))
}

func landWord(l *i18n.Locale, v Land) string {
	if v == LandUnsaid {
		return ""
	}
	return l.T("analysis.land." + string(v))
}

// ReadLines reads a sheet that was filled in. Columns are found by their headings, in either language; rows without a reference
// and without words are left out. Faults: invalid (sheet), for what is no sheet, too large, or packed to be larger than it says.
func ReadLines(content []byte) ([]Line, error) {
	if err := checkArchive(content); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, RawCellValue: true})
	if err != nil {
		return nil, invalid("sheet", "sheet_format")
	}
	defer func() { _ = f.Close() }()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, invalid("sheet", "sheet_format")
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, invalid("sheet", "sheet_format")
	}
	defer func() { _ = rows.Close() }()
	var at []int // by column of the sheet, which of ours; -1: none
	var list []Line
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil || n > 10*MaxRows {
			return nil, invalid("sheet", "sheet_format")
		}
		if at == nil {
			if at = headings(cells); !slices.Contains(at, 0) {
				return nil, invalid("sheet", "sheet_columns")
			}
			continue
		}
		line, err := lineOf(f, sheets[0], n, cells, at)
		if err != nil {
			return nil, err
		}
		if line == (Line{Row: n}) {
			continue
		}
		if list = append(list, line); len(list) > MaxRows {
			return nil, invalid("sheet", "sheet_rows", "Max", MaxRows)
		}
	}
	if rows.Error() != nil || len(list) == 0 {
		return nil, invalid("sheet", "sheet_empty")
	}
	return list, nil
}

// checkArchive refuses what is no workbook, has macros, or unpacks to more than any sheet of ours, before anything is unpacked.
func checkArchive(content []byte) error {
	if len(content) > MaxSheet {
		return invalid("sheet", "sheet_large", "Limit", MaxSheet>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return invalid("sheet", "sheet_format")
	}
	var size uint64
	workbook := false
	for _, f := range z.File {
		if path.Base(f.Name) == "vbaProject.bin" {
			return invalid("sheet", "sheet_macros")
		}
		workbook = workbook || f.Name == "xl/workbook.xml"
		if size += f.UncompressedSize64; size > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return invalid("sheet", "sheet_bomb")
		}
	}
	switch {
	case !workbook:
		return invalid("sheet", "sheet_format")
	case len(z.File) > maxSheetPart:
		return invalid("sheet", "sheet_bomb")
	}
	return nil
}

func headings(cells []string) []int {
	at := make([]int, len(cells))
	for i, cell := range cells {
		at[i] = -1
		for _, lang := range i18n.Langs {
			l := i18n.For(lang, nil)
			for n, c := range columns {
				if same(strings.Join(strings.Fields(cell), " "), strings.Join(strings.Fields(l.T("analysis.sheet."+c.key)), " ")) {
					at[i] = n
				}
			}
		}
	}
	return at
}

func lineOf(f *excelize.File, sheet string, row int, cells []string, at []int) (Line, error) {
	line := Line{Row: row}
	for i := range at {
		if at[i] < 0 || columns[at[i]].at == nil {
			continue
		}
		name, err := excelize.CoordinatesToCellName(i+1, row)
		if err != nil {
			return line, err
		}
		if formula, err := f.GetCellFormula(sheet, name); err == nil && formula != "" {
			line.Formula = columns[at[i]].key
			continue
		}
		if i < len(cells) {
			text := tidy(cells[i])
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > MaxText+1 {
				text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
				text = string([]rune(text)[:min(utf8.RuneCountInString(text), MaxText+1)])
			}
			*columns[at[i]].at(&line) = text
		}
	}
	return line, nil
}

// said reads what a line says, with everything that is wrong in it.
func (line Line) said() (w Said, give bool, err error) {
	var found []*fault.Error
	if line.Formula != "" {
		found = append(found, invalid(line.Formula, "sheet_formula"))
	}
	pick := func(field, text, prefix string, among []string) string {
		if text == "" {
			return ""
		}
		for _, one := range among {
			for _, lang := range i18n.Langs {
				if same(text, i18n.For(lang, nil).T(prefix+one)) || same(text, one) {
					return one
				}
			}
		}
		found = append(found, invalid(field, "sheet_word", "Word", text))
		return ""
	}
	w.Verdict = Verdict(pick("verdict", line.Verdict, "analysis.verdict.", words(Verdicts())))
	w.Land = Land(pick("land", line.Land, "analysis.land.", words(Lands())))
	give = pick("give", line.Give, "analysis.sheet.", []string{"yes", "no"}) == "yes"
	money := func(field, text string) *int64 {
		if text == "" {
			return nil
		}
		n, ok := deposit.ParseCost(text)
		if !ok {
			found = append(found, invalid(field, "sheet_amount", "Word", text))
			return nil
		}
		return &n
	}
	w.Invest, w.Running = money("invest", line.Invest), money("running", line.Running)
	if line.Months != "" {
		n, err := strconv.Atoi(line.Months)
		if err != nil {
			found = append(found, invalid("months", "months", "Max", MaxMonths))
		} else {
			w.Months = &n
		}
	}
	w.Public, w.Private = line.Public, line.Private
	return w.tidy(), give, fault.All(found)
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
