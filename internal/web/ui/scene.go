package ui

import "github.com/parvis-civic/parvis/internal/drawing"

// Scene draws, for decoration, a proposal without picture: its category chooses the subject, its number everything else.
// The result is the inside of an SVG of 400 × 240.
func Scene(category string, number int64) string {
	return drawing.Of("", category, number).Shapes()
}

// Forecourt draws what Parvis is named after, as the inside of an SVG of 720 × 460.
func Forecourt(seed int64) string { return drawing.Forecourt(seed) }

// Strip draws it for the foot of a poster, as the inside of an SVG of 720 × 372 whose lower part is shown.
func Strip(seed int64) string { return drawing.Strip(seed) }
