package ballot

import (
	"slices"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Declared is what somebody says of themselves on their honour, to vote: only what the rulebook asks. None of it is kept
// but the district, and that only where the rules ask for it.
type Declared struct {
	OfAge    bool          // has the age that the rules ask
	Lives    bool          // lives where the rules ask: in the city, or in one of the postcodes
	District string        // slug of the district that they live in
	Kind     rulebook.Kind // what they vote as; empty: a person
}

// Asked says what a vote asks of somebody, each as a question of the page.
type Asked struct {
	Age       int             // "have you got so many years"; 0: not asked
	City      bool            // "do you live in the city"
	Postcodes []string        // "is your postcode one of these"
	Home      bool            // "in which district do you live"
	Districts []string        // those in which one must live; empty: any
	Kinds     []rulebook.Kind // "what do you vote as", when there are several answers
}

// Nothing says that nobody is asked anything.
func (a Asked) Nothing() bool {
	return a.Age == 0 && !a.City && len(a.Postcodes) == 0 && !a.Home && len(a.Kinds) == 0
}

// Asks gives what the rules of a vote ask.
func Asks(v rulebook.Vote) Asked {
	var a Asked
	if v.Who == nil {
		return a
	}
	a.Age = v.Who.MinimumAge
	switch r := v.Who.Residence; r.In {
	case rulebook.InCity:
		a.City = true
	case rulebook.InPostcodes:
		a.Postcodes = r.Values
	case rulebook.InDistricts:
		a.Home, a.Districts = true, r.Values
	}
	if v.District != nil && v.District.Choice == rulebook.HomeDistrict {
		a.Home, a.City = true, false // who names their district lives in the city
	}
	if len(v.Who.Kinds) > 1 {
		a.Kinds = v.Who.Kinds
	}
	return a
}

// Admit says whether somebody who declares that may vote: fault invalid with every reason at once, each with its field
// ("age", "home", "lives", "kind").
func (a Asked) Admit(d Declared) error {
	var found []*fault.Error
	no := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.vote."+key, pairs...).In(field))
	}
	if a.Age > 0 && !d.OfAge {
		no("age", "age", "Count", a.Age)
	}
	if a.City && !d.Lives {
		no("lives", "city")
	}
	if len(a.Postcodes) > 0 && !d.Lives {
		no("lives", "postcode", "List", a.Postcodes)
	}
	switch {
	case a.Home && d.District == "":
		no("home", "home")
	case a.Home && len(a.Districts) > 0 && !slices.Contains(a.Districts, d.District):
		no("home", "home_elsewhere")
	}
	if len(a.Kinds) > 0 && !slices.Contains(a.Kinds, d.Kind) {
		no("kind", "kind")
	}
	return fault.All(found)
}
