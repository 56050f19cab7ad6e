package deposit

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Topic is a category or a theme of an edition, as its organiser sees it.
type Topic struct {
	ID      ids.ID // zero: a new one
	Slug    string
	Name    string // in the edition's language
	Other   string // in the other one; may be empty
	Retired bool   // no new proposal can have it
	Merged  ids.ID // the one that took its proposals; zero: none
	Used    int    // proposals and drafts that have it
}

// The bounds of topics.
const (
	topicsMax = 60
	TopicMax  = 60 // characters of a name
)

// TopicField names the field of a topic's name, by its place from 0.
func TopicField(kind proposal.TagKind, i int, name string) string {
	return string(kind) + "[" + strconv.Itoa(i) + "]." + name
}

// changedTopics gives the topics that replace old ones when an organiser asks for fresh ones: with slugs for new ones, and
// with those that were merged away, which are not shown. Faults: invalid; one that is in use is not left out.
func changedTopics(kind proposal.TagKind, old, fresh []Topic) ([]Topic, error) {
	var faults []*fault.Error
	refuse := func(i int, key string, pairs ...any) {
		faults = append(faults, fault.New(fault.Invalid, key, pairs...).In(TopicField(kind, i, "name")))
	}
	was, taken := map[ids.ID]Topic{}, map[string]bool{}
	for _, t := range old {
		was[t.ID], taken[t.Slug] = t, true
	}
	list := slices.Clone(fresh)
	names, stays := map[string]bool{}, map[ids.ID]bool{}
	for i := range list {
		t := &list[i]
		t.Name, t.Other = oneLine(t.Name), oneLine(t.Other)
		folded := i18n.Fold(t.Name)
		switch {
		case t.Name == "":
			refuse(i, "fault.topics.name")
		case utf8.RuneCountInString(t.Name) > TopicMax || utf8.RuneCountInString(t.Other) > TopicMax:
			refuse(i, "fault.topics.long", "Max", TopicMax)
		case names[folded]:
			refuse(i, "fault.topics.twice", "Name", t.Name)
		}
		names[folded] = true
		if now, known := was[t.ID]; known && !t.ID.IsZero() && !stays[t.ID] && now.Merged.IsZero() {
			t.Slug, t.Used = now.Slug, now.Used
			stays[t.ID] = true
			continue
		}
		t.ID, t.Slug, t.Used = ids.ID{}, free(t.Name, taken), 0
		taken[t.Slug] = true
	}
	for _, t := range old {
		switch {
		case stays[t.ID]:
		case !t.Merged.IsZero():
			list = append(list, t)
		case t.Used > 0:
			faults = append(faults, fault.New(fault.Conflict, "fault.topics.used", "Name", t.Name, "Count", t.Used).In("topics"))
		}
	}
	if len(list) > topicsMax {
		faults = append(faults, fault.New(fault.Invalid, "fault.topics.many", "Max", topicsMax).In("topics"))
	}
	return list, fault.All(faults)
}

// sameTopics says whether nothing differs.
func sameTopics(a, b []Topic) bool {
	return slices.EqualFunc(a, b, func(x, y Topic) bool { x.Used, y.Used = 0, 0; return x == y })
}

// lasting follows a topic to the one that took its proposals.
func lasting(list []Topic, slug string) string {
	for range list { // merged once each at most
		i := slices.IndexFunc(list, func(t Topic) bool { return t.Slug == slug })
		if i < 0 || list[i].Merged.IsZero() {
			return slug
		}
		j := slices.IndexFunc(list, func(t Topic) bool { return t.ID == list[i].Merged })
		if j < 0 {
			return slug
		}
		slug = list[j].Slug
	}
	return slug
}

// sortKey keeps a list in its organiser's order: the place, then nothing.
func sortKey(place int) []byte { return []byte{byte(place >> 8), byte(place)} }

// facets are topics as lists know them.
func facets(kind proposal.TagKind, list []Topic) []proposal.Facet {
	all := make([]proposal.Facet, len(list))
	for i, t := range list {
		all[i] = proposal.Facet{Tag: proposal.Tag{Kind: kind, Slug: t.Slug}, Name: t.Name, Sort: sortKey(i)}
	}
	return all
}

// NameIn gives a name in a language: of an edition in another language it is the other name, when there is one.
func NameIn(lang i18n.Lang, edition, name, other string) (text, of string) {
	if strings.EqualFold(edition, string(lang)) || other == "" {
		return name, edition
	}
	return other, string(lang)
}
