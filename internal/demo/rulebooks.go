package demo

import (
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

func euros(n int64) tally.Amount { return tally.Amount(n * 100) }

// The four editions differ in their rules, so that each kind of vote can be seen.

func common(districts, categories []rulebook.Named) rulebook.Rulebook {
	residents := rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}
	return rulebook.Rulebook{
		Format: rulebook.Format, Currency: "EUR", Districts: districts, Categories: categories,
		Deposit: &rulebook.Deposit{
			Who:       rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindAssociation, rulebook.KindCollective}},
			Barred:    []rulebook.Barred{rulebook.BarredElected, rulebook.BarredStaff, rulebook.BarredParty, rulebook.BarredReligious, rulebook.BarredBusiness},
			PerPerson: 3, Months: 24, Running: rulebook.Running{Kind: rulebook.RunningInduced, PerYear: euros(5_000)},
		},
		Vote: rulebook.Vote{Who: &residents, Totals: rulebook.Totals{During: rulebook.Hidden}},
		Count: tally.Rule{
			Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Fit: tally.Fit{Then: tally.FitSkip},
			Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext,
		},
	}
}

func keys(list []rulebook.Named) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.Key
	}
	return out
}

// homed asks voters in which district they live: their number in each is counted apart from the ballots.
func homed(b *rulebook.Rulebook) {
	who := *b.Vote.Who
	who.Residence = rulebook.Residence{In: rulebook.InDistricts, Values: keys(b.Districts)}
	b.Vote.Who = &who
}

// ofThePast: five projects each, and one winner at least in every district.
func ofThePast(b rulebook.Rulebook) rulebook.Rulebook {
	homed(&b)
	b.Deposit.MaximumCost = euros(150_000)
	b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 5}
	b.Count.Budget = euros(1_200_000)
	b.Count.Minimum = tally.Minimum{Supporters: 100}
	b.Count.Guarantee = &tally.Guarantee{
		PerDistrict: 1, Districts: keys(b.Districts), When: tally.GuaranteeBefore, NoMoney: tally.NoMoneyNext, NoProjects: tally.NoProjectsFewer,
		Several: tally.SeveralFirst, None: tally.NoneUnguaranteed, BelowMin: tally.BelowMinimumOut,
	}
	b.Count.Ties = []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieLots, Seed: "7 12 19 23 31 40"}}
	b.Count.DropOut = tally.DropOutDistrict
	b.Articles = []rulebook.CityArticle{{
		Title: rulebook.Text{FR: "Le comité de suivi", EN: "The follow-up committee"},
		Body: rulebook.Text{
			FR: "Douze personnes tirées au sort, une par quartier, suivent les travaux avec les services.\n\nElles se réunissent tous les trois mois. Leurs comptes rendus sont publics, goûter compris.",
			EN: "Twelve people drawn by lot, one per district, follow the works with the services.\n\nThey meet every three months. Their minutes are public, refreshments included.",
		},
	}}
	return b
}

// ofTheVote: a basket that must fit the envelope.
func ofTheVote(b rulebook.Rulebook) rulebook.Rulebook {
	homed(&b)
	b.Deposit.MaximumCost, b.Deposit.Running = euros(400_000), rulebook.Running{Kind: rulebook.RunningAllowed}
	b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Basket, Min: 1, Max: 10}
	b.Count.Budget = euros(1_500_000)
	b.Count.Minimum = tally.Minimum{BallotsShare: 3}
	b.Count.Fit = tally.Fit{Then: tally.FitStop}
	b.Articles = []rulebook.CityArticle{{
		Title: rulebook.Text{FR: "Voter sans Internet", EN: "Voting without the Internet"},
		Body: rulebook.Text{
			FR: "Une urne fait le tour des douze quartiers, au marché et dans les maisons de quartier. On vote une seule fois : sur papier ou en ligne.",
			EN: "A ballot box travels through the twelve districts, to markets and community houses. One votes once: on paper or online.",
		},
	}}
	return b
}

// ofTheYoung: three projects in order, worth 5, 3 and 1 points, and money set aside for three categories.
func ofTheYoung(b rulebook.Rulebook) rulebook.Rulebook {
	young := rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.Anywhere}, Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindSchool}}
	b.Deposit.Who, b.Deposit.PerPerson, b.Deposit.MaximumCost, b.Deposit.Months = young, 2, euros(80_000), 12
	b.Deposit.Running = rulebook.Running{Kind: rulebook.RunningNoDirect}
	b.Vote.Who = &rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}
	b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Ranking, Min: 1, Max: 3}
	b.Count.Scoring = tally.Scoring{By: tally.ByRank, Weights: []int64{5, 3, 1}}
	b.Count.Budget = euros(260_000)
	b.Count.Parts = &tally.Parts{
		By: tally.PartsByCategory, Fit: tally.Fit{Then: tally.FitSkip}, Left: tally.LeftCitywide, Several: tally.SeveralFirst, None: tally.NoneCitywide,
		Envelopes: []tally.Envelope{{Key: "sport", Amount: euros(80_000)}, {Key: "culture", Amount: euros(60_000)}, {Key: "ecole", Amount: euros(40_000)}},
	}
	b.Count.Ties = []tally.TieBreak{{By: tally.TieSupporters}, {By: tally.TieLowerCost}, {By: tally.TieOrder}}
	b.Articles = []rulebook.CityArticle{{
		Title: rulebook.Text{FR: "Avoir moins de dix-huit ans", EN: "Being under eighteen"},
		Body: rulebook.Text{
			FR: "On propose et on vote de onze à dix-huit ans. L’âge se dit sur l’honneur, et personne n’en garde la trace.",
			EN: "One proposes and votes from eleven to eighteen. Age is stated on one’s honour, and nobody keeps a record of it.",
		},
	}, {
		Title: rulebook.Text{FR: "Sans danger", EN: "Without danger"},
		Body: rulebook.Text{
			FR: "Un projet ne met personne en danger, là où il est proposé. Un service de la ville le vérifie sur place.",
			EN: "A project puts nobody in danger where it is proposed. A service of the city checks that on site.",
		},
	}}
	return b
}

// ofTheDeposit: an envelope for each district, and a ballot for the city beside the one for one's own district.
func ofTheDeposit(b rulebook.Rulebook) rulebook.Rulebook {
	b.Deposit.MaximumCost = euros(200_000)
	b.Vote.Ballot = rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3}
	b.Vote.District = &rulebook.DistrictRight{Choice: rulebook.AnyDistrict, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3}}
	b.Vote.Totals = rulebook.Totals{During: rulebook.Hidden}
	b.Count.Budget = euros(1_600_000)
	parts := &tally.Parts{By: tally.PartsByDistrict, Fit: tally.Fit{Then: tally.FitSkip}, Left: tally.LeftCitywide, Several: tally.SeveralFirst, None: tally.NoneCitywide}
	for _, d := range b.Districts {
		parts.Envelopes = append(parts.Envelopes, tally.Envelope{Key: d.Key, Amount: euros(80_000)})
	}
	b.Count.Parts = parts
	b.Count.Minimum = tally.Minimum{Supporters: 30}
	b.Count.DropOut = tally.DropOutDistrict
	b.Articles = []rulebook.CityArticle{{
		Title: rulebook.Text{FR: "Une deuxième chance", EN: "A second chance"},
		Body: rulebook.Text{
			FR: "Un projet qui n’a pas été lauréat peut être déposé de nouveau, tel quel ou changé. Son histoire reste lisible.",
			EN: "A proposal that did not win may be submitted again, as it was or changed. Its history stays readable.",
		},
	}}
	return b
}
