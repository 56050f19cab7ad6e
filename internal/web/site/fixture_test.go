package site

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// city is Toulouse 2022 as pages show it: 199 proposals, 20 districts with long names, 4,532 ballots.
type city struct {
	project   Project
	edition   Edition
	proposals []candidate // in the order of their votes
	districts []ui.District
	themes    []ui.Facet
}

type candidate struct {
	number, votes, cost int64
	title, theme        string
	district            ui.District
	winner              bool
	left                int64 // money left at its turn
}

// toulouse reads the public file and funds its proposals by votes, which is enough for pages to have something to show.
func toulouse(t testing.TB) city {
	t.Helper()
	raw, err := os.ReadFile("../../../../shared/data/elections/France_Toulouse_2022.pb")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r", ""), "PROJECTS\n")
	table, _, _ := strings.Cut(rest, "VOTES\n")
	r := csv.NewReader(strings.NewReader(table))
	r.Comma, r.LazyQuotes = ';', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	c := city{project: Project{Slug: "toulouse-2022", Title: "Budget participatif de Toulouse 2022", HasResults: true, HasRulebook: true}}
	names, themes := map[string]bool{}, map[string]int64{}
	for _, row := range rows[1:] {
		names[row[5]] = true
		themes[row[4]]++
	}
	sorted := slices.SortedFunc(mapsKeys(names), func(a, b string) int { return cmp.Compare(leading(a), leading(b)) })
	byName := map[string]ui.District{}
	for i, n := range sorted {
		d := ui.District{Name: n, Slug: "d" + strconv.Itoa(i), Order: i}
		c.districts = append(c.districts, d)
		byName[n] = d
	}
	for name, n := range themes {
		c.themes = append(c.themes, ui.Facet{Slug: i18n.Fold(name), Name: name, Count: n})
	}
	slices.SortFunc(c.themes, func(a, b ui.Facet) int { return cmp.Compare(b.Count, a.Count) })
	for _, row := range rows[1:] {
		cost, _ := strconv.ParseFloat(row[1], 64)
		p := candidate{number: leading(row[0]), votes: leading(row[2]), cost: int64(cost * 100), title: row[3], theme: row[4], district: byName[row[5]]}
		c.proposals = append(c.proposals, p)
	}
	slices.SortStableFunc(c.proposals, func(a, b candidate) int { return cmp.Compare(b.votes, a.votes) })
	left := int64(8_000_000_00)
	winners := int64(0)
	for i := range c.proposals {
		p := &c.proposals[i]
		p.left, p.winner = left, p.cost <= left
		if p.winner {
			left -= p.cost
			winners++
		}
	}
	c.edition = Edition{Project: c.project, Moment: MomentResults, Budget: 8_000_000_00, Spent: 8_000_000_00 - left, Currency: "EUR",
		Proposals: int64(len(c.proposals)), Voters: 4532, Winners: winners, Counted: true}
	return c
}

func mapsKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func leading(s string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(strings.SplitN(s, " ", 2)[0]), 10, 64)
	return n
}

func (c city) card(p ui.Page, pr candidate) ui.Card {
	state := p.Outcome(pr.winner, false)
	return ui.Card{Number: pr.number, Title: pr.title, Href: ProposalHref(p, c.project.Slug, strconv.FormatInt(pr.number, 10), "projet"),
		Districts: []ui.District{pr.district}, Category: pr.theme, Cost: &pr.cost, Currency: "EUR",
		Score: ui.Score{Known: true, Total: pr.votes, Supporters: pr.votes}, State: &state}
}

func (c city) home() HomePage {
	next := Edition{Project: Project{Slug: "toulouse-2027", Title: "Budget participatif 2027"}, Moment: MomentAnalysis, Until: time.Date(2027, 3, 13, 0, 0, 0, 0, time.UTC),
		Budget: 8_500_000_00, Currency: "EUR", Proposals: 412}
	old := c.edition
	old.Title, old.Moment, old.Voters, old.Winners = "Mes idées pour mon quartier 2019", MomentOver, 1494, 14
	return HomePage{Editions: []Edition{c.edition, next, old}}
}

func (c city) show(p ui.Page) ProjectPage {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, p.Zone) }
	pr := ProjectPage{Edition: c.edition, Source: "Pabulib, France_Toulouse_2022.pb",
		Summary: "Les habitants de chaque quartier ont proposé des aménagements ; les services les ont étudiés, et les 199 projets retenus ont été soumis au vote.",
		Steps: []ui.Step{
			{Title: "Dépôt des projets", From: day(2021, 10, 1), To: day(2022, 1, 1), Place: ui.StepPast},
			{Title: "Étude par les services", From: day(2022, 1, 1), To: day(2022, 9, 1), Place: ui.StepPast},
			{Title: "Vote", From: day(2022, 10, 3), To: day(2022, 11, 1), Place: ui.StepPast},
			{Title: "Résultats", From: day(2022, 11, 15), Place: ui.StepHere, Href: p.Href("/projets/toulouse-2022/resultats")},
			{Title: "Réalisation", From: day(2023, 1, 1), To: day(2025, 1, 1), Place: ui.StepFuture},
		}}
	for _, one := range c.proposals[:3] {
		pr.Teaser = append(pr.Teaser, c.card(p, one))
	}
	return pr
}

