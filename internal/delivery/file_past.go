package delivery

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/media"
)

// Bounds of a file of winners.
const (
	MaxPastFile = 60 << 20 // bytes, pictures with it
	maxSheet    = 8 << 20  // bytes of the sheet alone, unpacked
	maxPast     = 2000     // rows
	maxPicture  = 12 << 20
)

// PastRow is a line of a file of winners from before Parvis, as it was typed, with its picture.
type PastRow struct {
	Line  int // of the sheet, from 1
	cells map[string]string

	Picture *media.Prepared // nil: none
}

// pastColumns are the columns, by the words that the first line may name them with, folded.
var pastHeads = map[string][]string{
	"edition": {"edition", "budget participatif"}, "reference": {"reference", "numero", "number", "id"}, "title": {"titre", "projet", "title"},
	"text": {"texte", "description", "text"}, "district": {"quartier", "district"}, "latitude": {"latitude", "lat"}, "longitude": {"longitude", "lon", "lng"},
	"address": {"adresse", "lieu", "address"}, "state": {"etat", "avancement", "state"}, "voted": {"budget", "cout", "vote", "montant vote", "cost", "voted"},
	"spent": {"depense", "spent"}, "day": {"date", "realise le", "date de realisation", "day"}, "reason": {"raison", "motif", "reason"},
	"money_back": {"argent", "argent rendu", "money back"}, "picture": {"image", "photo", "picture"}, "alt": {"image decrite", "description de l'image", "texte de remplacement", "alt"},
}

// needed are the columns that a file cannot do without.
var needed = []string{"edition", "reference", "title", "state"}

// PastTemplate is the first line of a file, in French.
func PastTemplate() []string {
	return []string{"Édition", "Référence", "Titre", "Texte", "Quartier", "Latitude", "Longitude", "Adresse", "État", "Budget", "Dépensé", "Date", "Raison", "Argent rendu", "Image", "Image décrite"}
}

// Refused is a row that did not come in.
type Refused struct {
	Line int
	Err  *fault.Error
}

// ReadPast reads a file of winners: CSV, XLSX, or a ZIP with one of them and the pictures that it names. It gives the rows, with
// those refused for their picture. Fault: invalid (file).
func ReadPast(name string, content []byte) ([]PastRow, []Refused, error) {
	pictures := map[string]*zip.File{}
	if path.Ext(strings.ToLower(name)) == ".zip" {
		z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil, nil, pastFormat().Because(err)
		}
		name = ""
		for _, f := range z.File {
			base := path.Base(f.Name)
			switch ext := strings.ToLower(path.Ext(base)); {
			case strings.HasPrefix(base, ".") || strings.HasPrefix(f.Name, "__MACOSX/") || f.FileInfo().IsDir():
			case (ext == ".csv" || ext == ".xlsx") && name == "":
				if content, err = unpack(f, maxSheet); err != nil {
					return nil, nil, pastFormat().Because(err)
				}
				name = base
			default:
				pictures[strings.ToLower(base)] = f
			}
		}
	}
	lines, err := sheet(name, content)
	if err != nil {
		return nil, nil, err
	}
	at := map[string]int{}
	for column, words := range pastHeads {
		at[column] = slices.IndexFunc(lines[0], func(cell string) bool { return slices.Contains(words, i18n.Fold(strings.TrimSpace(cell))) })
	}
	for _, column := range needed {
		if at[column] < 0 {
			return nil, nil, fault.New(fault.Invalid, "fault.past.columns").In("file")
		}
	}
	var rows []PastRow
	var refused []Refused
	for i, line := range lines[1:] {
		r := PastRow{Line: i + 2, cells: map[string]string{}}
		for column, n := range at {
			if n >= 0 && n < len(line) {
				r.cells[column] = strings.TrimSpace(line[n])
			}
		}
		if strings.TrimSpace(strings.Join(line, "")) == "" {
			continue
		}
		if named := r.cells["picture"]; named != "" {
			if r.Picture, err = picture(named, pictures); err != nil {
				refused = append(refused, Refused{r.Line, err.(*fault.Error)}) //nolint:errorlint // picture gives nothing else
				continue
			}
		}
		rows = append(rows, r)
	}
	return rows, refused, nil
}

