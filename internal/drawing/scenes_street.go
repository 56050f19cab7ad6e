package drawing

// ground lays paving from y down, its joints running to a point above the middle.
func (d *drawing) ground(y int) {
	d.rect("a-ground", 0, y, 400, 240-y, 0)
	away := d.between(120, 280)
	d.b.WriteString(`<path class="a-joint" d="`)
	for x := -600; x <= 1000; x += 80 {
		d.add("M%d %dL%d 240", away+(x-away)/4, y, x)
	}
	for step, at := 9, y+9; at < 240; step, at = step+5, at+step {
		d.add("M0 %dH400", at)
	}
	d.b.WriteString(`"/>`)
}

func (d *drawing) lawn(y int, class string) {
	d.path(class, "M0 240V%dQ%d %d 200 %dT400 %dV240z", y+d.between(-6, 14), d.between(60, 140), y-d.between(8, 26), y, y+d.between(-6, 12))
}

func nature(d *drawing) {
	d.lawn(150, "a-moss")
	for x := d.between(20, 60); x < 390; x += d.between(44, 92) {
		d.tree(x, d.between(164, 178), d.between(80, 132), d.pick("a-leaf", "a-leaf", "a-deep"))
	}
	if d.upTo(4) == 0 { // instead of the meadow
		d.scene = "pond"
		d.path("a-water", "M%d 214c0 -26 60 -32 150 -30s150 10 150 32s-70 26 -150 26s-150 -6 -150 -28z", d.between(20, 80))
		d.path("a-mark", "M%d 206h46m30 12h28", d.between(120, 200))
	} else {
		d.lawn(188, "a-mint-deep")
	}
	for range d.between(8, 18) {
		x, y := d.between(10, 390), d.between(200, 232)
		d.path("a-stem", "M%d %dv-9", x, y)
		d.circle(d.pick("a-brick", "a-sun", "a-wall", "a-water"), x, y-10, d.between(3, 5))
	}
	if d.upTo(2) == 0 {
		d.person(d.between(90, 310), 216, 46, d.pick(coats...))
	}
}

func mobility(d *drawing) {
	if d.upTo(4) == 0 {
		tram(d)
		return
	}
	bicycles(d)
}

// lane is a street with a lane of its own for what rolls slowly; it gives the height of its kerb.
func lane(d *drawing) (kerb int) {
	kerb = d.between(152, 164)
	if d.upTo(3) == 0 {
		d.lawn(kerb-22, "a-moss")
		for x := d.between(10, 40); x < 400; x += d.between(54, 100) {
			d.tree(x, kerb, d.between(70, 110), d.pick("a-leaf", "a-deep"))
		}
	} else {
		d.houses(d.between(-40, -10), 400, kerb, d.between(70, 100))
		d.tree(d.between(40, 360), kerb+6, d.between(66, 100), "a-leaf")
	}
	d.rect("a-moss", 0, kerb, 400, 8, 0)
	d.rect(d.pick("a-asphalt", "a-asphalt", "a-ground"), 0, kerb+8, 400, 232-kerb, 0)
	d.path("a-dash", "M%d %dH400", -d.upTo(40), d.between(200, 206))
	return kerb
}

func tram(d *drawing) {
	d.scene = "tram"
	kerb := lane(d)
	x := d.between(30, 120)
	d.rect(d.pick("a-water", "a-sun", "a-wall"), x, kerb-34, 214, 62, 10)
	for w := x + 14; w < x+190; w += 34 {
		d.rect("a-pane-deep", w, kerb-24, 26, 24, 3)
	}
	d.path("a-thick", "M%d %dl16 -20h-32", x+96, kerb-34)
	d.rect("a-night", x+12, kerb+22, 190, 9, 3)
	d.bicycle(d.between(200, 300), 234, 22)
}

func bicycles(d *drawing) {
	lane(d)
	if d.upTo(3) == 0 { // somebody waits for the one who rides
		d.scene = "cyclist"
		d.bicycle(d.between(60, 200), d.between(206, 230), 25)
		d.person(d.between(300, 350), 226, 62, d.pick(coats...))
		return
	}
	d.bicycle(d.between(30, 130), d.between(190, 202), d.between(19, 23))
	d.bicycle(d.between(190, 300), d.between(222, 234), d.between(22, 26))
}

