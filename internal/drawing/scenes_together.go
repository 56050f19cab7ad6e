package drawing

// night is a sky with stars and a moon.
func (d *drawing) night() {
	d.rect("a-night", 0, 0, Width, Height, 0)
	for range d.between(22, 36) {
		d.circle("a-wall", d.between(4, 396), d.between(4, 120), d.between(1, 2))
	}
	x, y := d.between(60, 340), d.between(36, 60)
	d.circle("a-wall", x, y, 20)
	d.circle("a-night", x+9, y-4, 18)
}

// lights is a street at night under its lamps.
func lights(d *drawing) {
	x := d.between(-40, -10)
	for x < 400 {
		w, h := d.between(46, 74), d.between(54, 96)
		d.rect("a-dusk", x, 176-h, w, h, 0)
		for row := 176 - h + 12; row < 140; row += 24 {
			for col := x + 8; col+10 <= x+w-6; col += 18 {
				d.rect(d.pick("a-sun", "a-pane-deep", "a-pane-deep"), col, row, 10, 14, 1)
			}
		}
		x += w + 2
	}
	d.rect("a-asphalt", 0, 176, Width, 64, 0)
	for x := d.between(30, 60); x < 390; x += d.between(88, 120) {
		d.path("a-glow", "M%d 118L%d 226h92z", x, x-46)
		d.path("a-pole", "M%d 220v-104", x)
		d.circle("a-halo", x, 114, 24)
		d.circle("a-sun", x, 114, 9)
	}
	d.person(d.between(90, 180), 224, d.between(52, 60), d.pick("a-brick", "a-water", "a-sun", "a-moss"))
	d.person(d.between(220, 320), 230, d.between(52, 62), d.pick("a-brick", "a-water", "a-sun", "a-moss"))
}

// stall is a table under a striped awning, with what is sold.
func (d *drawing) stall(x, y, w int, colour string) {
	d.path("a-thick", "M%d %dV%dM%d %dV%d", x+4, y, y-92, x+w-4, y, y-92)
	for i := range w / 20 {
		d.path([]string{colour, "a-wall"}[i%2], "M%d %dh20v18a10 10 0 0 1 -20 0z", x+i*20, y-100)
	}
	d.rect("a-rust", x, y-34, w, 34, 1)
	goods := d.pick("a-brick", "a-sun", "a-leaf")
	for i := x + 10; i < x+w-6; i += 12 {
		d.circle(goods, i, y-38, 6)
		d.circle(d.pick("a-brick", "a-sun", "a-leaf", "a-moss"), i+5, y-45, 5)
	}
}

// market is stalls on a square.
func market(d *drawing) {
	d.houses(d.between(-50, -20), 400, 150, d.between(80, 104))
	d.ground(150)
	first := d.between(14, 40)
	for i, colour := range []string{d.pick("a-brick", "a-water"), d.pick("a-sun", "a-leaf"), d.pick("a-rust", "a-water")} {
		x := first + i*126
		d.person(x+d.between(36, 66), 196, 56, d.pick(coats...))
		d.stall(x, 206, 100, colour)
	}
	for x := d.between(30, 80); x < 390; x += d.between(70, 120) {
		d.person(x, d.between(230, 238), d.between(54, 62), d.pick(coats...))
	}
}

// library is shelves, a lamp and somebody who reads.
func library(d *drawing) {
	d.rect("a-sand-deep", 0, 0, Width, Height, 0)
	d.rect("a-ground", 0, 204, Width, 36, 0)
	d.rect("a-rust", 18, 14, 364, 182, 2)
	for shelf := range 3 {
		y := 22 + shelf*58
		d.rect("a-night", 26, y, 348, 50, 0)
		for x := 30; x < 362; {
			w, h := d.between(6, 13), d.between(28, 46)
			if d.upTo(14) == 0 { // a gap: it is borrowed
				x += 18
				continue
			}
			d.rect(d.pick("a-brick", "a-water", "a-sun", "a-leaf", "a-wall", "a-moss", "a-rose-deep"), x, y+50-h, w, h, 1)
			x += w + 1
		}
	}
	x := d.between(90, 140)
	d.path("a-thick", "M%d 226V112", x-46)
	d.path("a-sun", "M%d 112h44l-10 -30h-24z", x-68)
	d.circle("a-halo", x-46, 122, 40)
	d.rect("a-brick", x-26, 140, 76, 78, 14)
	d.person(x+12, 214, 70, d.pick("a-water", "a-sun", "a-leaf"))
	d.path("a-sheet", "M%d 184l16 5l16 -5v20l-16 5l-16 -5z", x-4)
	d.rect("a-rust", x-34, 196, 16, 30, 5)
	d.rect("a-rust", x+42, 196, 16, 30, 5)
	d.person(d.between(250, 290), 232, d.between(50, 78), d.pick(coats...))
	if d.upTo(2) == 0 {
		d.person(d.between(310, 350), 230, d.between(48, 76), d.pick(coats...))
	}
}

