// Package rulebook holds the rulebook of an edition: who may deposit and vote, what a ballot looks like, how much money
// there is and how the ballots are counted. The règlement that residents read, the forms, the vote, the count and the API
// all read this one value, so none of them can say something else. It is a leaf: pure, no I/O, no clock.
package rulebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/gowebpki/jcs"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// Format is the version of the document's form. A reader refuses any other.
const Format = 1

// Rulebook is everything that an edition's règlement decides. The money (the whole envelope and its parts by district or
// category) stands in Count alone; Envelope and Citywide read it.
type Rulebook struct {
	Format     int      `json:"format"`
	Currency   string   `json:"currency"` // ISO 4217, of every amount
	Districts  []Named  `json:"districts,omitempty"`
	Categories []Named  `json:"categories,omitempty"`
	Deposit    *Deposit `json:"deposit,omitempty"` // nil only in an imported rulebook
	// Deliberation says that a committee decides and nobody votes: Vote is then empty, and of Count only the money is read.
	Deliberation bool          `json:"deliberation,omitempty"`
	Vote         Vote          `json:"vote"`
	Count        tally.Rule    `json:"count"`
	Lots         *Lots         `json:"lots,omitempty"`     // where the seed of a drawing of lots comes from; nil: Count has it
	Articles     []CityArticle `json:"articles,omitempty"` // what the city adds, numbered after the others
	Imported     *Import       `json:"imported,omitempty"` // set when the rules come from the file of a past election
}

// Lots names the public drawing to come whose numbers draw the lots, so that nobody knows them when the vote opens and the
// city does not choose them: the first one that is held once the vote is over.
type Lots struct {
	Draw string `json:"draw"` // as people know it: "Loto"
}

// Seeded gives the counting rule with what the lots are drawn by. A rule that says so itself, or draws none, stays.
func (r Rulebook) Seeded(seed string) tally.Rule {
	rule := r.Count
	if r.Lots == nil {
		return rule
	}
	rule.Ties = slices.Clone(rule.Ties)
	for i := range rule.Ties {
		if rule.Ties[i].By == tally.TieLots {
			rule.Ties[i].Seed = seed
		}
	}
	return rule
}

// Named is a district or a category: the key that Count and proposals use, and the name that residents read.
type Named struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Who says who may do something. All conditions must hold.
type Who struct {
	MinimumAge int       `json:"minimum_age,omitempty"` // in years; 0 is no age
	Residence  Residence `json:"residence"`
	Kinds      []Kind    `json:"kinds"` // one at least
	// One of these must hold when there is any: the address that was proved is of one of the domains ("univ.example", without
	// "@"), or it is on the list that the organiser keeps beside the rulebook, which names nobody.
	Domains []string `json:"domains,omitempty"`
	Listed  bool     `json:"listed,omitempty"`
}

// Residence says where one must live.
type Residence struct {
	In     ResidenceIn `json:"in"`
	Values []string    `json:"values,omitempty"` // keys of districts, or postcodes
}

// ResidenceIn is the kind of Residence.
type ResidenceIn string

// Where one must live.
const (
	Anywhere    ResidenceIn = "anywhere"
	InCity      ResidenceIn = "city"
	InDistricts ResidenceIn = "districts"
	InPostcodes ResidenceIn = "postcodes"
)

// Kind is a kind of participant.
type Kind string

// The kinds of participant.
const (
	KindPerson      Kind = "person"
	KindAssociation Kind = "association"
	KindCollective  Kind = "collective" // residents together, without a legal form
	KindSchool      Kind = "school"
	KindBusiness    Kind = "business"
)

// Deposit says who may deposit which projects.
type Deposit struct {
	Who         Who          `json:"who"`
	Barred      []Barred     `json:"barred,omitempty"`       // who may not, whatever Who says
	PerPerson   int          `json:"per_person,omitempty"`   // projects per person; 0 is no limit
	MaximumCost tally.Amount `json:"maximum_cost,omitempty"` // of one project; 0 is no limit but the envelope
	Months      int          `json:"months,omitempty"`       // to build it, from the proclamation; 0 is no limit
	Running     Running      `json:"running"`
}

// Barred is a kind of participant that may not deposit.
type Barred string

// Who can be barred.
const (
	BarredElected   Barred = "elected"   // elected to the city's council
	BarredStaff     Barred = "staff"     // who analyse the projects
	BarredJury      Barred = "jury"      // members of the edition's committee or jury
	BarredCandidate Barred = "candidate" // in a political election
	BarredParty     Barred = "party"     // political parties
	BarredReligious Barred = "religious" // religious organisations
	BarredBusiness  Barred = "business"  // companies
)

// Running says which running costs a project may have.
type Running struct {
	Kind    RunningKind  `json:"kind"`
	PerYear tally.Amount `json:"per_year,omitempty"` // RunningInduced: the limit
}

// RunningKind is the kind of Running.
type RunningKind string

// Which running costs a project may have.
const (
	RunningNoDirect RunningKind = "no_direct" // an investment; the budget pays no running costs
	RunningInduced  RunningKind = "induced"   // the same, and what it costs afterwards is at most PerYear
	RunningAllowed  RunningKind = "allowed"
)

