package pabulib

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parvis-civic/parvis/tally"
)

// reading is one honest way to understand « 300 000 € et au moins deux projets par quartier, puis le reste aux projets
// les mieux placés de toute la ville », the rule of Toulouse in 2022 as the press gave it.
type reading struct {
	name string
	rule tally.Rule
}

// toulouseReadings gives the ways to read it: an envelope of 300,000 € for each of the 20 districts, or the 400,000 € of the
// city's district files, or no envelope but the promise alone, or both; and, in a district and in the city, to skip a
// project that does not fit, or to stop there.
func toulouseReadings(base tally.Rule, districts []string) []reading {
	var readings []reading
	promise := func(money tally.NoMoney) *tally.Guarantee {
		return &tally.Guarantee{
			PerDistrict: 2, Districts: districts, When: tally.GuaranteeBefore, NoMoney: money, NoProjects: tally.NoProjectsFewer,
			Several: tally.SeveralFirst, None: tally.NoneUnguaranteed, BelowMin: tally.BelowMinimumOut,
		}
	}
	envelopes := func(units tally.Amount, then tally.FitThen) *tally.Parts {
		p := &tally.Parts{
			By: tally.PartsByDistrict, Fit: tally.Fit{Then: then}, Left: tally.LeftCitywide,
			Several: tally.SeveralFirst, None: tally.NoneCitywide,
		}
		for _, d := range districts {
			p.Envelopes = append(p.Envelopes, tally.Envelope{Key: d, Amount: units * 100})
		}
		return p
	}
	add := func(name string, parts *tally.Parts, guarantee *tally.Guarantee, city tally.FitThen) {
		rule := base
		rule.Parts, rule.Guarantee, rule.Fit = parts, guarantee, tally.Fit{Then: city}
		readings = append(readings, reading{name, rule})
	}
	for _, city := range []tally.FitThen{tally.FitSkip, tally.FitStop} {
		for _, money := range []tally.NoMoney{tally.NoMoneyNext, tally.NoMoneyLess} {
			add(fmt.Sprintf("two per district (%s), then %s", money, city), nil, promise(money), city)
		}
		for _, units := range []tally.Amount{300_000, 400_000} {
			for _, district := range []tally.FitThen{tally.FitSkip, tally.FitStop} {
				name := fmt.Sprintf("%s € per district (%s), then %s", units*100, district, city)
				add(name, envelopes(units, district), nil, city)
				add(name+", two promised", envelopes(units, district), promise(tally.NoMoneyNext), city)
			}
		}
	}
	return readings
}

// Rules in prose do not determine their result: this is why a tally.Rule must answer every question.
func TestOneRuleInProseGivesToulouseFrom74To120Winners(t *testing.T) {
	r, base, _, totals := count(t, filepath.Join(corpus, "France_Toulouse_2022.pb"))
	var districts []string
	for _, p := range r.Projects {
		districts = append(districts, p.Districts...)
	}
	slices.Sort(districts)
	districts = slices.Compact(districts)
	if len(districts) != 20 {
		t.Fatalf("%d districts, want 20", len(districts))
	}
	ties := [][]tally.TieBreak{{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, {{By: tally.TieOrder}}}
	for seed := range 20 {
		ties = append(ties, []tally.TieBreak{{By: tally.TieLots, Seed: fmt.Sprint(seed)}})
	}
	fewest, most, announced := len(r.Projects), 0, false
	for _, reading := range toulouseReadings(base, districts) {
		low, high := len(r.Projects), 0
		for _, order := range ties {
			reading.rule.Ties = order
			result, err := tally.Decide(reading.rule, r.Candidates(), totals)
			if err != nil {
				t.Fatal(err)
			}
			n := len(result.Winners)
			low, high, announced = min(low, n), max(high, n), announced || n == 83
		}
		t.Logf("%3d to %3d winners: %s", low, high, reading.name)
		fewest, most = min(fewest, low), max(most, high)
	}
	if fewest != 74 || most != 120 {
		t.Errorf("from %d to %d winners, want 74 to 120", fewest, most)
	}
	if !announced {
		t.Error("no reading gives the 83 winners that the city announced")
	}
}
