package rulebook

import "github.com/parvis-civic/parvis/tally"

// euros are whole units in hundredths.
func euros(n int64) tally.Amount { return tally.Amount(n * 100) }

// smallTown is the rulebook of a town of a few thousand people: three projects each, most votes first.
func smallTown() Rulebook {
	residents := Who{MinimumAge: 11, Residence: Residence{In: InCity}, Kinds: []Kind{KindPerson}}
	return Rulebook{
		Format: Format, Currency: "EUR",
		Deposit: &Deposit{
			Who: residents, PerPerson: 1, MaximumCost: euros(15_000), Months: 12, Barred: []Barred{BarredElected},
			Running: Running{Kind: RunningNoDirect},
		},
		Vote: Vote{Who: &residents, Ballot: Shape{Kind: Simple, Min: 1, Max: 3}, Totals: Totals{During: Hidden}},
		Count: tally.Rule{
			Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: euros(41_000),
			Fit: tally.Fit{Then: tally.FitSkip}, DropOut: tally.DropOutNext,
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}},
		},
	}
}

// largeTown shares its money by district, promises two projects to each, and draws lots.
func largeTown() Rulebook {
	keys := []string{"capitole", "minimes", "rangueil"}
	return Rulebook{
		Format: Format, Currency: "EUR",
		Districts: []Named{
			{Key: "capitole", Name: "Capitole, Arnaud-Bernard, Carmes"}, {Key: "minimes", Name: "Minimes"},
			{Key: "rangueil", Name: "Rangueil"},
		},
		Deposit: &Deposit{
			Who:         Who{Residence: Residence{In: Anywhere}, Kinds: []Kind{KindPerson, KindAssociation, KindSchool}},
			Barred:      []Barred{BarredElected, BarredStaff, BarredParty},
			MaximumCost: euros(400_000), Months: 24, Running: Running{Kind: RunningInduced, PerYear: euros(5_000)},
		},
		Vote: Vote{
			Who: &Who{
				MinimumAge: 16, Residence: Residence{In: InPostcodes, Values: []string{"31000", "31400", "31500"}},
				Kinds: []Kind{KindPerson},
			},
			Ballot: Shape{Kind: Basket, Min: 1, Max: 10}, Totals: Totals{During: InBatches, Every: 100},
		},
		Count: tally.Rule{
			Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: euros(1_200_000),
			Minimum: tally.Minimum{Total: 50, Supporters: 40, BallotsShare: 2}, Fit: tally.Fit{Then: tally.FitSkip},
			Parts: &tally.Parts{
				By: tally.PartsByDistrict, Fit: tally.Fit{Then: tally.FitStop}, Left: tally.LeftCitywide,
				Envelopes: []tally.Envelope{
					{Key: "capitole", Amount: euros(300_000)}, {Key: "minimes", Amount: euros(300_000)},
					{Key: "rangueil", Amount: euros(350_000)},
				},
				Several: tally.SeveralFirst, None: tally.NoneCitywide,
			},
			Guarantee: &tally.Guarantee{
				PerDistrict: 2, Districts: keys, When: tally.GuaranteeBefore, NoMoney: tally.NoMoneyNext,
				NoProjects: tally.NoProjectsFewer, Several: tally.SeveralEach, None: tally.NoneUnguaranteed,
				BelowMin: tally.BelowMinimumOut,
			},
			Exclusive: [][]string{{"12", "47"}},
			Ties: []tally.TieBreak{
				{By: tally.TieSupporters}, {By: tally.TieLowerCost}, {By: tally.TieLots, Seed: "4 8 15 16 23 42"},
			},
			DropOut: tally.DropOutDistrict,
		},
		Articles: []CityArticle{{
			Title: Text{FR: "Le comité de suivi", EN: "The follow-up committee"},
			Body:  Text{FR: "Douze personnes tirées au sort suivent les travaux.\n\nElles se réunissent deux fois par an.", EN: "Twelve people drawn by lot follow the works.\n\nThey meet twice a year."},
		}},
	}
}

// krakow is a ranking of exactly three, as it comes from a file that says nothing of ties.
func krakow() Rulebook {
	return Rulebook{
		Format: Format, Currency: "PLN",
		Vote: Vote{Ballot: Shape{Kind: Ranking, Min: 3, Max: 3}},
		Count: tally.Rule{
			Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByRank, Weights: []int64{3, 2, 1}}, Budget: euros(9_200_000),
			Fit: tally.Fit{Then: tally.FitSkip}, DropOut: tally.DropOutNobody,
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}},
		},
		Imported: &Import{Source: "greedy", Added: []Field{FieldTies, FieldDropOut, FieldExclusive}},
	}
}

// poznan stops at the first project that does not fit, and completes it from a reserve.
func poznan() Rulebook {
	r := krakow()
	r.Vote.Ballot = Shape{Kind: Simple, Min: 1}
	r.Count.Scoring = tally.Scoring{By: tally.ByChoice}
	r.Count.Budget = tally.Amount(1_140_000_50)
	r.Count.Fit = tally.Fit{Then: tally.FitReserve, Reserve: 80}
	r.Imported.Source = "greedy-custom"
	return r
}

// warsaw has two rights, points, a guarantee after the rest and envelopes by category.
func warsaw() Rulebook {
	r := largeTown()
	r.Currency = "PLN"
	r.Categories = []Named{{Key: "green", Name: "Espaces verts"}}
	points := Shape{Kind: Cumulative, Min: 1, MinPoints: 5, MaxPoints: 10, MaxPerProject: 5, Max: 4}
	exact := Shape{Kind: Cumulative, Min: 1, MinPoints: 3, MaxPoints: 3}
	r.Vote.Ballot, r.Vote.District = points, &DistrictRight{Choice: AnyDistrict, Ballot: exact}
	r.Deposit.Who.Residence = Residence{In: InDistricts, Values: []string{"minimes"}}
	r.Deposit.Running, r.Deposit.PerPerson = Running{Kind: RunningAllowed}, 3
	r.Count.Scoring = tally.Scoring{By: tally.ByPoints}
	r.Count.Minimum = tally.Minimum{Total: 50}
	r.Count.Parts = &tally.Parts{
		By: tally.PartsByCategory, Fit: r.Count.Fit, Left: tally.LeftUnspent, Several: tally.SeveralCitywide, None: tally.NoneExcluded,
		Envelopes: []tally.Envelope{{Key: "green", Amount: euros(200_000)}},
	}
	r.Count.Guarantee.When, r.Count.Guarantee.HeldBack = tally.GuaranteeAfter, euros(100_000)
	r.Count.Guarantee.BelowMin, r.Count.Guarantee.Several = tally.BelowMinimumIn, tally.SeveralCitywide
	r.Count.Guarantee.NoMoney = tally.NoMoneyLess
	r.Count.DropOut = tally.DropOutNobody
	return r
}

// wieliczka was counted by a method that is not built yet.
func wieliczka() Rulebook {
	r := poznan()
	r.Count.Method, r.Count.Fit = tally.MethodEqualShares, tally.Fit{Then: tally.FitSkip}
	r.Imported.Source = "equalshares/add1"
	return r
}

// fixtures are rulebooks that are valid.
func fixtures() map[string]Rulebook {
	return map[string]Rulebook{
		"small_town": smallTown(), "large_town": largeTown(), "krakow": krakow(), "poznan": poznan(), "warsaw": warsaw(),
		"wieliczka": wieliczka(),
	}
}
