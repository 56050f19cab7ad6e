package pabulib

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/tally"
)

// Project is one line of PROJECTS. Its districts are those of the column district, else of subunit, else of neighborhood;
// its stated order is its place in the file, from 1; a project without name has its identifier as name.
type Project struct {
	tally.Project
	Line        int
	Votes       *int64 // as the file says: ballots that name it
	Score       *int64 // as the file says: points
	Selected    *int   // the city's own outcome; see Official
	Targets     []string
	Place       *Place
	Proposer    string
	PublicID    string // the city's own number
	Description string
}

// Place is a position in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

func (r *Reader) readProjects() error {
	if err := r.header(sectionProjects, "project_id", "cost", "name"); err != nil {
		return err
	}
	for lines := 0; ; lines++ {
		fields, line, ok, end, err := r.row(sectionProjects, sectionVotes)
		if err != nil {
			return err
		}
		if end && fields == nil {
			return formatError(line, FormatSection, "Section", sectionVotes)
		}
		if end {
			if lines < r.Meta.NumProjects {
				return formatError(line, FormatProjects, "Have", lines, "Want", r.Meta.NumProjects)
			}
			r.Meta.NumProjects = lines
			return nil
		}
		if ok {
			r.readProject(fields, line, lines+1)
		}
	}
}

// readProject takes or refuses one line, at a place of the section from 1.
func (r *Reader) readProject(fields []string, line, place int) {
	id := r.value(fields, "project_id")
	refuse := func(code string, pairs ...any) {
		if _, known := r.index[id]; !known {
			r.index[id] = dropped
		}
		r.refuse(sectionProjects, line, code, pairs...)
	}
	switch _, known := r.index[id]; {
	case id == "":
		r.refuse(sectionProjects, line, RefusedID)
		return
	case strings.Contains(id, ","):
		r.refuse(sectionProjects, line, RefusedIDComma, "ID", id)
		return
	case known && r.index[id] != dropped:
		refuse(RefusedProjectTwice, "ID", id)
		return
	}
	p := Project{
		Project: tally.Project{
			ID: id, Name: text(r.value(fields, "name")), Districts: list(r.value(fields, "district")),
			Categories: list(r.value(fields, "category")), Order: place,
		},
		Line: line, Targets: list(r.value(fields, "beneficiaries")), Proposer: text(r.value(fields, "proposer")),
		PublicID: text(r.value(fields, "public_id")), Description: text(r.value(fields, "description")),
	}
	if p.Name == "" {
		p.Name = id
	}
	if p.Targets == nil {
		p.Targets = list(r.value(fields, "target"))
	}
	for _, column := range []string{"subunit", "neighborhood"} {
		if p.Districts == nil {
			p.Districts = list(r.value(fields, column))
		}
	}
	cost := r.value(fields, "cost")
	var err error
	switch p.Cost, err = tally.ParseAmount(cost); {
	case errors.Is(err, tally.ErrAmountDecimals):
		refuse(RefusedCostDecimals, "Value", cost)
		return
	case errors.Is(err, tally.ErrAmountTooLarge), err == nil && p.Cost < 0:
		refuse(RefusedCostRange, "Value", cost)
		return
	case err != nil:
		refuse(RefusedCost, "Value", cost)
		return
	}
	if column, ok := r.official(&p, fields); !ok {
		refuse(RefusedNumber, "Column", column, "Value", r.value(fields, column))
		return
	}
	if column, ok := r.position(&p, fields); !ok {
		refuse(RefusedPlace, "Column", column, "Value", r.value(fields, column))
		return
	}
	r.index[id] = len(r.Projects)
	r.Projects = append(r.Projects, p)
}

// official reads the columns that repeat the city's own count; it names the one that is unreadable.
func (r *Reader) official(p *Project, fields []string) (string, bool) {
	for _, c := range []struct {
		column string
		take   func(int64)
	}{
		{"votes", func(n int64) { p.Votes = &n }},
		{"score", func(n int64) { p.Score = &n }},
		{"selected", func(n int64) { mark := int(n); p.Selected = &mark }},
	} {
		value := r.value(fields, c.column)
		if value == "" {
			continue
		}
		n, ok := whole(value)
		if !ok {
			return c.column, false
		}
		c.take(n)
	}
	return "", true
}

// position reads the coordinates; it names the column that is unreadable, or empty when the other is not.
func (r *Reader) position(p *Project, fields []string) (string, bool) {
	latitude, longitude := r.value(fields, "latitude"), r.value(fields, "longitude")
	if latitude == "" && longitude == "" {
		return "", true
	}
	lat, ok := degrees(latitude, 90)
	if !ok {
		return "latitude", false
	}
	lon, ok := degrees(longitude, 180)
	if !ok {
		return "longitude", false
	}
	p.Place = &Place{lat, lon}
	return "", true
}

func degrees(s string, limit float64) (float64, bool) {
	d, err := strconv.ParseFloat(s, 64)
	return d, err == nil && math.Abs(d) <= limit // NaN is not
}

// list splits values separated by commas. A comma that reads as in a sentence, with a space after it and none before,
// belongs to the value: "education, children and youth" is one category of Łódź, "Gaj , Krzyki" two districts of Wrocław.
func list(s string) []string {
	var values []string
	start := 0
	add := func(end int) {
		if v := text(s[start:end]); v != "" && (len(values) == 0 || values[len(values)-1] != v) {
			values = append(values, v)
		}
	}
	for i := range len(s) {
		if s[i] != ',' {
			continue
		}
		if i > 0 && s[i-1] != ' ' && i+1 < len(s) && s[i+1] == ' ' {
			continue
		}
		add(i)
		start = i + 1
	}
	add(len(s))
	return values
}
