package proposal_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// texts is a step of proposals with a title and a text each, numbered from 1, and of the tags given.
type texts struct {
	project, step ids.ID
	title, body   []string
	tags          [][]proposal.Tag
}

func (x *texts) store(t *testing.T, d *db.DB) {
	t.Helper()
	x.project, x.step = ids.Random(), ids.Random()
	at := time.UnixMicro(1)
	var proposals []proposal.Proposal
	var selections []proposal.Selection
	names := []proposal.Facet{}
	known := map[proposal.Tag]bool{}
	for len(x.tags) < len(x.title) {
		x.tags = append(x.tags, nil)
	}
	for i := range x.title {
		p := proposal.Proposal{ID: ids.Random(), Project: x.project, Number: i + 1, Slug: "x", Title: x.title[i], Body: x.body[i], Author: ids.Random(), PublishedAt: at, CreatedAt: at, UpdatedAt: at}
		proposals = append(proposals, p)
		selections = append(selections, proposal.Selection{Step: x.step, Proposal: p.ID, Number: p.Number, Votes: int64(i * 7919 % 101), Cost: int64(i % 13), PublishedAt: at, Shuffle: int64(i) * 40_503 * 65_537 % (1 << 31)})
		for _, tag := range x.tags[i] {
			if !known[tag] {
				names = append(names, proposal.Facet{Tag: tag, Name: tag.Slug, Sort: i18n.SortKey(tag.Slug)})
				known[tag] = true
			}
		}
	}
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := project.Insert(ctx, tx, 1, project.Project{ID: x.project, Slug: "p", State: project.Published, Origin: project.OfCity}); err != nil {
			return err
		}
		for part := range slices.Chunk(proposals, 40) { // as deposits come, some at a time
			if err := proposal.Insert(ctx, tx, 1, part); err != nil {
				return err
			}
		}
		if err := proposal.Select(ctx, tx, 1, selections, x.tags); err != nil {
			return err
		}
		return proposal.KeepFacets(ctx, tx, 1, x.step, names)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// choose gives what a choice finds and the numbers in an order, with how many statements it all took.
func (x *texts) choose(t *testing.T, d *db.DB, c proposal.Choice, q proposal.ListQuery) (chosen proposal.Chosen, numbers []int, statements int64) {
	t.Helper()
	c.Project, c.Step = x.project, x.step
	ctx, n := db.CountStatements(t.Context())
	err := d.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if chosen, err = proposal.Choose(ctx, tx, 1, c); err != nil {
			return err
		}
		q.Step, q.Among = x.step, &chosen
		list, err := proposal.List(ctx, tx, 1, q)
		for _, l := range list {
			numbers = append(numbers, l.Proposal.Number)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", c.Text, err)
	}
	return chosen, numbers, n.Load()
}

func TestASearchFoldsAccentsAndCaseAndAsksForEveryWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := texts{title: []string{"Un séquoia à l'Île", "L'École du SÉQUOIA", "Écoles à vélo", "Place du marché", "Cœur de ville 12"},
			body: []string{"école", "", "Des arceaux devant chaque séquoia", "Trois bancs n° 127", ""}}
		x.store(t, d)
		for text, want := range map[string][]int{
			"SEQUOIA": {1, 2, 3}, "sequoia ecole": {2, 1, 3}, "l'école": {2, 3, 1}, "écol": {2, 3, 1}, "marché ile": nil, "coeur": {5}, "Cœur": {5},
			"12": {5, 4}, "27": nil, "%": nil, `"`: nil, "_": nil, "": {1, 2, 3, 4, 5}, "’": nil, "ile": {1}, "a": {1, 3},
		} {
			chosen, got, _ := x.choose(t, d, proposal.Choice{Text: text}, proposal.ListQuery{Order: proposal.ByRelevance, Limit: 10})
			if !slices.Equal(got, want) || chosen.Count != len(want) {
				t.Errorf("%q: %v, counted %d, want %v", text, got, chosen.Count, want)
			}
		}
	})
}

func TestATypoIsSaidAndCanBeInsistedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := texts{title: []string{"Un Séquoia", "Deux séquoias", "SEQUOIA", "Bibliothèque", "Le parc", "Le port"}, body: []string{"", "", "", "", "parc", ""}}
		x.store(t, d)
		for typed, want := range map[string]string{
			"séqoia": "séquoia", "sequuoia": "séquoia", "sequioa": "séquoia", "zequoia": "séquoia", // missing, doubled, swapped, wrong
			"bilbiotheqe": "bibliothèque", "bibliotheque": "bibliotheque", // two; none
			"pard": "parc", "porc": "parc", // as near to parc as to port, which are in two places and in one
			"bnc": "bnc", "sqoia": "sqoia", // too short; too far
		} {
			chosen, got, n := x.choose(t, d, proposal.Choice{Text: typed}, proposal.ListQuery{Order: proposal.ByNumber, Limit: 10})
			word := chosen.Words[0]
			if word.Searched != want || word.Corrected != (typed != want) || word.Typed != typed {
				t.Errorf("%q was taken for %+v, want %q", typed, word, want)
			}
			if want == "séquoia" && !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("%q found %v", typed, got)
			}
			if n > 6 {
				t.Errorf("%q took %d statements", typed, n)
			}
			if exact, got, _ := x.choose(t, d, proposal.Choice{Text: typed, Exact: true}, proposal.ListQuery{Limit: 10}); exact.Words[0].Corrected || word.Corrected && len(got) > 0 {
				t.Errorf("%q as it is found %v", typed, got)
			}
		}
	})
}

// One proposal misspells a word that twenty have: the one is found, and the word is offered.
func TestAWordThatHardlyAnyProposalHasTellsWhatItResembles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := texts{title: []string{"Bibliotheqe ouverte", "Le banq du parc 2025"}, body: []string{"", ""}}
		for range 20 {
			x.title, x.body = append(x.title, "La bibliothèque"), append(x.body, "")
		}
		for range 5 {
			x.title, x.body = append(x.title, "Un banc 2026"), append(x.body, "")
		}
		x.store(t, d)
		for typed, want := range map[string]string{
			"bibliotheqe": "bibliothèque", "bibliotheque": "",
			"banq": "", // five proposals are not enough to doubt it
			"2025": "", // a year is not a typo of another
		} {
			chosen, got, n := x.choose(t, d, proposal.Choice{Text: typed}, proposal.ListQuery{Limit: 30})
			if word := chosen.Words[0]; word.Instead != want || word.Corrected || len(got) == 0 {
				t.Errorf("%q: %+v, %d found", typed, word, len(got))
			}
			if n > 6 {
				t.Errorf("%q took %d statements", typed, n)
			}
			if chosen, _, _ := x.choose(t, d, proposal.Choice{Text: typed, Exact: true}, proposal.ListQuery{Limit: 30}); chosen.Words[0].Instead != "" {
				t.Errorf("%q as it is resembles %s", typed, chosen.Words[0].Instead)
			}
		}
	})
}

// The words of the random texts: some are near each other, some contain others.
var vocabulary = strings.Fields("École Écoles écologie agroécologie séquoia séquoias arbre arbres arbuste banc bancs bande vélo vélos place placette marché marche marches rue ruelle jardin jardins jardinage lumière lumières éclairage éclairer piste cyclable cyclables Œuvre fontaine fontaines rénovation rénover")

// spoil makes typos in a word.
func spoil(random *rand.Rand, word string, typos int) string {
	r := []rune(word)
	for range typos {
		i := random.IntN(len(r) - 1)
		switch random.IntN(4) {
		case 0: // wrong
			r[i] = 'a' + rune(random.IntN(26))
		case 1: // missing
			r = slices.Delete(r, i, i+1)
		case 2: // doubled
			r = slices.Insert(r, i, r[i])
		case 3: // swapped
			r[i], r[i+1] = r[i+1], r[i]
		}
	}
	return string(r)
}

// away is the search's distance, as its definition says it.
func away(a, b string) int {
	x, y := []rune(a), []rune(b)
	known := map[[2]int]int{}
	var from func(i, j int) int
	from = func(i, j int) int {
		if i == len(x) || j == len(y) {
			return len(x) - i + len(y) - j
		}
		d, ok := known[[2]int{i, j}]
		if ok {
			return d
		}
		d = from(i+1, j+1)
		if x[i] != y[j] {
			d = 1 + min(d, from(i+1, j), from(i, j+1))
		}
		if i+1 < len(x) && j+1 < len(y) && x[i] == y[j+1] && x[i+1] == y[j] {
			d = min(d, 1+from(i+2, j+2))
		}
		known[[2]int{i, j}] = d
		return d
	}
	return from(0, 0)
}

func words(text string) []string { return strings.Fields(i18n.Fold(text)) }