func pastFormat() *fault.Error { return fault.New(fault.Invalid, "fault.past.format").In("file") }

// unpack reads a file of an archive, which says itself how large it is and may lie.
func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		err = pastFormat()
	}
	return content, err
}

// picture finds and prepares the picture that a row names. Its error is a fault.
func picture(named string, pictures map[string]*zip.File) (*media.Prepared, error) {
	if strings.Contains(named, "://") {
		return nil, fault.New(fault.Invalid, "fault.past.address", "Value", named)
	}
	f, ok := pictures[strings.ToLower(path.Base(strings.ReplaceAll(named, "\\", "/")))]
	if !ok {
		return nil, fault.New(fault.Invalid, "fault.past.picture_missing", "Value", named)
	}
	content, err := unpack(f, maxPicture)
	if err == nil {
		var prepared media.Prepared
		if prepared, err = media.Prepare(bytes.NewReader(content)); err == nil {
			return &prepared, nil
		}
	}
	return nil, fault.New(fault.Invalid, "fault.past.picture", "Value", named).Because(err)
}

// sheet reads the cells of a file. Fault: invalid (file).
func sheet(name string, content []byte) (lines [][]string, err error) {
	switch path.Ext(strings.ToLower(name)) {
	case ".csv", ".txt":
		content = bytes.TrimPrefix(content, []byte("\ufeff"))
		if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
			return nil, pastFormat()
		}
		first, _, _ := bytes.Cut(content, []byte("\n"))
		r := csv.NewReader(bytes.NewReader(content))
		r.FieldsPerRecord = -1
		for _, separator := range ";\t" {
			if bytes.ContainsRune(first, separator) {
				r.Comma = separator
				break
			}
		}
		lines, err = r.ReadAll()
	case ".xlsx":
		var book *excelize.File
		if book, err = excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: 4 * maxSheet, UnzipXMLSizeLimit: maxSheet, RawCellValue: true}); err != nil {
			break
		}
		defer func() { _ = book.Close() }()
		lines, err = firstRows(book)
	default:
		return nil, pastFormat()
	}
	if err != nil {
		return nil, pastFormat().Because(err)
	}
	if len(lines) < 2 || len(lines) > maxPast+1 {
		return nil, fault.New(fault.Invalid, "fault.past.rows", "Max", maxPast).In("file")
	}
	for _, line := range lines {
		for _, cell := range line {
			if !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
				return nil, pastFormat()
			}
		}
	}
	return lines, nil
}

// mostColumns is how many cells of a row are looked at: more than a list of winners has. A row is read with every cell up to its
// last one, which may be the 16,384th.
const mostColumns = 50

// firstRows gives the rows of the first sheet, one more than there may be at most: a small file can hold more than fits in memory.
func firstRows(book *excelize.File) (lines [][]string, err error) {
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() && len(lines) <= maxPast+1 {
		line, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		lines = append(lines, slices.Clone(line[:min(len(line), mostColumns)]))
	}
	return lines, rows.Error()
}

// pastStates are the words for states, folded.
var pastStates = map[string]State{
	"realise": Built, "livre": Built, "termine": Built, "fait": Built, "built": Built, "done": Built,
	"en cours": UnderWay, "en travaux": UnderWay, "under way": UnderWay, "under_way": UnderWay,
	"prevu": Planned, "a venir": Planned, "planned": Planned, "abandonne": Abandoned, "abandoned": Abandoned,
}

