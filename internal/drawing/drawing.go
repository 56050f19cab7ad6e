// Package drawing draws the pictures that Parvis makes itself: of proposals, and of the square that it is named after.
// Each is code and chance from a seed, painted with the classes of its stylesheet.
package drawing

import (
	"fmt"
	"strings"
)

// drawing builds the inside of an SVG picture. Everything is painted with classes of the stylesheet, so that a drawing
// follows light and dark; chance comes from a seed, so that the same thing is always drawn the same.
type drawing struct {
	b    strings.Builder
	seed uint64

	scene  string // what is drawn, as the translations say it
	people int
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

// upTo gives a number from 0 to n-1 (splitmix64, https://prng.di.unimi.it/splitmix64.c).
func (d *drawing) upTo(n int) int {
	d.seed += 0x9e3779b97f4a7c15
	z := d.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func (d *drawing) between(low, high int) int { return low + d.upTo(high-low+1) }

func (d *drawing) pick(of ...string) string { return of[d.upTo(len(of))] }

func (d *drawing) rect(class string, x, y, w, h, r int) {
	d.add(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, class, x, y, w, h, r)
}

func (d *drawing) circle(class string, x, y, r int) {
	d.add(`<circle class="%s" cx="%d" cy="%d" r="%d"/>`, class, x, y, r)
}

func (d *drawing) path(class, format string, args ...any) {
	d.add(`<path class="%s" d="%s"/>`, class, fmt.Sprintf(format, args...))
}

// arch draws an opening with a round head, standing on y.
func (d *drawing) arch(class string, x, y, w, h int) {
	d.path(class, "M%d %dv%da%d %d 0 0 1 %d 0v%dz", x, y, -(h - w/2), w/2, w/2, w/2*2, h-w/2)
}

// coats are the colours that people wear.
var coats = []string{"a-brick", "a-water", "a-sun", "a-leaf", "a-rust", "a-night", "a-moss"}

// person draws somebody of height h whose feet are at (x, y), with the shadow of a late afternoon.
func (d *drawing) person(x, y, h int, coat string) {
	d.people++
	w := h * 9 / 20
	head := h * 3 / 20
	d.path("a-shade", "M%d %dl%d %dl%d %dl%d %dz", x-w/3, y, h*11/10, -h/5, w/2, h/14, -h*11/10, h/5)
	d.path(coat, "M%d %dc0 %d %d %d %d %dc%d 0 %d %d %d %dz",
		x-w/2, y, -h*9/20, w/8, -h*13/20, w/2, -h*13/20, w*3/8, w/2, h*4/20, w/2, h*13/20)
	d.circle("a-skin", x, y-h*13/20-head*2/3, head)
}

func (d *drawing) tree(x, y, h int, class string) {
	switch d.upTo(3) {
	case 0: // round
		r := h * 2 / 5
		d.rect("a-rust", x-h/32-1, y-h/2, h/16+2, h/2, 0)
		d.circle(class, x, y-h+r, r)
		d.path("a-vein", "M%d %dv%dm0 %dl%d %dm%d %dl%d %d", x, y-h/4, -h*2/5, h/5, h/8, -h/8, -h/8, h/10, -h/8, -h/8)
	case 1: // poplar
		d.rect("a-rust", x-h/32-1, y-h/3, h/16+2, h/3, 0)
		d.path(class, "M%d %dc%d 0 %d %d 0 %dc%d %d %d %d 0 %dz", x, y-h/6, h/4, h/5, -h/2, -h*5/6, -h/5, h/3, -h/4, h*5/6, h*5/6)
		d.path("a-vein", "M%d %dv%d", x, y-h/5, -h/2)
	default: // three crowns
		r := h / 4
		d.rect("a-rust", x-h/32-1, y-h/2, h/16+2, h/2, 0)
		d.circle(class, x-r*3/4, y-h/2, r)
		d.circle(class, x+r*3/4, y-h/2, r)
		d.circle(class, x, y-h+r, r)
	}
}

func (d *drawing) bench(x, y, w int) {
	d.rect("a-rust", x, y-w/4, w, w/16+2, 1)
	d.rect("a-rust", x, y-w*2/5, w, w/16+2, 1)
	d.path("a-thick", "M%d %dv%dM%d %dv%d", x+w/8, y, -w*2/5, x+w*7/8, y, -w*2/5)
}

func (d *drawing) lamp(x, y, h int) {
	d.path("a-thick", "M%d %dv%d", x, y, -h)
	d.circle("a-halo", x, y-h, h/4)
	d.circle("a-sun", x, y-h, h/12+2)
}

// houses draws a row of façades from x to the end, standing on y.
func (d *drawing) houses(x, end, y, high int) {
	for x < end {
		w, h := d.between(44, 72), d.between(high*3/5, high)
		wall := d.pick("a-brick", "a-wall", "a-sand-deep", "a-rose-deep")
		d.rect(wall, x, y-h, w, h, 0)
		if d.upTo(2) == 0 {
			d.path("a-rust", "M%d %dl%d %dl%d %dz", x-3, y-h, w/2+3, -w/4, w/2+3, w/4)
		}
		for row := y - h + 12; row < y-40; row += 26 {
			for col := x + 8; col+10 <= x+w-6; col += 18 {
				d.rect("a-pane", col, row, 10, 15, 1)
			}
		}
		d.arch("a-night", x+w/2-8, y, 16, 30)
		x += w + 2
	}
}

func (d *drawing) bicycle(x, y, r int) {
	d.add(`<g class="a-wire"><circle cx="%d" cy="%d" r="%d"/><circle cx="%d" cy="%d" r="%d"/>`, x, y-r, r, x+r*5/2, y-r, r)
	d.add(`<path d="M%d %dl%d %dh%dl%d %dh%dl%d %dM%d %dl%d %dm%d 0h%dM%d %dl%d %dh%d"/></g>`,
		x, y-r, r*3/4, -r*5/4, r*5/4, -r*7/8, r*5/4, -r*9/8, -r/4, -r*3/2, // frame
		x+r*9/8, y-r, -r/2, -r*13/8, -r/3, r*2/3, // saddle
		x+r*5/2, y-r, -r/2, -r*7/4, r/2) // fork and handlebar
}
