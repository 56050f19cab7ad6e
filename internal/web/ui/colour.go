package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// DefaultAccent is the deep teal of a platform that chose no colour.
const DefaultAccent = "#0f5a5e"

// The papers that text and accents stand on: --slab, the darkest of light and the lightest of dark (10-tokens.css), so
// that what is readable there is readable everywhere.
const (
	lightPaper = "#e9e1d1"
	darkPaper  = "#302c26"
)

// readable is the contrast that WCAG 2.2 asks for text (success criterion 1.4.3, level AA).
const readable = 4.5

// Palette is a platform's accent made readable, as "#rrggbb".
type Palette struct {
	Light, OnLight string // on light paper: as a text and as a ground, and the colour of text on that ground
	Dark, OnDark   string // the same on dark paper
}

// PaletteOf computes the palette of an accent, "#rrggbb" or "#rgb"; ok is false when it is neither.
func PaletteOf(accent string) (p Palette, ok bool) {
	c, ok := parseColour(accent)
	if !ok {
		return Palette{}, false
	}
	light, dark := c.toward(colour{0, 0, 0}, mustColour(lightPaper)), c.toward(colour{1, 1, 1}, mustColour(darkPaper))
	return Palette{Light: light.hex(), OnLight: light.on().hex(), Dark: dark.hex(), OnDark: dark.on().hex()}, true
}

// BrandingCSS writes the palette as the stylesheet that a platform's pages load after the common one.
func (p Palette) BrandingCSS() string {
	return fmt.Sprintf(":root{--brand-accent:light-dark(%s,%s);--brand-on-accent:light-dark(%s,%s)}\n", p.Light, p.Dark, p.OnLight, p.OnDark)
}

// BrandingURL is the address of the platform's stylesheet: it changes when the accent does.
func (p Platform) BrandingURL() string {
	return "/" + hashedName("branding.css", []byte(p.BrandingCSS()))
}

// BrandingCSS is the platform's stylesheet.
func (p Platform) BrandingCSS() string {
	palette, ok := PaletteOf(p.Accent)
	if !ok {
		palette, _ = PaletteOf(DefaultAccent)
	}
	return palette.BrandingCSS()
}

// Contrast is the ratio of two colours ("#rrggbb"), from 1 to 21; 0 when one can't be read. The formula is WCAG 2.2's.
func Contrast(a, b string) float64 {
	x, okX := parseColour(a)
	y, okY := parseColour(b)
	if !okX || !okY {
		return 0
	}
	return x.contrast(y)
}

type colour struct{ r, g, b float64 } // sRGB, each from 0 to 1

func parseColour(s string) (colour, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return colour{}, false
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func mustColour(s string) colour {
	c, ok := parseColour(s)
	if !ok {
		panic("not a colour: " + s)
	}
	return c
}

func (c colour) hex() string {
	eight := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", eight(c.r), eight(c.g), eight(c.b))
}

func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

func (c colour) contrast(other colour) float64 {
	high, low := c.luminance(), other.luminance()
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

// toward moves the colour to an end (black or white) in steps of a hundredth until it is readable on the paper. The
// papers are chosen so that both ends are.
func (c colour) toward(end, paper colour) colour {
	for step := 0.0; ; step += 0.01 {
		mixed, _ := parseColour(colour{c.r + (end.r-c.r)*step, c.g + (end.g-c.g)*step, c.b + (end.b-c.b)*step}.hex())
		if step >= 1 || mixed.contrast(paper) >= readable {
			return mixed
		}
	}
}

// on gives the colour of text on this ground: white or ink, whichever reads better. A ground that is readable on one of
// the papers is readable under white or under ink, which are beyond the papers.
func (c colour) on() colour {
	white, ink := colour{1, 1, 1}, mustColour("#0d0c0a")
	if c.contrast(white) >= c.contrast(ink) {
		return white
	}
	return ink
}
