package drawing

// playground is a slide, a swing and sand.
func playground(d *drawing) {
	d.lawn(138, "a-moss")
	d.tree(d.between(14, 44), 166, d.between(92, 120), "a-leaf")
	d.tree(d.between(356, 388), 164, d.between(80, 110), "a-deep")
	d.path("a-sand-deep", "M0 240V196Q80 168 200 176T400 190V240z")
	x := d.between(64, 86)
	d.path("a-wire", "M%d 204V112M%d 204V112M%d 188h22M%d 168h22M%d 148h22", x, x+22, x, x, x)
	d.rect("a-rust", x-4, 128, 40, 7, 2)
	d.path(d.pick("a-brick", "a-sun", "a-water"), "M%d 128c40 4 44 66 92 70v10c-58 0 -64 -68 -100 -70z", x+30)
	d.path(d.pick("a-brick", "a-water"), "M%d 112l20 -24l20 24z", x-8)
	s := d.between(226, 250)
	d.path("a-wire", "M%d 210L%d 108L%d 210M%d 210L%d 108L%d 210M%d 108H%d", s-18, s, s+18, s+84, s+102, s+120, s, s+102)
	for i, swing := range []int{d.between(-12, 12), d.between(-12, 12)} {
		seat := s + 30 + 42*i
		d.path("a-string", "M%d 108L%d 184M%d 108L%d 184", seat-7, seat-7+swing, seat+7, seat+7+swing)
		d.rect("a-rust", seat-10+swing, 184, 20, 4, 1)
		if i == 0 {
			d.person(seat+swing, 184, 34, d.pick(coats...))
		}
	}
	d.person(d.between(180, 206), 222, d.between(34, 40), d.pick(coats...))
	if d.upTo(2) == 0 {
		d.person(d.between(346, 372), 226, 60, d.pick(coats...))
	}
	d.path(d.pick("a-water", "a-brick"), "M%d 232h16l-3 -13h-10z", d.between(100, 160))
}

// garden is beds of vegetables before a shed.
func garden(d *drawing) {
	d.lawn(132, "a-moss")
	d.tree(d.between(20, 60), 158, d.between(84, 116), "a-leaf")
	x := d.between(250, 290)
	d.rect(d.pick("a-brick", "a-sand-deep", "a-water"), x, 98, 80, 66, 0)
	d.path("a-rust", "M%d 98l48 -30l48 30z", x-8)
	d.rect("a-night", x+14, 120, 22, 44, 1)
	d.rect("a-pane", x+48, 116, 20, 18, 1)
	d.path("a-sand-deep", "M0 240V176Q200 150 400 168V240z")
	first := d.upTo(3)
	for row := range 3 {
		y, from := 186+row*24, 14+row*4
		d.path("a-rust", "M%d %dh%dl6 12H%dz", from, y, 372-8*row, from-6)
		for px := from + 14; px < 376-4*row; px += 22 + d.upTo(4) {
			switch (first + row) % 3 {
			case 0: // salads
				d.circle("a-leaf", px, y-2, 8)
				d.circle("a-mint-deep", px, y-3, 4)
			case 1: // tomatoes
				d.path("a-stem", "M%d %dv-26", px, y)
				d.circle("a-brick", px-4, y-11, 4)
				d.circle("a-brick", px+4, y-19, 4)
			default: // sunflowers
				d.path("a-stem", "M%d %dv-30", px, y)
				d.circle("a-sun", px, y-32, 7)
				d.circle("a-rust", px, y-32, 3)
			}
		}
	}
	d.person(d.between(120, 220), 184, d.between(52, 60), d.pick(coats...))
	if d.upTo(2) == 0 {
		d.person(d.between(40, 90), 206, 58, d.pick(coats...))
	}
}

// birds is a great tree with nest boxes, and birds in the air.
func birds(d *drawing) {
	d.lawn(176, "a-moss")
	x := d.between(150, 200)
	d.path("a-rust", "M%d 220c10 -60 4 -110 -40 -150l8 -6c24 16 36 34 42 56c4 -26 20 -52 50 -66l6 7c-38 26 -42 90 -34 159z", x)
	for range 3 {
		d.circle(d.pick("a-leaf", "a-deep", "a-leaf"), x+d.between(-90, -50), d.between(52, 92), d.between(34, 46))
		d.circle(d.pick("a-leaf", "a-deep", "a-leaf"), x+d.between(60, 110), d.between(44, 84), d.between(34, 48))
	}
	d.circle("a-leaf", x+10, 48, 46)
	for i, box := range []int{x - 66, x + 40} {
		y := 116 + 14*i
		d.path("a-string", "M%d %dv-26", box+14, y)
		d.rect(d.pick("a-brick", "a-sun", "a-water", "a-wall"), box, y, 28, 34, 1)
		d.path("a-night", "M%d %dl19 -14l19 14z", box-5, y)
		d.circle("a-night", box+14, y+14, 5)
	}
	for range d.between(4, 7) {
		bx, by, w := d.between(20, 370), d.between(24, 130), d.between(8, 13)
		d.path("a-wire", "M%d %dq%d %d %d 0q%d %d %d 0", bx, by, w/2, -w*2/3, w, w/2, -w*2/3, w)
	}
	for fx := d.between(10, 40); fx < 390; fx += d.between(24, 50) {
		y := d.between(206, 232)
		d.path("a-stem", "M%d %dv-9", fx, y)
		d.circle(d.pick("a-brick", "a-sun", "a-wall"), fx, y-10, d.between(3, 5))
	}
	d.person(d.between(290, 350), 222, d.between(50, 62), d.pick(coats...))
}