// workshop is tools on a wall and a bicycle on the bench.
func workshop(d *drawing) {
	d.rect(d.pick("a-sand-deep", "a-mint", "a-rose"), 0, 0, Width, Height, 0)
	d.rect("a-wall", 40, 22, 320, 92, 3)
	for x := 62; x < 340; x += d.between(34, 46) {
		switch d.upTo(4) {
		case 0: // a hammer
			d.rect("a-rust", x, 46, 6, 54, 2)
			d.rect("a-night", x-9, 38, 24, 12, 2)
		case 1: // a saw
			d.path("a-water", "M%d 40h12l-3 62h-6z", x-3)
			d.rect("a-brick", x-6, 36, 18, 14, 4)
		case 2: // a spanner
			d.path("a-thick", "M%d 50V96", x+3)
			d.circle("a-night", x+3, 44, 9)
			d.rect("a-wall", x, 34, 6, 11, 0)
		default: // a screwdriver
			d.rect(d.pick("a-sun", "a-brick", "a-leaf"), x, 38, 9, 26, 3)
			d.path("a-thick", "M%d 66v30", x+4)
		}
	}
	d.rect("a-ground", 0, 206, Width, 34, 0)
	d.path("a-thick", "M200 0V26")
	d.path("a-sun", "M178 40h44l-12 -16h-20z")
	d.bicycle(d.between(120, 150), 178, 26)
	d.rect("a-rust", 70, 178, 220, 12, 2)
	d.path("a-pole-dark", "M86 190V232M274 190V232")
	d.person(d.between(300, 326), 232, d.between(84, 96), d.pick(coats...))
	d.person(d.between(42, 58), 234, d.between(78, 92), d.pick(coats...))
}

// table is a long meal outside, under garlands.
func table(d *drawing) {
	d.houses(d.between(-50, -20), 400, 150, 90)
	d.ground(150)
	d.tree(d.between(350, 384), 176, 130, "a-leaf")
	for _, y := range []int{26, 44} {
		d.path("a-string", "M0 %dQ100 %d 200 %dT400 %d", y, y+46, y+10, y)
		for x := 20; x < 400; x += 40 {
			d.circle(d.pick("a-sun", "a-brick", "a-wall"), x, y+12+d.upTo(14), 5)
		}
	}
	for x := d.between(60, 74); x < 350; x += d.between(40, 54) {
		d.person(x, 196, d.between(56, 66), d.pick(coats...))
	}
	d.path("a-sheet", "M26 176H374L386 208H14z")
	for x := 44; x < 366; x += d.between(34, 42) {
		d.circle("a-sand-deep", x, 189, 8)
		d.circle(d.pick("a-brick", "a-leaf", "a-sun"), x, 188, 4)
	}
	for x := d.between(60, 90); x < 350; x += 84 {
		d.rect("a-water", x, 168, 7, 18, 2)
	}
	d.path("a-pole-dark", "M32 208V236M368 208V236")
}