// tier is where proposal i has a word: 0 in its title, 1 in a part of one there, 2 and 3 in its text; -1 nowhere.
func (x *texts) tier(word string, i int) int {
	for tier, text := range []string{x.title[i], x.title[i], x.body[i], x.body[i]} {
		if slices.ContainsFunc(words(text), func(of string) bool { return of == word || tier%2 == 1 && strings.Contains(of, word) }) {
			return tier
		}
	}
	return -1
}

// meant gives the word that a word of a search is taken for.
func (x *texts) meant(word string) string {
	for i := range x.title {
		if x.tier(word, i) >= 0 {
			return word
		}
	}
	holders := map[string]int{} // titles and texts that have each word near enough
	best := min(len([]rune(word))/4, 2)
	for _, text := range slices.Concat(x.title, x.body) {
		for _, of := range slices.Compact(slices.Sorted(slices.Values(words(text)))) {
			switch d := away(word, of); {
			case d < best:
				best, holders = d, map[string]int{of: 1}
			case d == best:
				holders[of]++
			}
		}
	}
	for of, n := range holders {
		if most, ok := holders[word]; of != word && (!ok || n > most || n == most && of < word) {
			word = of
		}
	}
	return word
}

// answer is what a search must find, in its order, by reading every text for every word.
func (x *texts) answer(query string) []int {
	place := make([]int, len(x.title))
	for _, word := range words(query) {
		word = x.meant(word)
		for i := range place {
			t := x.tier(word, i)
			if t < 0 {
				t = -1000
			}
			place[i] += t
		}
	}
	var found []int
	for i, p := range place {
		if p >= 0 {
			found = append(found, i+1)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(place[a-1], place[b-1]) })
	return found
}

func TestBothEnginesFindWhatReadingEveryTextFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	some := func(n int) string {
		var words []string
		for range n {
			words = append(words, vocabulary[random.IntN(len(vocabulary))])
		}
		return strings.Join(words, " ")
	}
	var x texts
	for range 150 {
		x.title = append(x.title, some(1+random.IntN(3)))
		x.body = append(x.body, some(random.IntN(5)))
	}
	type search struct {
		text string
		want []int
	}
	var searches []search
	corrected := 0
	for range 300 {
		word := vocabulary[random.IntN(len(vocabulary))]
		letters := len([]rune(i18n.Fold(word)))
		text := spoil(random, word, random.IntN(min(letters/4, 2)+1))
		if random.IntN(3) == 0 {
			text += " " + some(1)
		}
		if len([]rune(words(text)[0])) < 3 {
			continue
		}
		want := x.answer(text)
		if len(want) > 0 && !strings.Contains(i18n.Fold(strings.Join(x.title, " ")), words(text)[0]) {
			corrected++
		}
		searches = append(searches, search{text, want})
	}
	if corrected < 50 {
		t.Fatalf("only %d searches were forgiven a typo", corrected)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := x
		x.store(t, d)
		for _, s := range searches {
			if _, got, _ := x.choose(t, d, proposal.Choice{Text: s.text}, proposal.ListQuery{Order: proposal.ByRelevance, Limit: 1000}); !slices.Equal(got, s.want) {
				t.Errorf("%q:\n got %v\nwant %v", s.text, got, s.want)
			}
		}
	})
}

func TestFacetsCountWhatIsChosen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var x texts
		random := rand.New(rand.NewPCG(9, 9))
		for range 300 {
			x.title, x.body = append(x.title, vocabulary[random.IntN(5)]), append(x.body, "")
			x.tags = append(x.tags, []proposal.Tag{{Kind: proposal.TagDistrict, Slug: fmt.Sprint("d", random.IntN(4))}, {Kind: proposal.TagCategory, Slug: fmt.Sprint("c", random.IntN(3))}})
		}
		x.store(t, d)
		asked := []proposal.Tag{{Kind: proposal.TagDistrict, Slug: "d1"}, {Kind: proposal.TagCategory, Slug: "c2"}}
		chosen, got, n := x.choose(t, d, proposal.Choice{Text: "ecole", Tags: asked}, proposal.ListQuery{Order: proposal.ByNumber, Limit: 1000})
		var want []int
		counts := map[proposal.Tag]int{}
		for i, tags := range x.tags {
			if !strings.HasPrefix(i18n.Fold(x.title[i]), "ecole") {
				continue
			}
			if tags[0] == asked[0] {
				counts[tags[1]]++
			}
			if tags[1] == asked[1] {
				counts[tags[0]]++
				if tags[0] == asked[0] {
					want = append(want, i+1)
				}
			}
		}
		if !slices.Equal(got, want) || chosen.Count != len(want) || len(want) == 0 {
			t.Errorf("got %v, counted %d, want %v", got, chosen.Count, want)
		}
		if len(chosen.Facets) != 7 || n > 5 {
			t.Errorf("%d facets in %d statements", len(chosen.Facets), n)
		}
		for _, f := range chosen.Facets {
			if f.Proposals != counts[f.Tag] {
				t.Errorf("%v: %d, want %d", f.Tag, f.Proposals, counts[f.Tag])
			}
		}
	})
}

