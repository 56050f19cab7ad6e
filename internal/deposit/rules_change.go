package deposit

import (
	"maps"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Usage says what deposits and drafts of a step have of its form.
type Usage struct {
	Answers map[string]int            // by question
	Options map[string]map[string]int // by question and option
	Drafts  map[Pick]int              // drafts, by what they chose
	// Criteria are the answers to each criterion.
	Criteria map[string]int
}

// Pick is a category or a theme as a content names it.
type Pick struct{ Field, Slug string }

// count adds a deposit.
func (u *Usage) count(d Deposit) {
	for key, a := range d.Content.Answers {
		if len(a.Values) == 0 && a.File == "" {
			continue
		}
		u.Answers[key]++
		for _, v := range a.Values {
			if u.Options[key] == nil {
				u.Options[key] = map[string]int{}
			}
			u.Options[key][v]++
		}
	}
	for key := range d.Content.Criteria {
		u.Criteria[key]++
	}
	if d.Draft() {
		u.Drafts[Pick{"category", d.Content.Category}]++
		u.Drafts[Pick{"theme", d.Content.Theme}]++
	}
}

// Changed gives the form that replaces f when an organiser asks for fresh, whose questions have the key of one of f's, or
// none. What was answered is never lost: a question or an option that is left out, but was answered, is retired; a question
// that was answered keeps its kind, and one that was answered for the services alone is not made public. Faults: invalid.
func (f Form) Changed(fresh Form, used Usage) (Form, error) {
	was := map[string]Question{}
	taken := map[string]bool{}
	for _, q := range f.Questions {
		was[q.Key], taken[q.Key] = q, true
	}
	var faults []*fault.Error
	refuse := func(i int, name, key string, pairs ...any) {
		faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(QuestionField(i, name)))
	}
	stays := map[string]bool{}
	questions := slices.Clone(fresh.Questions)
	for i := range questions {
		q := &questions[i]
		old, known := was[q.Key]
		if !known || stays[q.Key] {
			q.Key = free(q.Label.In(i18n.FR), taken)
			taken[q.Key] = true
		}
		stays[q.Key] = true
		answered := known && used.Answers[q.Key] > 0
		if answered && old.Kind != q.Kind {
			refuse(i, "kind", "fault.form_of_deposit.kind_fixed", "Count", used.Answers[q.Key])
		}
		if answered && q.Public && !old.Public {
			refuse(i, "public", "fault.form_of_deposit.public_fixed", "Count", used.Answers[q.Key])
		}
		q.Options = changed(old.Options, q.Options, used.Options[q.Key])
		if !q.chosen() {
			q.Options, q.Other = nil, false
		}
		if !q.Bounded() {
			q.Min, q.Max = nil, nil
		}
		if q.Kind != FileInput {
			q.Files = nil
		}
	}
	for _, q := range f.Questions {
		if !stays[q.Key] && (q.Retired || used.Answers[q.Key] > 0) {
			q.Retired = true
			questions = append(questions, q)
		}
	}
	fresh.Questions = questions
	fresh.Criteria = f.criteria(fresh.Criteria, used)
	if err := fault.All(faults); err != nil {
		return fresh, err
	}
	return fresh, fresh.Validate()
}

// criteria gives new criteria their keys, and keeps as retired those that were answered and are left out: an answer to one is
// never read as the answer to another.
func (f Form) criteria(fresh []Asked, used Usage) []Asked {
	taken, was, stays := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, key := range reserved {
		taken[string(key)] = true
	}
	for _, k := range f.Criteria {
		taken[k.Key], was[k.Key] = true, true
	}
	list := slices.Clone(fresh)
	for i := range list {
		k := &list[i]
		if !was[k.Key] || stays[k.Key] {
			k.Key = free(k.Label.In(i18n.FR), taken)
			taken[k.Key] = true
		}
		stays[k.Key] = true
	}
	for _, k := range f.Criteria {
		if !stays[k.Key] && (k.Retired || used.Criteria[k.Key] > 0) {
			k.Retired = true
			list = append(list, k)
		}
	}
	return list
}

// changed gives options their keys, and keeps as retired those that were chosen and are left out.
func changed(old, fresh []Option, used map[string]int) []Option {
	taken := map[string]bool{OtherOption: true}
	for _, o := range old {
		taken[o.Key] = true
	}
	var list []Option
	stays := map[string]bool{}
	for _, o := range fresh {
		known := slices.ContainsFunc(old, func(was Option) bool { return was.Key == o.Key })
		if !known || stays[o.Key] {
			o.Key = free(o.Label.In(i18n.FR), taken)
			taken[o.Key] = true
		}
		stays[o.Key] = true
		list = append(list, o)
	}
	for _, o := range old {
		if !stays[o.Key] && (o.Retired || used[o.Key] > 0) {
			o.Retired = true
			list = append(list, o)
		}
	}
	return list
}

// keyMax leaves room for a number within keyForm.
const keyMax = 32

// free gives a key that is like a label and not taken.
func free(label string, taken map[string]bool) string {
	base := ids.Slug(i18n.Fold(label), keyMax)
	key := base
	for n := 2; taken[key]; n++ {
		key = base + "-" + strconv.Itoa(n)
	}
	return key
}

// told says what a change of a form is, for the journal: names and keys, nothing that anybody wrote.
func (f Form) told(fresh Form) map[string]any {
	var fields, added, removed, altered []string
	for _, name := range Fields() {
		if f.NeedOf(name) != fresh.NeedOf(name) {
			fields = append(fields, name+": "+string(fresh.NeedOf(name)))
		}
	}
	was := map[string]Question{}
	for _, q := range f.Asked() {
		was[q.Key] = q
	}
	for _, q := range fresh.Asked() {
		old, known := was[q.Key]
		switch {
		case !known:
			added = append(added, q.Key)
		case encode(old) != encode(q):
			altered = append(altered, q.Key)
		}
		delete(was, q.Key)
	}
	for _, q := range f.Asked() {
		if _, gone := was[q.Key]; gone {
			removed = append(removed, q.Key)
		}
	}
	more := map[string]any{}
	for name, list := range map[string][]string{"fields": fields, "added": added, "removed": removed, "changed": altered, "criteria": f.toldCriteria(fresh)} {
		if len(list) > 0 {
			more[name] = list
		}
	}
	return more
}

// toldCriteria gives the keys of the criteria that are added, changed or not asked any more.
func (f Form) toldCriteria(fresh Form) (keys []string) {
	was := map[string]string{}
	for _, k := range f.AskedCriteria() {
		was[k.Key] = encode(k)
	}
	for _, k := range fresh.AskedCriteria() {
		if was[k.Key] != encode(k) {
			keys = append(keys, k.Key)
		}
		delete(was, k.Key)
	}
	return append(keys, slices.Sorted(maps.Keys(was))...)
}