// read gives the winner and its follow-up that a row says, at a time. district finds one by its name. Fault: invalid.
func (r PastRow) read(zone *time.Location, now time.Time, district func(name string) (found bool, set func(*Past))) (w Past, d Delivery, err error) {
	wrong := func(key string, pairs ...any) error { return fault.New(fault.Invalid, "fault.past."+key, pairs...) }
	w = Past{Reference: r.cells["reference"], Title: r.cells["title"], Body: r.cells["text"], Address: r.cells["address"]}
	switch {
	case r.cells["edition"] == "" || utf8.RuneCountInString(r.cells["edition"]) > MaxTitle:
		return w, d, wrong("edition")
	case w.Reference == "" || utf8.RuneCountInString(w.Reference) > MaxTitle:
		return w, d, wrong("reference")
	case w.Title == "" || utf8.RuneCountInString(w.Title) > MaxTitle:
		return w, d, wrong("title", "Max", MaxTitle)
	case utf8.RuneCountInString(w.Body) > 4*MaxBody, utf8.RuneCountInString(w.Address) > MaxTitle:
		return w, d, wrong("long")
	case r.Picture != nil && r.cells["alt"] == "":
		return w, d, wrong("alt")
	}
	if name := r.cells["district"]; name != "" {
		found, set := district(name)
		if !found {
			return w, d, wrong("district", "Value", name)
		}
		set(&w)
	}
	if r.cells["latitude"]+r.cells["longitude"] != "" {
		latitude, err1 := degrees(r.cells["latitude"], 90)
		longitude, err2 := degrees(r.cells["longitude"], 180)
		if err1 != nil || err2 != nil {
			return w, d, wrong("place")
		}
		w.Place = &geo.Place{Latitude: latitude, Longitude: longitude}
	}
	state, ok := pastStates[i18n.Fold(r.cells["state"])]
	if !ok {
		return w, d, wrong("state", "Value", r.cells["state"])
	}
	d = Delivery{State: state, Version: 1, UpdatedAt: now}
	if d.Voted, ok = deposit.ParseCost(r.cells["voted"]); !ok && r.cells["voted"] != "" {
		return w, d, wrong("money", "Value", r.cells["voted"])
	}
	if text := r.cells["spent"]; text != "" {
		spent, ok := deposit.ParseCost(text)
		if !ok {
			return w, d, wrong("money", "Value", text)
		}
		d.Spent = &spent
	}
	day, ok := parseDay(r.cells["day"], zone)
	if !ok {
		return w, d, wrong("day", "Value", r.cells["day"])
	}
	switch state {
	case Built:
		if day.IsZero() || day.After(now) {
			return w, d, wrong("built_day")
		}
		d.EndedAt, d.Milestones = day, []Milestone{{Kind: Opening, DoneAt: day}}
	case Abandoned:
		if d.Reason = r.cells["reason"]; d.Reason == "" || utf8.RuneCountInString(d.Reason) > MaxBody {
			return w, d, wrong("reason")
		}
		d.MoneyBack = r.cells["money_back"]
		if d.EndedAt = day; day.IsZero() || day.After(now) {
			d.EndedAt = now
		}
	default:
		d.Milestones = []Milestone{{Kind: Opening, DueAt: day}}
	}
	return w, d, nil
}

func degrees(text string, most float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	if err == nil && (v < -most || v > most || v != v) {
		err = strconv.ErrRange
	}
	return v, err
}

// parseDay reads a day as sheets have it: 2019-05-14, 14/05/2019, the serial number of a spreadsheet, or a year alone, whose last
// day is meant. Nothing is no day.
func parseDay(text string, zone *time.Location) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, form := range []string{time.DateOnly, "02/01/2006", "2/1/2006", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05"} {
		if day, err := time.ParseInLocation(form, text, zone); err == nil {
			return day, true
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
	case n >= 1990 && n < 2200 && n == float64(int(n)):
		return time.Date(int(n), 12, 31, 0, 0, 0, 0, zone), true
	case n > 30_000 && n < 80_000:
		if at, err := excelize.ExcelDateToTime(n, false); err == nil {
			return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone), true
		}
	}
	return time.Time{}, false
}