func TestWhatIsEditedOrErasedLeavesNoWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := texts{title: []string{"Un séquoia", "Un kiosque", "Des bancs"}, body: []string{"près du kiosque", "à musique", ""}}
		x.store(t, d)
		var second, edited proposal.Proposal
		write := func(fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		find := func(text string, want ...int) {
			t.Helper()
			if _, got, _ := x.choose(t, d, proposal.Choice{Text: text, Exact: true}, proposal.ListQuery{Order: proposal.ByNumber, Limit: 10}); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", text, got, want)
			}
		}
		write(func(ctx context.Context, tx db.Tx) (err error) {
			if second, _, err = proposal.Numbered(ctx, tx, 1, x.project, 2); err != nil {
				return err
			}
			edited = second
			edited.Title, edited.Body = "Une fontaine", "à eau"
			return proposal.Reindex(ctx, tx, 1, second, edited)
		})
		find("kiosque", 1)
		find("musique")
		find("fontaine", 2)
		write(func(ctx context.Context, tx db.Tx) error {
			return proposal.Reindex(ctx, tx, 1, edited, proposal.Proposal{})
		})
		find("fontaine")
		var left, shelved int
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM search_word WHERE platform = ? AND (word LIKE 'fontaine%' OR word LIKE 'musique%')`, 1).Scan(&left); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM search_lexicon WHERE platform = ? AND (words LIKE '%fontaine%' OR words LIKE '%musique%')`, 1).Scan(&shelved)
		})
		if err != nil || left+shelved != 0 {
			t.Errorf("%d words and %d lines of the lexicon are left: %v", left, shelved, err)
		}
	})
}

func TestFacetsFollowWhoEntersAndLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := texts{title: []string{"Un banc", "Deux bancs", "Trois bancs"}, body: []string{"", "", ""},
			tags: [][]proposal.Tag{{{Kind: proposal.TagDistrict, Slug: "centre"}}, {{Kind: proposal.TagDistrict, Slug: "centre"}}, {{Kind: proposal.TagDistrict, Slug: "nord"}}}}
		x.store(t, d)
		facet := func(slug string) []proposal.Facet {
			return []proposal.Facet{{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: slug}, Name: slug, Sort: i18n.SortKey(slug)}}
		}
		check := func(count int, want map[string]int) {
			t.Helper()
			chosen, _, _ := x.choose(t, d, proposal.Choice{}, proposal.ListQuery{Order: proposal.ByNumber, Limit: 10})
			got := map[string]int{}
			for _, f := range chosen.Facets {
				got[f.Slug] = f.Proposals
			}
			if chosen.Count != count || !maps.Equal(got, want) {
				t.Errorf("%d proposals, %v; want %d, %v", chosen.Count, got, count, want)
			}
		}
		check(3, map[string]int{"centre": 2, "nord": 1})
		for _, step := range []struct {
			change func(context.Context, db.Tx, int64, ids.ID, int, []proposal.Facet) error
			number int
			slug   string
			count  int
			want   map[string]int
		}{
			{proposal.Leave, 3, "nord", 2, map[string]int{"centre": 2}},
			{proposal.Leave, 3, "nord", 2, map[string]int{"centre": 2}}, // twice is once
			{proposal.Leave, 1, "centre", 1, map[string]int{"centre": 1}},
			{proposal.Enter, 3, "sud", 2, map[string]int{"centre": 1, "sud": 1}},
			{proposal.Enter, 1, "sud", 3, map[string]int{"centre": 1, "sud": 2}},
		} {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return step.change(ctx, tx, 1, x.step, step.number, facet(step.slug))
			})
			if err != nil {
				t.Fatal(err)
			}
			check(step.count, step.want)
		}
	})
}