// Vote says who votes, and how.
type Vote struct {
	Who      *Who           `json:"who,omitempty"`      // nil only in an imported rulebook: the file does not say
	Ballot   Shape          `json:"ballot"`             // the ballot; with District, the one for projects of the whole city
	District *DistrictRight `json:"district,omitempty"` // a second ballot, for the projects of one district
	Totals   Totals         `json:"totals"`
}

// DistrictRight is the right to a second ballot.
type DistrictRight struct {
	Choice DistrictChoice `json:"choice"`
	Ballot Shape          `json:"ballot"`
}

// DistrictChoice is for which district one votes.
type DistrictChoice string

// For which district one votes.
const (
	HomeDistrict DistrictChoice = "home" // where one lives
	AnyDistrict  DistrictChoice = "any"  // one that one chooses
)

// Totals says what is shown of the projects' totals during the vote. An imported vote is over and says nothing.
type Totals struct {
	During During `json:"during,omitempty"`
	Every  int    `json:"every,omitempty"` // InBatches: ballots per batch
}

// During is the kind of Totals.
type During string

// What is shown during the vote.
const (
	Hidden    During = "hidden"  // nothing until the vote closes
	InBatches During = "batches" // totals move by so many ballots at once, so that no ballot can be told from a change
)

// CityArticle is an article that the city writes itself: paragraphs apart by an empty line.
type CityArticle struct {
	Title Text `json:"title"`
	Body  Text `json:"body"`
}

// Text is a text in each language.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en,omitempty"` // empty: shown in French
}

// In gives the text in a language, or in the other one when it was not translated.
func (t Text) In(lang i18n.Lang) string {
	if lang == i18n.EN && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return t.FR
}

// Import says where imported rules come from.
type Import struct {
	Source string  `json:"source"`          // the name of the rule in the file: "greedy-threshold"
	Added  []Field `json:"added,omitempty"` // what the file does not say and the import added to make the count complete
}

// Field is a part of the rulebook that an import can add.
type Field string

// The fields that can be added.
const (
	FieldBallot    Field = "vote.ballot"
	FieldScoring   Field = "count.scoring"
	FieldMinimum   Field = "count.minimum"
	FieldFit       Field = "count.fit"
	FieldParts     Field = "count.parts"
	FieldGuarantee Field = "count.guarantee"
	FieldExclusive Field = "count.exclusive"
	FieldTies      Field = "count.ties"
	FieldDropOut   Field = "count.drop_out"
)

// Parse reads a rulebook from JSON and validates it. It answers fault.Invalid: the document is not JSON, has a field
// that does not exist, or breaks a rule of Validate.
func Parse(raw []byte) (Rulebook, error) {
	unreadable := func(err error) error {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return fault.New(fault.Invalid, "fault.rulebook.unknown_field", "Name", strings.Trim(name, `"`)).Because(err)
		}
		return fault.New(fault.Invalid, "fault.rulebook.unreadable").Because(err)
	}
	// The canonical form first: it refuses what two readers could read differently, such as a field given twice.
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return Rulebook{}, unreadable(err)
	}
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.DisallowUnknownFields()
	var r Rulebook
	if err := d.Decode(&r); err != nil {
		return Rulebook{}, unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Rulebook{}, unreadable(errors.New("text after the document"))
	}
	return r, r.Validate()
}

// Stored reads a rulebook as it was stored, without validating it: what was in force stays readable, whatever Validate
// asks of later ones.
func Stored(canonical []byte) (r Rulebook, err error) {
	return r, json.Unmarshal(canonical, &r)
}

// Canonical gives the document in canonical JSON (RFC 8785), as it is stored and hashed.
func (r Rulebook) Canonical() []byte {
	raw, err := json.Marshal(r)
	if err == nil {
		raw, err = jcs.Transform(raw)
	}
	if err != nil {
		panic(err) // a struct of texts and integers always has a JSON form
	}
	return raw
}

// Hash gives the SHA-256 of the canonical form: the same rules have the same hash.
func (r Rulebook) Hash() [sha256.Size]byte { return sha256.Sum256(r.Canonical()) }

// Envelope gives the money of a district or category that has its own; false when it has none.
func (r Rulebook) Envelope(key string) (tally.Amount, bool) {
	if r.Count.Parts != nil {
		for _, e := range r.Count.Parts.Envelopes {
			if e.Key == key {
				return e.Amount, true
			}
		}
	}
	return 0, false
}

// Citywide gives the money that belongs to no district or category before the count.
func (r Rulebook) Citywide() tally.Amount {
	rest := r.Count.Budget
	if r.Count.Parts != nil {
		for _, e := range r.Count.Parts.Envelopes {
			rest -= e.Amount
		}
	}
	return rest
}

// KeyName gives the name of a district or category that a reason of the count speaks of by its key.
func (r Rulebook) KeyName(key string) string {
	if r.Count.Parts != nil && r.Count.Parts.By == tally.PartsByCategory {
		if said := name(r.Categories, key); said != key {
			return said
		}
	}
	return name(r.Districts, key)
}

// money is an amount in the rulebook's currency, as sentences take it.
func (r Rulebook) money(a tally.Amount) i18n.Amount {
	return i18n.Amount{Hundredths: int64(a), Currency: r.Currency}
}

// name gives the name of a district or category, the key itself when it has none.
func name(list []Named, key string) string {
	for _, n := range list {
		if n.Key == key {
			return n.Name
		}
	}
	return key
}
