package rulebook

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

func chosen(projects ...int) []tally.Choice {
	var out []tally.Choice
	for _, p := range projects {
		out = append(out, tally.Choice{Project: p})
	}
	return out
}

func TestBallotsAreCheckedAgainstTheirShape(t *testing.T) {
	costs := []tally.Amount{euros(10_000), euros(20_000), euros(30_000), math.MaxInt64}
	simple := Shape{Kind: Simple, Min: 2, Max: 3}
	basket := Shape{Kind: Basket, Min: 1}
	points := Shape{Kind: Cumulative, Min: 1, MinPoints: 3, MaxPoints: 5, MaxPerProject: 4}
	for _, c := range []struct {
		name    string
		shape   Shape
		choices []tally.Choice
		want    string
	}{
		{"two of two to three", simple, chosen(0, 1), ""},
		{"none", simple, nil, "Il en faut au moins 2 : choisissez encore 2 projets."},
		{"one", simple, chosen(1), "Il en faut au moins 2 : choisissez encore 1 projet."},
		{"four", simple, chosen(0, 1, 2, 3), "Vous avez choisi 4 projets, le maximum est de 3. Retirez 1 projet."},
		{"twice", simple, chosen(0, 0), "Le même projet est deux fois dans votre bulletin. Retirez-le une fois."},
		{"elsewhere", simple, chosen(0, 9), "Un projet de votre bulletin n’est pas soumis à ce vote. Retirez-le."},
		{"elsewhere and too few", simple, chosen(-1), "Un projet de votre bulletin n’est pas soumis à ce vote. Retirez-le. Il en faut au moins 2 : choisissez encore 1 projet."},
		{"a basket that fits exactly", basket, chosen(1, 2), ""},
		{"a basket over", basket, chosen(0, 1, 2), "Votre sélection coûte 60 000 €, et le budget est de 50 000 €. Retirez des projets pour 10 000 € au moins."},
		{"a ranking of three", Shape{Kind: Ranking, Min: 3, Max: 3}, chosen(2, 0, 1), ""},
		{"points", points, []tally.Choice{{Project: 0, Points: 4}, {Project: 1, Points: 1}}, ""},
		{"no point", points, []tally.Choice{{Project: 0, Points: 4}, {Project: 1}}, "Donnez au moins un point à chaque projet de votre bulletin, ou retirez-le."},
		{"negative points do not pay for others", points, []tally.Choice{{Project: 0, Points: 4}, {Project: 1, Points: 4}, {Project: 2, Points: -3}},
			"Donnez au moins un point à chaque projet de votre bulletin, ou retirez-le. Vous avez donné 8 points, le maximum est de 5. Retirez 3 points."},
		{"all on one", points, []tally.Choice{{Project: 0, Points: 5}}, "Vous avez donné 5 points à un projet, le maximum est de 4 points."},
		{"too few points", points, []tally.Choice{{Project: 0, Points: 2}}, "Il faut donner au moins 3 points : donnez encore 1 point."},
	} {
		err := c.shape.CheckBallot(c.choices, costs, i18n.Amount{Hundredths: int64(euros(50_000)), Currency: "EUR"})
		got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(i18n.For(i18n.FR, nil).Fault(err))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestSumsOfABallotDoNotWrap(t *testing.T) {
	costs := []tally.Amount{math.MaxInt64, math.MaxInt64}
	if (Shape{Kind: Basket}).CheckBallot(chosen(0, 1), costs, i18n.Amount{Hundredths: 1, Currency: "EUR"}) == nil {
		t.Error("two enormous costs fit")
	}
	huge := []tally.Choice{{Project: 0, Points: math.MaxInt64}, {Project: 1, Points: math.MaxInt64}}
	if (Shape{Kind: Cumulative, MaxPoints: 5}).CheckBallot(huge, costs, i18n.Amount{}) == nil {
		t.Error("two enormous gifts of points are allowed")
	}
}
