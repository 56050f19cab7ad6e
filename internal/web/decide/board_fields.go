package decide

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// href is with, as a part of an address.
func (f filter) href(name, value string) templ.SafeURL { return templ.SafeURL(f.with(name, value)) }

func (v boardView) stageField(p ui.Page) ui.Input {
	in := ui.Input{Name: "etat", Label: p.T("decide.filter.stage"), Required: true, Options: []ui.Option{{Label: p.T("decide.filter.all")}}}
	for _, s := range decision.Stages() {
		in.Options = append(in.Options, ui.Option{Value: string(s), Label: p.T("decide.filter.counted", "Name", p.T("decide.stage."+string(s)), "Count", v.Count(s)), Chosen: v.Filter.Stage == string(s)})
	}
	return in
}

func (v boardView) serviceField(p ui.Page) ui.Input {
	in := ui.Input{Name: "service", Label: p.T("decide.filter.service"), Required: true, Options: []ui.Option{{Label: p.T("decide.filter.all")}}}
	for _, s := range v.Services {
		in.Options = append(in.Options, ui.Option{Value: s.Slug, Label: s.Name, Chosen: v.Filter.Service == s.Slug})
	}
	return in
}

func (v boardView) districtField(p ui.Page) ui.Input {
	in := ui.Input{Name: "quartier", Label: p.T("decide.filter.district"), Required: true, Options: []ui.Option{{Label: p.T("decide.filter.all")}, {Value: "ville", Label: p.T("web.district.whole"), Chosen: v.Filter.District == "ville"}}}
	for _, d := range v.Districts {
		in.Options = append(in.Options, ui.Option{Value: d.Slug, Label: d.Name, Chosen: v.Filter.District == d.Slug})
	}
	return in
}

// onlyField has two ticks whose names differ: it is drawn as two.
func (v boardView) onlyField(p ui.Page) ui.Input {
	return ui.Input{Name: "desaccord", Label: p.T("decide.filter.only"), Required: true, Several: true,
		Options: []ui.Option{{Value: "oui", Label: p.T("decide.quarrel"), Chosen: v.Filter.Quarrel}}}
}

// agreed says whether the vote may be proposed for any of them at once.
func agreed(lines []decision.Line) bool { return slices.ContainsFunc(lines, decision.Line.Agreed) }

// place names a district, or the whole city.
func place(p ui.Page, d project.District) string {
	if d.Name == "" {
		return p.T("web.district.whole")
	}
	return d.Name
}

// stepName is the title of a step, or its kind's.
func stepName(p ui.Page, s project.Step) string {
	if s.Title != "" {
		return s.Title
	}
	return p.T("step." + string(s.Kind))
}