// schoolyard is a school, a hopscotch and children.
func schoolyard(d *drawing) {
	wall := d.pick("a-wall", "a-rose-deep", "a-sand-deep")
	d.rect(wall, 40, 74, 320, 92, 0)
	d.path("a-brick", "M30 74H370L346 50H54z")
	d.path(wall, "M160 78V44L200 20L240 44V78z")
	d.path("a-brick", "M152 48L200 16L248 48L240 54L200 28L160 54z")
	d.circle("a-sheet", 200, 54, 12)
	d.path("a-string", "M200 54v-8M200 54l6 3")
	for _, x := range []int{56, 92, 128, 248, 284, 320} {
		d.rect("a-pane-deep", x, 92, 24, 36, 1)
		d.rect(d.pick("a-brick", "a-sun", "a-moss"), x, 128, 24, 4, 0)
	}
	d.arch("a-night", 182, 166, 36, 62)
	d.ground(166)
	d.tree(d.between(12, 30), 184, d.between(96, 124), "a-leaf")
	d.tree(d.between(372, 390), 184, d.between(96, 124), "a-deep")
	x := d.between(150, 200)
	for i, w := range []int{1, 1, 2, 1, 2} {
		for k := range w {
			d.path("a-chalk", "M%d %dh24l-3 -10h-18z", x-12*w+24*k, 234-12*i)
		}
	}
	for x := d.between(50, 80); x < 370; x += d.between(40, 74) {
		d.person(x, d.between(190, 232), d.between(34, 44), d.pick(coats...))
	}
	d.circle("a-sun", d.between(250, 330), 226, 7)
}

// mural is a grey wall that people paint.
func mural(d *drawing) {
	d.rect("a-wall", 24, 30, 352, 158, 0)
	d.rect("a-rust", 18, 24, 364, 8, 0)
	x := d.between(70, 120)
	d.circle("a-sun", x, 84, d.between(26, 36))
	d.path("a-water", "M24 188V150Q80 120 140 146T260 136T376 150V188z")
	d.path("a-leaf", "M%d 186c-30 -30 -26 -76 10 -96c24 34 20 70 -10 96z", d.between(180, 220))
	d.path("a-moss", "M%d 186c26 -20 34 -52 10 -74c-26 18 -30 50 -10 74z", d.between(226, 256))
	d.path("a-brick", "M%d 92q22 -34 46 -6q22 -28 46 6q-24 -10 -40 12q-18 -24 -52 -12z", d.between(220, 262))
	d.ground(188)
	l := d.between(304, 330)
	d.path("a-thick", "M%d 230L%d 70M%d 230L%d 70M%d 206h24M%d 176h23M%d 146h22M%d 116h21", l, l+8, l+28, l+26, l+2, l+3, l+4, l+5)
	d.person(l+16, 150, 56, d.pick(coats...))
	for range d.between(2, 3) {
		d.person(d.between(60, 270), d.between(218, 232), d.between(46, 62), d.pick(coats...))
	}
	for _, pot := range []string{"a-brick", "a-sun", "a-water"} {
		px := d.between(40, 290)
		d.rect("a-night", px, 222, 14, 13, 1)
		d.rect(pot, px-1, 220, 16, 5, 1)
	}
}

// fountain is water in the middle of a square.
func fountain(d *drawing) {
	d.houses(d.between(-50, -20), 400, 152, d.between(84, 108))
	d.ground(152)
	x := d.between(170, 230)
	d.person(x-104, 186, 52, d.pick(coats...))
	d.path("a-wall", "M%d 186h188q-6 34 -36 34h-116q-30 0 -36 -34z", x-94)
	d.path("a-water", "M%d 188q86 -22 172 0q-86 18 -172 0z", x-86)
	d.rect("a-wall", x-7, 118, 14, 72, 2)
	d.path("a-wall", "M%d 138h68q-6 16 -34 16t-34 -16z", x-34)
	d.path("a-jet", "M%d 118q-8 -34 -30 -8q-12 16 -14 68M%d 118q8 -34 30 -8q12 16 14 68M%d 118q-2 -26 -14 -20t-8 34M%d 118q2 -26 14 -20t8 34", x, x, x, x)
	d.person(x+d.between(60, 80), 232, 40, d.pick(coats...))
	d.person(x+d.between(100, 130), 228, d.between(52, 60), d.pick(coats...))
	d.person(d.between(30, 70), 230, d.between(50, 60), d.pick(coats...))
	for range d.between(3, 5) { // pigeons
		px, py := d.between(20, 380), d.between(222, 236)
		d.path("a-asphalt", "M%d %dq6 -8 14 -4l4 -4q4 0 4 4q-2 8 -10 8z", px, py)
	}
}
