package ui

import (
	"fmt"
	"html"
	"strings"

	"github.com/parvis-civic/parvis/internal/web/citymap"
)

// The colours of a map that stands alone, on white: the steps of a scale, and whatever else has a colour on a page.
var drawnColours = map[string]string{"q0": "#efe9dd", "q1": "#c9dedc", "q2": "#8fbab8", "q3": "#4b8d8c", "q4": "#0f5a5e"}

// headed is the height of the title of such a map.
const headed = 70

// Drawing gives the map as an SVG that stands alone, with its title: what a newspaper prints has no stylesheet of ours.
func (m CityMap) Drawing(title string, scale []ScaleStep) string {
	var b strings.Builder
	height := m.Height + headed
	if len(scale) > 0 {
		height += headed
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %s" role="img" font-family="sans-serif"><title>%s</title><rect width="100%%" height="100%%" fill="#ffffff"/>`,
		citymap.Width, citymap.Number(height), html.EscapeString(title))
	fmt.Fprintf(&b, `<text x="24" y="46" font-size="30" font-weight="700" fill="#1d1b18">%s</text><g transform="translate(0 %d)">`, html.EscapeString(title), headed)
	for _, a := range m.Areas {
		colour, ok := drawnColours[strings.Fields(a.Class + " -")[0]]
		if !ok {
			colour = drawnColours["q0"]
		}
		fmt.Fprintf(&b, `<path d="%s" fill="%s" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"/>`, html.EscapeString(a.Path), colour)
	}
	for _, n := range m.Wide {
		for i, line := range n.Lines {
			fmt.Fprintf(&b, `<text x="%s" y="%s" font-size="%d" text-anchor="middle" fill="#1d1b18" stroke="#ffffff" stroke-width="4" paint-order="stroke">%s</text>`,
				citymap.Number(n.X), lineY(n, i, WideName), WideName, html.EscapeString(line))
		}
	}
	for _, mark := range m.Marks {
		fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="12" fill="#0f5a5e" stroke="#ffffff" stroke-width="3"/>`, citymap.Number(mark.X), citymap.Number(mark.Y))
	}
	b.WriteString(`</g>`)
	for i, s := range scale {
		fmt.Fprintf(&b, `<rect x="%d" y="%s" width="40" height="20" fill="%s" stroke="#1d1b18" stroke-width="1"/><text x="%d" y="%s" font-size="18" fill="#1d1b18">%s</text>`,
			24+i*190, citymap.Number(height-44), drawnColours[s.Class], 72+i*190, citymap.Number(height-27), html.EscapeString(s.Text))
	}
	b.WriteString(`</svg>`)
	return b.String()
}
