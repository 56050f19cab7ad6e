package deposit

import (
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/tally"
)

// modelForm is what the deposit of a model asks at first.
func modelForm(m project.Model) Form {
	f := DefaultForm()
	switch m {
	case project.ModelSmallTown:
		f.Category, f.District = Optional, Absent
	case project.ModelUniversity:
		f.District = Absent
	}
	return f
}

// modelTopics are the categories of a model, by the end of the translations of their names ("topics.model.…").
func modelTopics(m project.Model) []string {
	switch m {
	case project.ModelUniversity:
		return []string{"campus", "study", "culture", "sport", "nature", "solidarity"}
	case project.ModelSmallTown:
		return []string{"space", "nature", "youth", "together"}
	}
	return []string{"nature", "mobility", "space", "culture", "sport", "youth", "solidarity"}
}

// modelCategories gives them, named in the language of an edition and in the other one.
func modelCategories(m project.Model, lang i18n.Lang) []Topic {
	here, there := i18n.For(lang, nil), i18n.For(lang.Other(), nil)
	var list []Topic
	taken := map[string]bool{}
	for _, key := range modelTopics(m) {
		t := Topic{Name: here.T("topics.model." + key), Other: there.T("topics.model." + key)}
		t.Slug = free(t.Name, taken)
		taken[t.Slug] = true
		list = append(list, t)
	}
	return list
}

// checks says what the deposit of an edition lacks before it opens; categories and themes are how many can be chosen.
func checks(e project.Edition, f Form, categories, themes int, starts time.Time) []project.Check {
	gone := func(s project.Screen) bool { return slices.Contains(e.Plan.Done, s) }
	var list []project.Check
	when := func(applies bool, key string, s project.Screen, done bool) {
		if applies {
			list = append(list, project.Check{Key: key, Screen: s, Done: done, Due: starts})
		}
	}
	when(!e.Public(), "topics", project.ScreenTopics, gone(project.ScreenTopics)) // what is public was gone through
	when(!e.Public(), "form", project.ScreenForm, gone(project.ScreenForm))
	when(f.Category.Asked(), "categories", project.ScreenTopics, categories > 0)
	when(f.Theme.Asked(), "themes", project.ScreenTopics, themes > 0)
	when(e.Rulebook.Deposit != nil && e.Rulebook.Deposit.MaximumCost > 0, "cost_asked", project.ScreenForm, f.Cost.Asked())
	parts := e.Rulebook.Count.Parts
	when(parts != nil && parts.By == tally.PartsByDistrict && len(e.Districts) > 0, "district_asked", project.ScreenForm, f.District == Required)
	when(len(f.Asked())+len(f.AskedCriteria()) > 0, "questions_said", project.ScreenForm, !untold(f))
	return list
}

// together joins what the forms of two deposits lack: done once it is done in both, due when the first one that lacks it opens.
func together(list, more []project.Check) []project.Check {
	for _, k := range more {
		at := slices.IndexFunc(list, func(one project.Check) bool { return one.Key == k.Key })
		switch {
		case at < 0:
			list = append(list, k)
		case list[at].Done:
			list[at] = k
		}
	}
	return list
}

// untold says whether a question or an answer is in one language alone.
func untold(f Form) bool {
	for _, q := range f.Asked() {
		if q.Label.FR == "" || q.Label.EN == "" {
			return true
		}
		for _, o := range q.Offered() {
			if o.Label.FR == "" || o.Label.EN == "" {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.AskedCriteria(), func(k Asked) bool { return k.Label.FR == "" || k.Label.EN == "" })
}
