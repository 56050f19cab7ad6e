package drawing

// Forecourt draws what Parvis is named after: the open square in front of a public building, with people on it. It is
// the inside of an SVG of 720 × 460; the seed moves the people, never the stones.
func Forecourt(seed int64) string { return forecourt(seed, 460) }

// Strip is the same seen from further up, for the foot of a poster: the inside of an SVG of 720 × 372, in which everybody stands
// wholly above the lower edge, and below 230.
func Strip(seed int64) string { return forecourt(seed, 366) }

// forecourt draws it with the people whose feet are above a line.
func forecourt(seed int64, nearest int) string {
	d := &drawing{seed: uint64(seed) + 3}
	const floor = 244
	d.circle("a-sun", 590, 84, 40)

	// The building: a long arcade, a noble floor, a pediment.
	d.rect("a-rose-deep", 70, 88, 580, floor-88, 0)
	d.rect("a-wall", 260, 70, 200, floor-70, 0)
	d.path("a-brick", "M246 74L360 22L474 74z")
	d.circle("a-wall", 360, 56, 11)
	d.path("a-thick", "M360 56v-7M360 56l5 3")
	d.rect("a-rust", 62, 82, 192, 9, 0)
	d.rect("a-rust", 466, 82, 192, 9, 0)
	d.rect("a-rust", 252, 72, 216, 6, 0)
	d.rect("a-wall", 70, 158, 580, 6, 0)
	for x := 88; x < 640; x += 42 {
		if x > 246 && x < 462 {
			continue
		}
		d.arch("a-pane-deep", x, 150, 20, 44)
		d.arch("a-night", x-3, floor, 26, 66)
	}
	for x := 282; x < 440; x += 48 {
		d.arch("a-pane-deep", x, 150, 26, 56)
	}
	d.arch("a-night", 276, floor, 40, 74)
	d.arch("a-night", 335, floor, 50, 82)
	d.arch("a-night", 404, floor, 40, 74)
	d.path("a-pole-dark", "M360 24V-2")
	d.path("a-flag", "M360 -2c14 -6 20 8 36 0v18c-16 8 -22 -6 -36 0z")

	// The stones, running to the door.
	d.path("a-ground", "M0 %dH720V460H0z", floor)
	d.b.WriteString(`<path class="a-joint" d="`)
	for x := -1440; x <= 2160; x += 120 {
		d.add("M%d %dL%d 460", 360+(x-360)*16/100, floor, x)
	}
	for step, at := 7, floor+7; at < 460; step, at = step*4/3, at+step {
		d.add("M0 %dH720", at)
	}
	d.b.WriteString(`"/>`)
	d.path("a-step", "M240 %dh240l8 8H232z", floor)

	d.tree(32, 262, 150, "a-leaf")
	d.tree(690, 264, 160, "a-deep")
	d.bench(604, 300, 70)

	// The people, far ones first.
	for _, at := range [][3]int{
		{232, 262, 26}, {300, 258, 24}, {452, 264, 27}, {520, 272, 30}, {150, 284, 34}, {392, 286, 36}, {268, 300, 40}, {284, 304, 41},
		{560, 322, 48}, {92, 336, 54}, {206, 352, 60}, {452, 350, 58}, {480, 358, 61}, {332, 392, 72}, {640, 398, 76}, {118, 428, 88}, {536, 438, 92},
	} {
		shift := d.between(-10, 10)
		if at[1] > nearest {
			continue
		}
		d.person(at[0]+shift, at[1], at[2], d.pick(coats...))
		if d.upTo(4) == 0 { // somebody carries a plan
			d.rect("a-sheet", at[0]+shift+at[2]/6, at[1]-at[2]/2, at[2]/4, at[2]*3/10, 1)
		}
	}
	return d.b.String()
}