func energy(d *drawing) {
	x := d.between(-20, 0)
	for x < 400 {
		w, h := d.between(80, 120), d.between(50, 92)
		d.rect(d.pick("a-brick", "a-wall", "a-rose-deep"), x, 186-h, w, h, 0)
		d.path("a-water", "M%d %dl%d %dh%dl%d %dz", x-4, 186-h, w/4, -w/4, w*3/4+8, -w/4, w/4)
		d.path("a-grid", "M%d %dl%d %dM%d %dl%d %dM%d %dh%d", x+w/4-4, 186-h, w/4, -w/4, x+w/2-4, 186-h, w/4, -w/4, x+w/8, 186-h-w/8, w*3/4)
		for c := x + 12; c < x+w-16; c += 24 {
			d.rect("a-pane", c, 186-h+14, 12, 18, 1)
		}
		x += w + d.between(6, 26)
	}
	d.ground(186)
	for x := d.between(40, 90); x < 390; x += d.between(100, 150) {
		d.lamp(x, 222, d.between(84, 110))
	}
}

func waste(d *drawing) {
	d.lawn(140, "a-moss")
	d.tree(d.between(30, 90), 168, 110, "a-leaf")
	d.tree(d.between(310, 370), 168, d.between(80, 120), "a-deep")
	d.ground(178)
	for x := d.between(60, 90); x < 320; x += 92 {
		h := d.between(46, 66)
		d.rect(d.pick("a-rust", "a-water", "a-leaf", "a-brick"), x, 216-h, 74, h, 3)
		for y := 216 - h + 12; y < 212; y += 13 {
			d.path("a-joint", "M%d %dh74", x, y)
		}
		d.rect("a-night", x-4, 216-h-6, 82, 8, 2)
		if d.upTo(2) == 0 {
			d.path("a-stem", "M%d %dv-22", x+36, 216-h-6)
			d.path("a-leaf", "M%d %dc-20 2 -24 -14 -22 -20c14 -2 22 6 22 20z", x+36, 216-h-22)
			d.path("a-leaf", "M%d %dc16 2 22 -10 20 -18c-12 -2 -20 6 -20 18z", x+36, 216-h-16)
		}
	}
}

func culture(d *drawing) {
	d.houses(d.between(-50, -20), 400, 172, 84)
	d.ground(172)
	x := d.between(110, 170)
	d.rect("a-night", x-6, 96, 132, 100, 2)
	for i := range 5 {
		d.path([]string{"a-brick", "a-wall"}[i%2], "M%d 82h26v26a13 13 0 0 1 -26 0z", x-5+i*26)
	}
	d.rect("a-sun", x+4, 178, 112, 18, 0)
	d.person(x+40, 182, 50, d.pick(coats...))
	d.person(x+78, 180, 46, d.pick(coats...))
	d.path("a-string", "M0 %dQ%d 70 %d 84M%d 84Q%d 60 400 %d", d.between(30, 50), x/2, x, x+122, x+180, d.between(26, 50))
	for p := d.between(20, 50); p < 390; p += d.between(34, 60) {
		d.person(p, d.between(222, 236), d.between(44, 54), d.pick(coats...))
	}
}

func sport(d *drawing) {
	d.lawn(128, "a-moss")
	for x := d.between(10, 40); x < 400; x += d.between(50, 90) {
		d.tree(x, 152, d.between(60, 92), d.pick("a-leaf", "a-deep"))
	}
	d.rect(d.pick("a-brick", "a-water", "a-rust"), 0, 150, 400, 90, 0)
	d.path("a-mark", "M0 162H400M200 162V240M200 %da52 26 0 1 0 .1 0z", 172)
	x := d.between(40, 90)
	d.path("a-pole", "M%d 206V108", x)
	d.rect("a-wall", x-6, 92, 52, 36, 2)
	d.path("a-brickline", "M%d 124h26", x+12)
	d.circle("a-sun", d.between(180, 260), d.between(100, 140), 11)
	d.person(d.between(130, 180), 214, 58, d.pick(coats...))
	d.person(d.between(230, 280), 224, 60, d.pick(coats...))
	d.person(d.between(310, 360), 208, 54, d.pick(coats...))
}

func gathering(d *drawing) {
	d.houses(d.between(-50, -20), 400, 160, 76)
	d.ground(160)
	d.tree(d.between(30, 80), 190, d.between(110, 140), "a-leaf")
	for x := d.between(100, 130); x < 380; x += d.between(26, 52) {
		d.person(x, d.between(200, 232), d.between(46, 64), d.pick(coats...))
	}
}

