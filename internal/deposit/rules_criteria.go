package deposit

import (
	"slices"

	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Criterion is what the règlement asks of a proposal or of who deposits it, as a question in plain words. Its sentences are
// the translations "deposit.criterion.KEY…", or the organiser's own.
type Criterion struct {
	Key    CriterionKey
	Wanted string // the answer that fits: Yes or No
	// Excludes says that whoever answers otherwise may not deposit. Otherwise the proposal only seems to be outside: the
	// services will tell, and one may deposit all the same.
	Excludes bool
	Amount   int64             // hundredths, of Induced and TooDear
	Count    int               // months
	Values   []string          // postcodes, or the names of districts
	Barred   []rulebook.Barred // of those who may not
	Own      *Asked            // the organiser's words and article; nil: one of the règlement's
}

// CriterionKey names a criterion.
type CriterionKey string

// The criteria.
const (
	LivesIn    CriterionKey = "lives_in"   // in the city
	LivesAt    CriterionKey = "lives_at"   // in one of the postcodes
	LivesNear  CriterionKey = "lives_near" // in one of the districts
	NotBarred  CriterionKey = "barred"     // is one of those who may not
	Investment CriterionKey = "investment" // it needs direct running costs
	Induced    CriterionKey = "induced"    // it costs more than so much a year afterwards
	InTime     CriterionKey = "in_time"    // it can be built within so many months
	TooDear    CriterionKey = "maximum"    // its cost is above the maximum: told from the cost, not asked
)

// The answers.
const (
	Yes    = "yes"
	No     = "no"
	Unsure = "unsure"
)

// Criteria are the questions of a règlement, first those about the person, then those that the organiser adds.
func (s Setting) Criteria() []Criterion {
	list := s.ruled()
	for _, a := range s.Form.AskedCriteria() {
		list = append(list, a.criterion())
	}
	return list
}

// reserved are the keys of the règlement's criteria, which no other can have.
var reserved = []CriterionKey{LivesIn, LivesAt, LivesNear, NotBarred, Investment, Induced, InTime, TooDear}

// ruled are the questions of the règlement itself.
func (s Setting) ruled() []Criterion {
	d := s.Book.Deposit
	if d == nil {
		return nil
	}
	var list []Criterion
	switch d.Who.Residence.In {
	case rulebook.InCity:
		list = append(list, Criterion{Key: LivesIn, Wanted: Yes, Excludes: true})
	case rulebook.InPostcodes:
		list = append(list, Criterion{Key: LivesAt, Wanted: Yes, Excludes: true, Values: d.Who.Residence.Values})
	case rulebook.InDistricts:
		list = append(list, Criterion{Key: LivesNear, Wanted: Yes, Excludes: true, Values: s.districtNames(d.Who.Residence.Values)})
	}
	if len(d.Barred) > 0 {
		list = append(list, Criterion{Key: NotBarred, Wanted: No, Excludes: true, Barred: d.Barred})
	}
	if d.Running.Kind != rulebook.RunningAllowed {
		list = append(list, Criterion{Key: Investment, Wanted: No})
	}
	if d.Running.Kind == rulebook.RunningInduced {
		list = append(list, Criterion{Key: Induced, Wanted: No, Amount: int64(d.Running.PerYear)})
	}
	if d.Months > 0 {
		list = append(list, Criterion{Key: InTime, Wanted: Yes, Count: d.Months})
	}
	return list
}

func (s Setting) districtNames(keys []string) []string {
	list := slices.Clone(keys)
	for i, key := range keys {
		for _, named := range s.Book.Districts {
			if named.Key == key {
				list[i] = named.Name
			}
		}
	}
	return list
}

// MinimumAge is the age that one must have, in years; 0 is none.
func (s Setting) MinimumAge() int {
	if s.Book.Deposit == nil {
		return 0
	}
	return s.Book.Deposit.Who.MinimumAge
}

// Ages are the answers to the question of one's age.
func (s Setting) Ages() []Age {
	var ages []Age
	if s.MinimumAge() > 0 {
		ages = append(ages, AgeBelow)
	}
	if s.MinimumAge() < ConsentAge {
		ages = append(ages, AgeYoung)
	}
	return append(ages, AgeAdult)
}

// Outside gives the criteria that a content seems not to meet, though they exclude nobody: what is said beside « vous pouvez
// déposer quand même ».
func (s Setting) Outside(c Content) []Criterion {
	var list []Criterion
	for _, k := range s.Criteria() {
		if answer := c.Criteria[string(k.Key)]; !k.Excludes && answer != "" && answer != Unsure && answer != k.Wanted {
			list = append(list, k)
		}
	}
	if cost, ok := ParseCost(c.Cost); ok && s.Form.Cost.Asked() && s.Book.Deposit != nil {
		if most := s.Book.Deposit.MaximumCost; most > 0 && cost > int64(most) {
			list = append(list, Criterion{Key: TooDear, Amount: int64(most)})
		}
	}
	return list
}

// criteria refuses whoever the règlement excludes, and asks for what was not answered.
func (c *check) criteria(content Content) {
	for _, k := range c.Criteria() {
		answer, field := content.Criteria[string(k.Key)], k.Field()
		switch {
		case answer == "" && k.Optional():
		case answer != Yes && answer != No && (answer != Unsure || k.Excludes):
			c.refuse(field, "fault.deposit.criterion")
		case k.Excludes && answer != k.Wanted:
			c.refuse(field, "fault.deposit.excluded."+string(k.Key), "Names", k.Values)
		}
	}
	if ages := c.Ages(); len(ages) > 1 {
		switch {
		case !slices.Contains(ages, content.Age):
			c.refuse("age", "fault.deposit.age")
		case content.Age == AgeBelow:
			c.refuse("age", "fault.deposit.excluded.age", "Count", c.MinimumAge())
		}
	}
}

// Field is the name of a criterion's field.
func (k Criterion) Field() string { return "c-" + string(k.Key) }
