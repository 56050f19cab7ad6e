package rulebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

func TestARulebookSurvivesItsDocument(t *testing.T) {
	for name, r := range fixtures() {
		back, err := Parse(r.Canonical())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(r, back, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if r.Hash() != back.Hash() {
			t.Errorf("%s: another hash after a round trip", name)
		}
	}
}

// A stored hash must stay the hash of the same rules: when this fails, Format must change.
func TestTheHashIsStable(t *testing.T) {
	golden(t, "small_town.json", string(smallTown().Canonical())+"\n")
	if got, want := fmt.Sprintf("%x", smallTown().Hash()), "f60512cdb73eb370e4d1e730b722d34fff195982404b65b33da3c8a0177d5e27"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheHashChangesWithAnyRule(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, r := range fixtures() {
		if other, twice := seen[r.Hash()]; twice {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[r.Hash()] = name
	}
	r := smallTown()
	r.Count.Ties = r.Count.Ties[1:]
	if r.Hash() == smallTown().Hash() {
		t.Error("without a tie-break the hash is the same")
	}
}

func TestTheSpaceAndOrderOfADocumentDoNotMatter(t *testing.T) {
	var indented bytes.Buffer
	if err := json.Indent(&indented, smallTown().Canonical(), "", "  "); err != nil {
		t.Fatal(err)
	}
	r, err := Parse(indented.Bytes())
	if err != nil || r.Hash() != smallTown().Hash() {
		t.Errorf("read as %v, %v", r, err)
	}
}

func TestWhatIsNotADocumentIsRefused(t *testing.T) {
	good := string(smallTown().Canonical())
	for _, c := range []struct{ name, raw, key string }{
		{"empty", "", "unreadable"},
		{"cut", good[:100], "unreadable"},
		{"a list", "[]", "unreadable"},
		{"text after it", good + "{}", "unreadable"},
		{"a field twice", strings.Replace(good, `"currency":"EUR"`, `"currency":"EUR","currency":"PLN"`, 1), "unreadable"},
		{"a fraction", strings.Replace(good, `"format":1`, `"format":1.5`, 1), "unreadable"},
		{"an unknown field", strings.Replace(good, `"format":1`, `"format":1,"colour":"red"`, 1), "unknown_field"},
		{"an unknown field inside", strings.Replace(good, `"by":"choice"`, `"by":"choice","twist":true`, 1), "unknown_field"},
	} {
		_, err := Parse([]byte(c.raw))
		f, ok := err.(*fault.Error)
		if !ok || f.Key != "fault.rulebook."+c.key {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestEnvelopesAreReadFromTheCount(t *testing.T) {
	r := largeTown()
	if a, ok := r.Envelope("rangueil"); !ok || a != euros(350_000) {
		t.Errorf("rangueil: %v %v", a, ok)
	}
	if _, ok := r.Envelope("elsewhere"); ok {
		t.Error("a district that does not exist has money")
	}
	if got := r.Citywide(); got != euros(250_000) {
		t.Errorf("citywide: %v", got)
	}
	if got := smallTown().Citywide(); got != euros(41_000) {
		t.Errorf("without parts: %v", got)
	}
}

// reasons lists the fields and keys of a fault, as "field key".
func reasons(err error) []string {
	f, ok := err.(*fault.Error)
	if !ok {
		return nil
	}
	if len(f.Sub) == 0 {
		return []string{f.Field + " " + strings.TrimPrefix(f.Key, "fault.rulebook.")}
	}
	var all []string
	for _, sub := range f.Sub {
		all = append(all, reasons(sub)...)
	}
	return all
}

func TestARulebookThatLeavesSomethingOpenIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   Rulebook
		change func(r *Rulebook)
		want   string // "" when it is valid
	}{
		{"another format", smallTown(), func(r *Rulebook) { r.Format = 2 }, "format format"},
		{"no currency", smallTown(), func(r *Rulebook) { r.Currency = "€" }, "currency currency"},
		{"no deposit", smallTown(), func(r *Rulebook) { r.Deposit = nil }, "deposit no_deposit"},
		{"no voters", smallTown(), func(r *Rulebook) { r.Vote.Who = nil }, "vote.who no_voters"},
		{"no kinds", smallTown(), func(r *Rulebook) { r.Vote.Who = &Who{Residence: Residence{In: Anywhere}} }, "vote.who.kinds empty"},
		{"an unknown kind", smallTown(), func(r *Rulebook) { r.Deposit.Who.Kinds = []Kind{"robot"} }, "deposit.who.kinds answer"},
		{"residence open", smallTown(), func(r *Rulebook) { r.Deposit.Who.Residence.In = "" }, "deposit.who.residence.in answer"},
		{"no postcodes", smallTown(), func(r *Rulebook) { r.Deposit.Who.Residence.In = InPostcodes }, "deposit.who.residence.values empty"},
		{"an unknown district", largeTown(), func(r *Rulebook) {
			r.Deposit.Who.Residence = Residence{In: InDistricts, Values: []string{"mars"}}
		}, "deposit.who.residence.values no_such_key"},
		{"residence unread", smallTown(), func(r *Rulebook) { r.Deposit.Who.Residence.Values = []string{"x"} }, "deposit.who.residence.values unused"},
		{"running costs open", smallTown(), func(r *Rulebook) { r.Deposit.Running.Kind = "" }, "deposit.running.kind answer"},
		{"no limit of induced costs", smallTown(), func(r *Rulebook) { r.Deposit.Running.Kind = RunningInduced }, "deposit.running.per_year amount"},
		{"a project over the budget", smallTown(), func(r *Rulebook) { r.Deposit.MaximumCost = euros(50_000) }, "deposit.maximum_cost cost_over_budget"},
		{"companies in and out", largeTown(), func(r *Rulebook) {
			r.Deposit.Who.Kinds, r.Deposit.Barred = []Kind{KindBusiness}, []Barred{BarredBusiness}
		}, "deposit.barred business_both"},
		{"no ballot", smallTown(), func(r *Rulebook) { r.Vote.Ballot.Kind = "" }, "vote.ballot.kind answer"},
		{"no limit of choices", smallTown(), func(r *Rulebook) { r.Vote.Ballot.Max = 0 }, "vote.ballot.max range"},
		{"more than the limit asked", smallTown(), func(r *Rulebook) { r.Vote.Ballot.Min = 4 }, "vote.ballot.min min_over_max"},
		{"points on a simple ballot", smallTown(), func(r *Rulebook) { r.Vote.Ballot.MaxPoints = 4 }, "vote.ballot.max_points unused"},
		{"points counted as votes", warsaw(), func(r *Rulebook) {
			r.Count.Scoring.By, r.Vote.District = tally.ByChoice, nil
		}, "vote.ballot.kind scoring"},
		{"a ranking longer than its points", krakow(), func(r *Rulebook) { r.Vote.Ballot.Max = 4 }, "vote.ballot.max weights"},
		{"points out of reach", warsaw(), func(r *Rulebook) { r.Vote.Ballot.Max, r.Vote.Ballot.MaxPerProject = 2, 2 }, "vote.ballot.min_points points_unreachable"},
		{"a basket without its envelope", largeTown(), func(r *Rulebook) {
			r.Vote.District = &DistrictRight{Choice: HomeDistrict, Ballot: r.Vote.Ballot}
			r.Count.Parts = nil
		}, "vote.district.ballot.kind basket_without_envelope"},
		{"totals open", smallTown(), func(r *Rulebook) { r.Vote.Totals.During = "" }, "vote.totals.during answer"},
		{"batches of one", largeTown(), func(r *Rulebook) { r.Vote.Totals.Every = 1 }, "vote.totals.every range"},
		{"no budget", smallTown(), func(r *Rulebook) { r.Count.Budget, r.Deposit.MaximumCost = 0, 0 }, "count.budget no_budget"},
		{"ties open", smallTown(), func(r *Rulebook) { r.Count.Ties = r.Count.Ties[:1] }, "count.ties count.ties_open"},
		{"fit open", smallTown(), func(r *Rulebook) { r.Count.Fit.Then = "" }, "count.fit.then count.unknown"},
		{"drop-outs open", smallTown(), func(r *Rulebook) { r.Count.DropOut = "" }, "count.drop_out count.unknown"},
		{"a method that is not built", smallTown(), func(r *Rulebook) { r.Count.Method = tally.MethodEqualShares }, "count.method method"},
		{"the same, imported", krakow(), func(r *Rulebook) { r.Count.Method = tally.MethodUnknown }, ""},
		{"money for an unknown district", largeTown(), func(r *Rulebook) { r.Count.Parts.Envelopes[1].Key = "mars" }, "count.parts.envelopes no_such_key"},
		{"a promise to an unknown district", largeTown(), func(r *Rulebook) { r.Count.Guarantee.Districts = []string{"mars"} }, "count.guarantee.districts no_such_key"},
		{"a district named twice", largeTown(), func(r *Rulebook) { r.Districts[1] = r.Districts[0] }, "districts[1] twice"},
		{"an article without text", largeTown(), func(r *Rulebook) { r.Articles[0].Body.FR = " " }, "articles[0] article"},
		{"an unknown addition", krakow(), func(r *Rulebook) { r.Imported.Added = []Field{"count.luck"} }, "imported.added answer"},
	} {
		r := c.from
		c.change(&r)
		got := reasons(r.Validate())
		if c.want == "" && got == nil {
			continue
		}
		found := false
		for _, g := range got {
			found = found || g == c.want
		}
		if !found {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEveryReasonIsGivenAtOnce(t *testing.T) {
	err := Rulebook{}.Validate()
	if n := len(reasons(err)); n < 8 {
		t.Errorf("only %d reasons: %v", n, err)
	}
	for _, lang := range i18n.Langs {
		for _, sentence := range i18n.For(lang, nil).Faults(err) {
			if strings.Contains(sentence, "fault.") || strings.Contains(sentence, "<no value>") {
				t.Errorf("not a sentence: %q", sentence)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range fixtures() {
		f.Add(r.Canonical())
	}
	fr, en := i18n.For(i18n.FR, nil), i18n.For(i18n.EN, nil)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Parse(raw)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("not a fault of the input: %v", err)
			}
			return
		}
		back, err := Parse(r.Canonical())
		if err != nil || back.Hash() != r.Hash() {
			t.Fatalf("its canonical form reads otherwise: %v", err)
		}
		for _, l := range []*i18n.Locale{fr, en} {
			if len(r.Regulation(l)) < 4 {
				t.Fatal("a règlement without its articles")
			}
		}
	})
}

// What was in force stays readable, even if a later Validate would refuse it.
func TestAStoredRulebookComesBackAsItWas(t *testing.T) {
	r := smallTown()
	r.Vote.Ballot.Min, r.Vote.Ballot.Max = 3, 2
	if r.Validate() == nil {
		t.Fatal("the fixture is valid")
	}
	got, err := Stored(r.Canonical())
	if err != nil || got.Hash() != r.Hash() {
		t.Errorf("came back as %+v, %v", got, err)
	}
}