// water fills from y down, with light on it.
func (d *drawing) water(y int) {
	d.rect("a-water", 0, y, Width, Height-y, 0)
	for at := y + 14; at < Height; at += d.between(13, 20) {
		x := d.between(-20, 120)
		d.path("a-ripple", "M%d %dq10 -6 20 0t20 0M%d %dq10 -6 20 0t20 0", x, at, x+d.between(120, 220), at+d.between(-4, 4))
	}
}

// river is a bank with a landing stage and a boat.
func river(d *drawing) {
	d.lawn(120, "a-moss")
	for x := d.between(10, 40); x < 400; x += d.between(58, 110) {
		d.tree(x, d.between(142, 150), d.between(62, 104), d.pick("a-leaf", "a-deep"))
	}
	d.water(152)
	x := d.between(30, 150)
	d.path("a-pole-dark", "M%d 180v30M%d 180v34M%d 180v30", x+12, x+64, x+112)
	d.rect("a-rust", x, 172, 124, 9, 2)
	d.person(x+30, 174, 52, d.pick(coats...))
	if d.upTo(2) == 0 { // who fishes
		d.path("a-string", "M%d 148l44 -22q8 40 4 92", x+38)
	} else {
		d.person(x+58, 174, 46, d.pick(coats...))
	}
	b := d.between(250, 300)
	d.path(d.pick("a-brick", "a-sun", "a-wall"), "M%d 206h84q-8 20 -24 20h-38q-16 0 -22 -20z", b)
	d.path("a-thick", "M%d 206V132", b+40)
	d.path("a-wall", "M%d 136q34 30 34 62h-34z", b+43)
	d.path("a-sand-deep", "M%d 146q-22 24 -24 52h24z", b+37)
	for i := range d.between(2, 3) { // ducks
		dx := 60 + x/2 - 24*i
		d.path("a-night", "M%d 224q12 -2 16 -8q6 0 6 4l4 1l-4 3q-4 8 -12 8t-10 -8z", dx)
	}
}

// bridge is arches over water, and people on them.
func bridge(d *drawing) {
	d.houses(d.between(-40, -10), 400, 128, 62)
	d.water(128)
	for x := d.between(24, 70); x < 390; x += d.between(56, 100) {
		d.person(x, 128, d.between(38, 46), d.pick(coats...))
	}
	stone := d.pick("a-sand-deep", "a-rose-deep", "a-wall")
	d.rect(stone, 0, 124, Width, 20, 0)
	d.path(stone, "M0 140H400V206H372Q366 160 316 160T258 206H238Q230 160 196 160T152 206H132Q126 160 82 160T22 206H0z")
	d.path("a-joint", "M0 144H400M22 206Q32 160 82 160T132 206M152 206Q162 160 196 160T238 206M258 206Q266 160 316 160T372 206")
	for x := 6; x < 400; x += 28 {
		d.path("a-joint", "M%d 124v20", x)
	}
	b := d.between(150, 190)
	d.path(d.pick("a-brick", "a-sun"), "M%d 214h60q-6 16 -18 16h-26q-12 0 -16 -16z", b)
	d.person(b+30, 216, 34, d.pick(coats...))
}

// benches are people who sit in the shade.
func benches(d *drawing) {
	d.lawn(134, "a-moss")
	d.houses(d.between(-30, 0), d.between(120, 180), 152, 60)
	d.ground(176)
	left, right := d.between(40, 74), d.between(300, 340)
	d.tree(left, 196, d.between(136, 160), "a-leaf")
	d.tree(right, 194, d.between(130, 160), "a-deep")
	d.path("a-shade", "M%d 214q60 -18 130 0q-60 16 -130 0z", left-36)
	d.path("a-shade", "M%d 212q60 -18 130 0q-60 16 -130 0z", right-90)
	for i, x := range []int{d.between(70, 100), d.between(220, 250)} {
		for p := range d.between(1, 2) {
			d.person(x+26+34*p, 214, 52, d.pick(coats...))
		}
		d.bench(x, 222, 96)
		if i == 0 && d.upTo(2) == 0 {
			d.path("a-night", "M%d 230q2 -14 16 -14l4 -8l6 4l-2 6q2 6 -2 12z", x-26) // a cat
		}
	}
}
