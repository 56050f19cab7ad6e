package deposit

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// nearBorder is how near a border a point may be on either side of it, in metres: half the width of an avenue, and about
// what a phone's position is good for.
const nearBorder = 25

// Locate gives the districts that a place may be in: the one that holds it, and those whose border is so near that only
// somebody who knows the street can tell. outlined says whether any outline was there to ask.
func Locate(districts []project.District, at proposal.Place) (in []project.District, outlined bool) {
	for _, d := range districts {
		if d.Outline == "" {
			continue
		}
		outline, err := geo.ParseOutline(d.Outline)
		if err != nil { // drawn without it, and asked without it
			continue
		}
		outlined = true
		if p := geo.Place(at); outline.Contains(p) || outline.Distance(p) <= nearBorder {
			in = append(in, d)
		}
	}
	return in, outlined
}

// At reads the point of a content; nil when there is none, or what was typed is none.
func (c Content) At() *proposal.Place {
	latitude, err := strconv.ParseFloat(strings.TrimSpace(c.Latitude), 64)
	longitude, err2 := strconv.ParseFloat(strings.TrimSpace(c.Longitude), 64)
	if err != nil || err2 != nil || !(latitude >= -90 && latitude <= 90) || !(longitude >= -180 && longitude <= 180) {
		return nil
	}
	return &proposal.Place{Latitude: latitude, Longitude: longitude}
}

// where reads district, point and address, which must not contradict each other.
func (c *check) where(content Content) {
	var point *proposal.Place
	if c.Form.Place.Asked() {
		point = content.At()
		c.out.Address, c.out.Place = oneLine(content.Address), point
		switch {
		case point == nil && (content.Latitude != "" || content.Longitude != ""):
			c.refuse("place", "fault.deposit.place_form")
		case point == nil && c.out.Address == "" && c.Form.Place == Required:
			c.refuse("place", "fault.deposit.place")
		case utf8.RuneCountInString(c.out.Address) > AddressMax:
			c.refuse("address", "fault.deposit.long", "Count", AddressMax)
		}
	}
	if !c.Form.District.Asked() || len(c.Districts) == 0 {
		return
	}
	chosen := -1
	for i, d := range c.Districts {
		if d.Slug == content.District {
			chosen = i
		}
	}
	if chosen < 0 && content.District != "" && content.District != WholeCity {
		c.refuse("district", "fault.deposit.district")
		return
	}
	if point != nil && content.District != WholeCity {
		if in, outlined := Locate(c.Districts, *point); outlined {
			if chosen = c.atPoint(in, chosen); chosen < 0 {
				return // said already
			}
		}
	}
	switch {
	case chosen >= 0:
		d := c.Districts[chosen]
		c.out.District = d.ID
		c.out.Facets = append(c.out.Facets, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: d.Slug}, Name: d.Name, Sort: d.Sort})
	case content.District == "" && c.Form.District == Required:
		c.refuse("district", "fault.deposit.district")
	}
}

// atPoint gives the district that a point is in, as the place of a list; -1 with the reason when that cannot be told.
func (c *check) atPoint(in []project.District, chosen int) int {
	for i, d := range c.Districts {
		for _, one := range in {
			if one.ID == d.ID && (chosen == i || chosen < 0 && len(in) == 1) {
				return i
			}
		}
	}
	switch {
	case len(in) == 0:
		c.refuse("place", "fault.deposit.place_outside")
	case chosen < 0:
		c.refuse("district", "fault.deposit.place_border", "Names", names(in))
	default:
		c.refuse("district", "fault.deposit.place_other", "Names", names(in), "Chosen", c.Districts[chosen].Name)
	}
	return -1
}

func names(list []project.District) []string {
	all := make([]string, len(list))
	for i, d := range list {
		all[i] = d.Name
	}
	return all
}
