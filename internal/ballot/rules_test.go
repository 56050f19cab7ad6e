package ballot

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// said is a fault as a resident reads it, with plain spaces.
func said(err error) string {
	if err == nil {
		return ""
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(i18n.For(i18n.FR, nil).Fault(err))
}

// paper is a vote on five projects of 10 to 50 thousand euros: 1 and 2 in the north, 3 and 4 in the south, 5 for the city.
func paper(shape rulebook.Shape, budget int64) Paper {
	p := Paper{Rules: rulebook.Rulebook{Currency: "EUR", Vote: rulebook.Vote{Ballot: shape}, Count: tally.Rule{Budget: tally.Amount(budget * 100)}}}
	for n, home := range []string{"nord", "nord", "sud", "sud", ""} {
		item := proposal.Choosable{Number: n + 1, Title: "P" + string(rune('1'+n)), Cost: int64(n+1) * 10_000_00}
		if home != "" {
			item.Districts = []string{home}
		}
		p.Items = append(p.Items, item)
	}
	return p
}

func numbers(list ...int) []Choice {
	var out []Choice
	for _, n := range list {
		out = append(out, Choice{Number: n})
	}
	return out
}

func TestWhatIsAddedMustFit(t *testing.T) {
	basket := paper(rulebook.Shape{Kind: rulebook.Basket, Min: 1, Max: 3}, 60_000)
	simple := paper(rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 1}, 60_000)
	points := paper(rulebook.Shape{Kind: rulebook.Cumulative, MaxPoints: 1}, 60_000)
	tight := paper(rulebook.Shape{Kind: rulebook.Basket, Min: 1}, 45_000)
	for _, c := range []struct {
		name   string
		paper  Paper
		have   []Choice
		number int
		want   string
	}{
		{"what fits", basket, numbers(1), 5, ""},
		{"what is there already", basket, numbers(1, 2, 3), 2, ""},
		{"what is not in the vote", basket, nil, 9, "Ce projet n’est pas soumis au vote. Votre sélection n’a pas changé."},
		{"one too many", basket, numbers(1, 2, 3), 4, "Vous avez déjà choisi 3 projets, le maximum. Pour ajouter « P4 », retirez-en un autre."},
		{"the only one", simple, numbers(1), 2, "Vous avez déjà choisi 1 projet, le maximum. Pour ajouter « P2 », retirez l’autre."},
		{"what costs too much: the cheapest that is enough goes", basket, numbers(1, 3), 4, "« P4 » coûte 40 000 €, et il vous reste 20 000 €. Pour l’ajouter, retirez par exemple P3."},
		{"what needs two to go: the dearest, as few as do", tight, numbers(2, 1), 4, "« P4 » coûte 40 000 €, et il vous reste 15 000 €. Pour l’ajouter, retirez par exemple P2 et P1."},
		{"what nothing makes room for", tight, numbers(1), 5, "« P5 » coûte 50 000 €, plus que tout le budget de votre vote : 45 000 €."},
		{"without a point left", points, []Choice{{Number: 1, Points: 1}}, 2, "Vous n’avez que 1 point à donner. Retirez-en à un autre projet avant d’en donner à « P2 »."},
	} {
		got, err := c.paper.Add(c.have, "", c.number)
		if said(err) != c.want {
			t.Errorf("%s: %q, want %q", c.name, said(err), c.want)
		}
		if err != nil && len(got) != len(c.have) {
			t.Errorf("%s: the selection is changed to %v", c.name, got)
		}
	}
}