func (c city) list(p ui.Page, f Filter) ProposalsPage {
	l := ProposalsPage{Project: c.project, All: 199, Found: 199, Filter: f, Orders: []Order{OrderRandom, OrderRecent, OrderCost, OrderVotes}, Themes: c.themes, Next: "cle"}
	for _, d := range c.districts {
		l.Districts = append(l.Districts, ui.Facet{Slug: d.Slug, Name: d.Name, Count: 10})
	}
	if f.Search != "" {
		l.Found, l.Next = 0, ""
		return l
	}
	for i := range 24 {
		l.Cards = append(l.Cards, c.card(p, c.proposals[i*7%199]))
	}
	return l
}

func (c city) proposal(p ui.Page, i int) ProposalPage {
	pr := c.proposals[i]
	return ProposalPage{Project: c.project, Card: c.card(p, pr), Categories: []string{pr.theme}, Author: "Ville de Toulouse", Rank: i + 1, Proposals: 199,
		Winner: pr.winner, Counted: true, Reason: c.reason(p, pr)}
}

func (c city) reason(p ui.Page, pr candidate) string {
	if pr.winner {
		return fmt.Sprintf("Il restait %s, il en coûte %s.", p.Money(pr.left, "EUR"), p.Money(pr.cost, "EUR"))
	}
	return fmt.Sprintf("Il ne restait que %s, il en coûte %s.", p.Money(pr.left, "EUR"), p.Money(pr.cost, "EUR"))
}

func (c city) results(p ui.Page) ResultsPage {
	r := ResultsPage{Project: c.project, Currency: "EUR", Counted: true, Ballots: 4532, Proposals: 199, Winners: c.edition.Winners, Budget: c.edition.Budget,
		Spent: c.edition.Spent, Rule: "Les projets qui ont le plus de votes d'abord, tant que le budget suffit.", Best: c.proposals[0].votes, File: "France_Toulouse_2022.pb",
		Notices: ResultNotices{RefusedCount: 2, Refused: []RefusedLine{{Line: 214, Reason: "Le bulletin nomme le projet 999, qui n'existe pas."}, {Line: 3071, Reason: "Le bulletin nomme deux fois le projet 12."}},
			TiesAdded: []string{"le coût le plus bas", "l'ordre du fichier"}, Official: OfficialDifferent,
			Differences: []Difference{{Title: c.proposals[3].title, Number: "3"}, {Title: c.proposals[150].title, Number: "12", OfficialWinner: true}}}}
	for i := range c.districts {
		g := MoneyGroup{District: &c.districts[i], Proposals: 10}
		for _, pr := range c.proposals {
			if pr.district == c.districts[i] && pr.winner {
				g.Spent += pr.cost
				g.Winners = append(g.Winners, Winner{Title: pr.title, Number: strconv.FormatInt(pr.number, 10), Cost: pr.cost, Score: ui.Score{Known: true, Total: pr.votes}})
			}
		}
		r.Groups = append(r.Groups, g)
	}
	cut := false
	for i, pr := range c.proposals {
		line := ui.ResultLine{Rank: i + 1, Number: pr.number, Title: pr.title, Href: c.card(p, pr).Href, Districts: []ui.District{pr.district}, Cost: pr.cost,
			Score: ui.Score{Known: true, Total: pr.votes}, Winner: pr.winner, Counted: true, Reason: c.reason(p, pr)}
		if !pr.winner && !cut {
			cut = true
			line.Cut = &ui.CutLine{Left: pr.left}
		}
		r.Lines = append(r.Lines, line)
	}
	return r
}

func (c city) rulebook() RulebookPage {
	return RulebookPage{Project: c.project, Version: 1, Since: time.Date(2022, 9, 1, 8, 0, 0, 0, time.UTC), Articles: []Article{
		{Number: 1, Title: "Qui peut voter", Paragraphs: []string{"Toute personne qui habite Toulouse peut voter, sans condition de nationalité."}},
		{Number: 2, Title: "Le bulletin", Paragraphs: []string{"Chaque personne choisit :"}, Items: []string{"au moins un projet ;", "au plus trois projets."}},
		{Number: 3, Title: "Le budget", Paragraphs: []string{"Le budget est de 8 000 000 € pour toute la ville."}},
		{Number: 4, Title: "Le dépouillement", Paragraphs: []string{"Les projets sont classés par nombre de votes. Le premier est retenu, puis le suivant, tant que le budget suffit.", "Quand un projet coûte plus que ce qui reste, on passe au suivant."}},
		{Number: 5, Title: "Les égalités", Paragraphs: []string{"À égalité de votes, le projet le moins cher passe devant ; à coût égal, l'ordre du fichier décide."}},
	}}
}