func streets(d *drawing) {
	d.houses(d.between(-50, -20), 400, 176, d.between(96, 128))
	d.ground(176)
	at := []int{d.between(40, 80), d.between(140, 190), d.between(250, 280), d.between(330, 360)}
	turn := d.upTo(4)
	spot := func(i int) int { return at[(i+turn)%4] }
	d.tree(spot(2), 210, d.between(92, 130), d.pick("a-leaf", "a-deep"))
	d.lamp(spot(0), 216, d.between(92, 108))
	d.bench(spot(1)-34, 222, d.between(72, 88))
	d.person(spot(3), 228, d.between(54, 62), d.pick(coats...))
	if d.upTo(2) == 0 {
		d.person(spot(3)+26, 232, d.between(38, 62), d.pick(coats...))
	}
}

// square draws the parvis itself: an arcade and people.
func square(d *drawing) {
	d.rect("a-wall", 30, 70, 340, 100, 0)
	d.rect("a-brick", 22, 62, 356, 10, 0)
	for x := 44; x < 350; x += 40 {
		d.arch("a-night", x, 170, 28, 66)
	}
	d.ground(170)
	for x := d.between(30, 60); x < 390; x += d.between(40, 80) {
		d.person(x, d.between(196, 232), d.between(40, 60), d.pick(coats...))
	}
}

// busStop is a shelter, who waits in it, and the bus.
func busStop(d *drawing) {
	d.houses(d.between(-50, -20), 400, 162, d.between(84, 116))
	d.rect("a-ground", 0, 162, Width, 30, 0)
	d.rect("a-asphalt", 0, 192, Width, 48, 0)
	d.path("a-dash", "M%d 230H400", -d.upTo(40))
	x := d.between(20, 44)
	d.rect("a-pane", x, 108, 108, 68, 1)
	d.path("a-thick", "M%d 184V104M%d 184V104", x, x+108)
	d.rect("a-night", x-8, 98, 126, 8, 3)
	for p := range d.between(1, 3) {
		d.person(x+24+32*p, 184, d.between(46, 56), d.pick(coats...))
	}
	d.path("a-thick", "M%d 190V110", x+130)
	d.circle(d.pick("a-brick", "a-water"), x+130, 106, 12)
	b := d.between(190, 222)
	body := d.pick("a-brick", "a-water", "a-sun", "a-leaf")
	d.rect(body, b, 122, 190, 92, 12)
	d.rect("a-wall", b, 186, 190, 8, 0)
	for w := b + 12; w < b+130; w += 36 {
		d.rect("a-pane-deep", w, 134, 30, 32, 4)
	}
	d.rect("a-pane-deep", b+158, 134, 26, 62, 4)
	d.circle("a-night", b+44, 214, 15)
	d.circle("a-wall", b+44, 214, 6)
	d.circle("a-night", b+146, 214, 15)
	d.circle("a-wall", b+146, 214, 6)
	d.rect("a-sun", b+20, 125, 66, 7, 2)
}

// crossing is stripes over a street, and those who cross it.
func crossing(d *drawing) {
	d.houses(d.between(-50, -20), 400, 142, d.between(80, 104))
	d.rect("a-ground", 0, 142, Width, 22, 0)
	d.rect("a-asphalt", 0, 164, Width, 76, 0)
	away := d.between(170, 230)
	for i := -4; i < 4; i++ {
		top, bottom := away+i*22, away+i*44
		d.path("a-wall", "M%d 164h12L%d 240h-26z", top, bottom+26)
	}
	x := d.between(24, 48)
	d.path("a-pole-dark", "M%d 176V84", x)
	d.path(d.pick("a-sun", "a-water"), "M%d 56l22 22l-22 22l-22 -22z", x)
	d.path("a-night", "M%d 68a4 4 0 1 1 .1 0zM%d 72h8l4 16h-4l-3 -8l-3 8h-5z", x, x-3)
	d.tree(d.between(350, 380), 168, d.between(90, 120), "a-leaf")
	p := away - d.between(40, 60)
	d.person(p, 214, 62, d.pick(coats...))
	d.person(p+26, 216, 38, d.pick(coats...))
	if d.upTo(2) == 0 {
		d.person(p+100, 226, 64, d.pick(coats...))
	}
	d.person(d.between(290, 330), 164, 50, d.pick(coats...))
}