func TestTwoRightsAreCheckedEachByItsOwnRules(t *testing.T) {
	p := paper(rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 1}, 60_000)
	p.Rules.Vote.District = &rulebook.DistrictRight{Choice: rulebook.HomeDistrict, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 2, Max: 2}}
	for _, c := range []struct {
		name     string
		choices  []Choice
		district string
		want     string
	}{
		{"both rights", numbers(5, 1, 2), "nord", ""},
		{"the city's alone", numbers(5), "nord", ""},
		{"the district's alone", numbers(1, 2), "nord", ""},
		{"neither", nil, "nord", "Il en faut au moins 1 : choisissez encore 1 projet."},
		{"too few for the district", numbers(5, 1), "nord", "Il en faut au moins 2 : choisissez encore 1 projet."},
		{"another district's", numbers(5, 3), "nord", "« P3 » est un projet d’un autre quartier que celui pour lequel vous votez."},
		{"a district's, without saying which", numbers(5, 3), "", "« P3 » est un projet d’un autre quartier que celui pour lequel vous votez."},
	} {
		if got := said(p.Check(c.choices, c.district)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if _, err := p.Add(nil, "", 1); said(err) != "« P1 » est le projet d’un quartier. Dites d’abord pour quel quartier vous votez, en haut de la page." {
		t.Error(said(err))
	}
}

// Whatever somebody taps, a selection never breaks the limits that the ballot is checked against.
func TestASelectionNeverPassesALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]rulebook.ShapeKind{rulebook.Simple, rulebook.Basket, rulebook.Ranking, rulebook.Cumulative}).Draw(t, "kind")
		shape := rulebook.Shape{Kind: kind, Max: rapid.IntRange(1, 4).Draw(t, "max")}
		if kind == rulebook.Cumulative {
			shape.MaxPoints, shape.MaxPerProject = rapid.Int64Range(1, 6).Draw(t, "points"), rapid.Int64Range(0, 4).Draw(t, "each")
		}
		p := paper(shape, rapid.Int64Range(5, 90).Draw(t, "budget")*1000)
		var have []Choice
		for range rapid.IntRange(1, 20).Draw(t, "taps") {
			n := rapid.IntRange(0, 6).Draw(t, "number")
			switch rapid.SampledFrom([]string{"add", "remove", "up", "give"}).Draw(t, "do") {
			case "add":
				have, _ = p.Add(have, "", n)
			case "remove":
				have = Remove(have, n)
			case "up":
				have = Move(have, n, true)
			case "give":
				if kind == rulebook.Cumulative {
					have, _ = p.Give(have, "", n, rapid.Int64Range(-1, 9).Draw(t, "gift"))
				}
			}
			if err := p.Check(have, ""); err != nil {
				t.Fatalf("%v after a tap: %s", have, said(err))
			}
		}
	})
}

func TestWhoMayVoteIsAskedOnlyWhatTheRulesAsk(t *testing.T) {
	person := []rulebook.Kind{rulebook.KindPerson}
	for _, c := range []struct {
		name     string
		who      rulebook.Who
		declared Declared
		nothing  bool
		want     string
	}{
		{"anybody", rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: person}, Declared{}, true, ""},
		{"of an age", rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: person}, Declared{OfAge: true}, false, ""},
		{"too young", rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: person}, Declared{Lives: true}, false,
			"Pour voter, il faut avoir au moins 11 ans. Si c’est le cas, cochez la case."},
		{"neither of age nor from here", rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: person}, Declared{}, false,
			"Pour voter, il faut avoir au moins 11 ans. Si c’est le cas, cochez la case. Pour voter, il faut habiter la commune. Si c’est le cas, cochez la case."},
		{"of a postcode", rulebook.Who{Residence: rulebook.Residence{In: rulebook.InPostcodes, Values: []string{"35000", "35200"}}, Kinds: person}, Declared{}, false,
			"Pour voter, il faut habiter l’un de ces codes postaux : 35000 et 35200. Si c’est le cas, cochez la case."},
		{"of a district", rulebook.Who{Residence: rulebook.Residence{In: rulebook.InDistricts, Values: []string{"nord"}}, Kinds: person}, Declared{District: "nord"}, false, ""},
		{"of another", rulebook.Who{Residence: rulebook.Residence{In: rulebook.InDistricts, Values: []string{"nord"}}, Kinds: person}, Declared{District: "sud"}, false,
			"Ce vote est réservé à d’autres quartiers que celui que vous avez choisi."},
		{"a kind that is not admitted", rulebook.Who{Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindSchool}}, Declared{Kind: rulebook.KindBusiness}, false,
			"Dites en tant que quoi vous votez."},
	} {
		asked := Asks(rulebook.Vote{Who: &c.who})
		if got := said(asked.Admit(c.declared)); got != c.want || asked.Nothing() != c.nothing {
			t.Errorf("%s: %q, want %q; nothing is asked: %v", c.name, got, c.want, asked.Nothing())
		}
	}
}
