package media

import (
	"image"
	"image/draw"
)

// within gives the size of a picture made to fit, in proportion; one that fits keeps its own.
func within(width, height, wide, high int) (w, h int) {
	w, h = width, height
	if w > wide {
		w, h = wide, height*wide/width
	}
	if h > high {
		w, h = width*high/height, high
	}
	return max(1, w), max(1, h)
}

// shrink makes a picture of w × h pixels, at most as many as it has. Each is the average of the area that it covers,
// added up in whole numbers, row by row: beside the picture itself it takes a few rows of memory, whatever the size.
func shrink(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(small, small.Bounds(), img, b.Min, draw.Src)
		return small
	}
	row := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	across, sum, next := make([]uint64, 4*w), make([]uint64, 4*w), make([]uint64, 4*w)
	for y := range b.Dy() {
		draw.Draw(row, row.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		shrinkRow(across, row.Pix, w, b.Dx())
		// In units of which h make a row of the picture and b.Dy() one of the small picture.
		at, end := y*h/b.Dy(), (y+1)*h
		here := uint64(min(end, (at+1)*b.Dy()) - y*h)
		below := uint64(h) - here
		for i, v := range across {
			sum[i] += v * here
			next[i] += v * below
		}
		if end >= (at+1)*b.Dy() {
			out := small.Pix[at*small.Stride:]
			for i, v := range sum {
				out[i] = uint8((v + uint64(b.Dx()*b.Dy())/2) / uint64(b.Dx()*b.Dy()))
			}
			sum, next = next, sum
			clear(next)
		}
	}
	return small
}

// shrinkRow adds a row of wide pixels up into w sums of weight wide, in units of which w make a pixel of the row.
func shrinkRow(into []uint64, row []uint8, w, wide int) {
	clear(into)
	for x := range wide {
		at, end := x*w/wide, (x+1)*w
		here := uint64(min(end, (at+1)*wide) - x*w)
		for c := range 4 {
			v := uint64(row[4*x+c])
			into[4*at+c] += v * here
			if here < uint64(w) {
				into[4*at+4+c] += v * (uint64(w) - here)
			}
		}
	}
}
