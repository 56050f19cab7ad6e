package rulebook

import (
	"github.com/parvis-civic/parvis/tally"
)

// count writes the articles of the count, in the order in which it goes.
func (w *writer) count() {
	c := w.r.Count
	texts := []string{
		join(w.scoring(), w.say("count.order", "Units", w.units())),
		w.steps(), w.mark(FieldFit, w.fit(c.Fit, "all")), w.mark(FieldMinimum, w.minimum(c.Minimum)),
	}
	for _, group := range c.Exclusive {
		projects := make([]string, len(group))
		for i, id := range group {
			projects[i] = w.say("exclusive.project", "Number", id)
		}
		texts = append(texts, w.mark(FieldExclusive, w.say("exclusive", "Projects", projects)))
	}
	if len(c.Exclusive) == 0 {
		texts = append(texts, w.mark(FieldExclusive, w.say("exclusive.none")))
	}
	w.article("count", texts...)
	if c.Guarantee != nil && c.Guarantee.When == tally.GuaranteeBefore {
		w.guarantee(*c.Guarantee)
	}
	if c.Parts != nil {
		w.parts(*c.Parts)
	}
	if c.Guarantee != nil && c.Guarantee.When == tally.GuaranteeAfter {
		w.guarantee(*c.Guarantee)
	}
	w.ties(c.Ties)
	w.article("drop_out", w.mark(FieldDropOut, w.say("drop_out."+string(c.DropOut))), w.keeping())
}

// steps says in which order the envelopes and the guarantee come, when there is more than one thing to do.
func (w *writer) steps() string {
	c := w.r.Count
	var steps []string
	if c.Guarantee != nil && c.Guarantee.When == tally.GuaranteeBefore {
		steps = append(steps, "guarantee")
	}
	if c.Parts != nil {
		_, kind := w.partNames()
		steps = append(steps, kind)
	}
	steps = append(steps, "city")
	if c.Guarantee != nil && c.Guarantee.When == tally.GuaranteeAfter {
		steps = append(steps, "guarantee")
	}
	if len(steps) == 1 {
		return ""
	}
	text := ""
	for i, step := range steps {
		place := "next"
		switch {
		case i == 0:
			place = "first"
		case i == len(steps)-1 && i > 1:
			place = "last"
		}
		if i > 0 {
			text += ", "
		}
		text += w.say("count.step_"+place, "Step", w.say("count.step."+step))
	}
	return w.say("count.steps", "Steps", text)
}

// keeping says, where a place is taken again, that parts keep their money.
func (w *writer) keeping() string {
	c := w.r.Count
	if c.DropOut == tally.DropOutNobody || c.Parts == nil || c.Parts.Left != tally.LeftUnspent {
		return ""
	}
	_, kind := w.partNames()
	return w.say("parts." + kind + ".drop_out")
}

// unbuilt says that the winners were found by a method that Count does not have.
func (w *writer) unbuilt() {
	if w.r.Count.Method == tally.MethodUnknown {
		w.article("count", w.scoring(), w.say("count.unknown"))
		return
	}
	w.article("count", w.scoring(), w.say("count.unbuilt", "Source", w.r.Imported.Source))
}

// fit says what happens when a project does not fit, in the count of "all", a "district" or a "category".
func (w *writer) fit(f tally.Fit, scope string) string {
	return w.say("fit."+string(f.Then), "Share", w.l.Percent(int64(f.Reserve), 100), "Scope", w.say("fit.scope."+scope))
}

func (w *writer) minimum(m tally.Minimum) string {
	if m == (tally.Minimum{}) {
		return w.say("minimum.none", "Units", w.units())
	}
	var conditions []string
	if m.Total > 0 {
		needed := w.say("votes", "Count", m.Total)
		if w.r.Count.Scoring.By != tally.ByChoice {
			needed = w.points(m.Total)
		}
		conditions = append(conditions, w.say("minimum.if_total", "Needed", needed))
	}
	if m.Supporters > 0 {
		conditions = append(conditions, w.say("minimum.if_supporters", "Count", m.Supporters))
	}
	if m.BallotsShare > 0 {
		conditions = append(conditions, w.say("minimum.if_share", "Share", w.l.Percent(int64(m.BallotsShare), 100)))
	}
	return w.say("minimum", "Conditions", conditions)
}

func (w *writer) parts(p tally.Parts) {
	_, kind := w.partNames()
	alone := w.say("parts." + kind + ".alone")
	if len(p.Envelopes) > 1 {
		alone = join(alone, w.say("parts.order"))
	}
	fit := w.say("parts.same_fit")
	if p.Fit != w.r.Count.Fit {
		fit = w.fit(p.Fit, kind)
	}
	left := w.say("parts." + kind + ".left_" + string(p.Left))
	if w.r.Citywide() > 0 || p.Left == tally.LeftCitywide {
		left = join(left, w.say("parts.then_city"))
	}
	w.article("parts_"+kind, w.mark(FieldParts, alone), fit, left,
		join(w.say("parts."+kind+".several_"+string(p.Several)), w.say("parts."+kind+".none_"+string(p.None))))
}

func (w *writer) guarantee(g tally.Guarantee) {
	names := make([]string, len(g.Districts))
	for i, key := range g.Districts {
		names[i] = name(w.r.Districts, key)
	}
	alone := ""
	if len(names) == 1 {
		alone = "_alone"
	}
	promise := join(w.say("guarantee.promise"+alone, "Count", g.PerDistrict, "Names", names), w.say("guarantee.floor"))
	served := ""
	if g.When == tally.GuaranteeBefore {
		served = w.say("guarantee.before"+alone, "Count", g.PerDistrict, "Units", w.units())
	} else {
		held := w.say("guarantee.not_held_back")
		if g.HeldBack > 0 {
			held = w.say("guarantee.held_back", "Amount", w.r.money(g.HeldBack))
		}
		served = join(w.say("guarantee.after", "Units", w.units()), held)
	}
	money := ""
	if parts := w.r.Count.Parts; parts != nil && g.When == tally.GuaranteeBefore {
		money = w.say("guarantee.money_parts")
		if parts.By == tally.PartsByCategory {
			money = w.say("guarantee.money_category")
		}
	}
	below := ""
	if w.r.Count.Minimum != (tally.Minimum{}) {
		below = w.say("guarantee.below_"+string(g.BelowMin), "Units", w.units())
	}
	places := w.say("guarantee.none_or_several")
	if g.Several != tally.SeveralCitywide {
		places = join(w.say("guarantee.several_"+string(g.Several)), w.say("guarantee.none"))
	}
	w.article("guarantee", w.mark(FieldGuarantee, promise), served,
		join(money, w.say("guarantee.no_money_"+string(g.NoMoney)), w.say("guarantee.no_projects")),
		places, below)
}

func (w *writer) ties(ties []tally.TieBreak) {
	text, seed := "", ""
	for i, t := range ties {
		how := w.say("ties." + string(t.By))
		if i == 0 {
			text = w.say("ties.one", "Units", w.units(), "First", how)
		} else {
			text = join(text, w.say("ties.next", "Next", how))
		}
		switch {
		case t.By == tally.TieLots && w.r.Lots != nil:
			seed = w.say("ties.draw", "Draw", w.r.Lots.Draw)
		case t.By == tally.TieLots:
			seed = w.say("ties.seed", "Seed", t.Seed)
		}
	}
	w.article("ties", w.mark(FieldTies, text), seed)
}
