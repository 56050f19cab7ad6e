package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/tally"
)

// The bounds of numbers that no city passes, so that a slip of the keyboard is seen.
const (
	maxAge      = 120
	maxMonths   = 240
	maxProjects = 10_000
	maxPoints   = 1_000_000
	// minBatch is the least number of ballots in a batch of shown totals: with fewer, a change tells who voted what.
	minBatch = 10
)

var (
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
	domainForm   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
)

// Validate says everything that the rulebook leaves open or contradicts, at once: nil, or fault.Invalid with the path of
// each value in Field ("count.ties", "vote.ballot.max").
func (r Rulebook) Validate() error {
	v := &validator{r: r}
	if r.Format != Format {
		v.add("format", "format", "Value", r.Format)
	}
	if !currencyCode.MatchString(r.Currency) {
		v.add("currency", "currency", "Value", r.Currency)
	}
	v.names("districts", r.Districts)
	v.names("categories", r.Categories)
	v.deposit()
	if r.Deliberation {
		v.unused("vote", r.Vote.Who != nil || r.Vote.District != nil || r.Vote.Ballot != Shape{} || r.Vote.Totals != Totals{})
	} else {
		v.vote()
	}
	v.count()
	for i, a := range r.Articles {
		if strings.TrimSpace(a.Title.FR) == "" || strings.TrimSpace(a.Body.FR) == "" {
			v.add("article", fmt.Sprintf("articles[%d]", i), "Number", i+1)
		}
	}
	v.imported()
	return fault.All(v.found)
}

type validator struct {
	r     Rulebook
	found []*fault.Error
}

func (v *validator) add(key, field string, pairs ...any) {
	v.found = append(v.found, fault.New(fault.Invalid, "fault.rulebook."+key, append(pairs, "Field", field)...).In(field))
}

// oneOf checks a value against its known answers.
func oneOf[T ~string](v *validator, field string, value T, known ...T) {
	if !slices.Contains(known, value) {
		v.add("answer", field, "Value", string(value))
	}
}

func between[T int | int64](v *validator, field string, value, low, high T) {
	if value < low || value > high {
		v.add("range", field, "Value", value, "Min", low, "Max", high)
	}
}

func (v *validator) amount(field string, a, low tally.Amount) {
	if a < low || a > tally.MaxAmount {
		v.add("amount", field)
	}
}

// unused refuses a value that says something that nobody reads.
func (v *validator) unused(field string, set bool) {
	if set {
		v.add("unused", field)
	}
}

func (v *validator) names(field string, list []Named) {
	seen := map[string]bool{}
	for i, n := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		if n.Key == "" || strings.TrimSpace(n.Name) == "" {
			v.add("blank", at)
		}
		if seen[n.Key] {
			v.add("twice", at, "Value", n.Key)
		}
		seen[n.Key] = true
	}
}

// keys checks that each key names one of the list.
func (v *validator) keys(field string, keys []string, list []Named) {
	for _, k := range keys {
		if !slices.ContainsFunc(list, func(n Named) bool { return n.Key == k }) {
			v.add("no_such_key", field, "Value", k)
		}
	}
}

func (v *validator) who(field string, w Who) {
	between(v, field+".minimum_age", w.MinimumAge, 0, maxAge)
	in := w.Residence
	oneOf(v, field+".residence.in", in.In, Anywhere, InCity, InDistricts, InPostcodes)
	listed := in.In == InDistricts || in.In == InPostcodes
	if listed && len(in.Values) == 0 {
		v.add("empty", field+".residence.values")
	}
	v.unused(field+".residence.values", !listed && len(in.Values) > 0)
	switch in.In {
	case InDistricts:
		v.keys(field+".residence.values", in.Values, v.r.Districts)
	case InPostcodes:
		if slices.Contains(in.Values, "") {
			v.add("blank", field+".residence.values")
		}
	}
	v.once(field+".residence.values", in.Values)
	if len(w.Kinds) == 0 {
		v.add("empty", field+".kinds")
	}
	for _, k := range w.Kinds {
		oneOf(v, field+".kinds", k, KindPerson, KindAssociation, KindCollective, KindSchool, KindBusiness)
	}
	v.once(field+".kinds", texts(w.Kinds))
	for _, d := range w.Domains {
		if !domainForm.MatchString(d) {
			v.add("domain", field+".domains", "Value", d)
		}
	}
	v.once(field+".domains", w.Domains)
}

// once refuses a list that has a value twice.
func (v *validator) once(field string, list []string) {
	for i, value := range list {
		if slices.Contains(list[:i], value) {
			v.add("twice", field, "Value", value)
		}
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = string(t)
	}
	return out
}

func (v *validator) deposit() {
	d := v.r.Deposit
	if d == nil {
		if v.r.Imported == nil {
			v.add("no_deposit", "deposit")
		}
		return
	}
	v.who("deposit.who", d.Who)
	for _, b := range d.Barred {
		oneOf(v, "deposit.barred", b, BarredElected, BarredStaff, BarredJury, BarredCandidate, BarredParty, BarredReligious, BarredBusiness)
	}
	v.once("deposit.barred", texts(d.Barred))
	between(v, "deposit.per_person", d.PerPerson, 0, maxProjects)
	v.amount("deposit.maximum_cost", d.MaximumCost, 0)
	if d.MaximumCost > v.r.Count.Budget {
		v.add("cost_over_budget", "deposit.maximum_cost", "Cost", v.r.money(d.MaximumCost), "Budget", v.r.money(v.r.Count.Budget))
	}
	between(v, "deposit.months", d.Months, 0, maxMonths)
	oneOf(v, "deposit.running.kind", d.Running.Kind, RunningNoDirect, RunningInduced, RunningAllowed)
	if d.Running.Kind == RunningInduced {
		v.amount("deposit.running.per_year", d.Running.PerYear, 1)
	} else {
		v.unused("deposit.running.per_year", d.Running.PerYear != 0)
	}
	if slices.Contains(d.Who.Kinds, KindBusiness) && slices.Contains(d.Barred, BarredBusiness) {
		v.add("business_both", "deposit.barred")
	}
}

func (v *validator) vote() {
	vote := v.r.Vote
	if vote.Who != nil {
		v.who("vote.who", *vote.Who)
	} else if v.r.Imported == nil {
		v.add("no_voters", "vote.who")
	}
	v.shape("vote.ballot", vote.Ballot)
	if d := vote.District; d != nil {
		oneOf(v, "vote.district.choice", d.Choice, HomeDistrict, AnyDistrict)
		v.shape("vote.district.ballot", d.Ballot)
		if len(v.r.Districts) == 0 {
			v.add("empty", "districts")
		}
		if v.r.Imported == nil && (vote.Ballot.Kind == Ranking || d.Ballot.Kind == Ranking) {
			v.add("ranked_twice", "vote.district.ballot.kind") // a place would be counted over both ballots together
		}
		byDistrict := v.r.Count.Parts != nil && v.r.Count.Parts.By == tally.PartsByDistrict
		if d.Ballot.Kind == Basket && !byDistrict {
			v.add("basket_without_envelope", "vote.district.ballot.kind")
		}
	}
	switch vote.Totals.During {
	case InBatches:
		between(v, "vote.totals.every", vote.Totals.Every, minBatch, maxProjects)
		return
	case "":
		if v.r.Imported == nil {
			v.add("answer", "vote.totals.during", "Value", "")
		}
	default:
		oneOf(v, "vote.totals.during", vote.Totals.During, Hidden)
	}
	v.unused("vote.totals.every", vote.Totals.Every != 0)
}

func (v *validator) shape(field string, s Shape) {
	oneOf(v, field+".kind", s.Kind, Simple, Basket, Ranking, Cumulative)
	between(v, field+".min", s.Min, 0, maxProjects)
	// A limit must be said, except where the money or the points are the limit, or where a file did not say it.
	least := 0
	if s.Kind == Ranking || s.Kind == Simple && v.r.Imported == nil {
		least = 1
	}
	between(v, field+".max", s.Max, least, maxProjects)
	if s.Max > 0 && s.Min > s.Max {
		v.add("min_over_max", field+".min", "Min", s.Min, "Max", s.Max)
	}
	v.points(field, s)
	if by := v.r.Count.Scoring.By; s.Kind != "" && by != s.Kind.scoring() {
		v.add("scoring", field+".kind", "Kind", string(s.Kind), "By", string(by), "Want", string(s.Kind.scoring()))
	}
	if weights := len(v.r.Count.Scoring.Weights); s.Kind == Ranking && weights != s.Max {
		v.add("weights", field+".max", "Max", s.Max, "Weights", weights)
	}
}

func (v *validator) points(field string, s Shape) {
	if s.Kind != Cumulative {
		v.unused(field+".min_points", s.MinPoints != 0)
		v.unused(field+".max_points", s.MaxPoints != 0)
		v.unused(field+".max_per_project", s.MaxPerProject != 0)
		return
	}
	least := int64(1)
	if v.r.Imported != nil {
		least = 0
	}
	between(v, field+".max_points", s.MaxPoints, least, maxPoints)
	between(v, field+".min_points", s.MinPoints, 0, maxPoints)
	between(v, field+".max_per_project", s.MaxPerProject, 0, maxPoints)
	if s.MaxPoints > 0 && s.MinPoints > s.MaxPoints {
		v.add("min_over_max", field+".min_points", "Min", s.MinPoints, "Max", s.MaxPoints)
	}
	if s.MaxPoints > 0 && s.MaxPerProject > s.MaxPoints {
		v.add("min_over_max", field+".max_per_project", "Min", s.MaxPerProject, "Max", s.MaxPoints)
	}
	// So many points at most on so many projects at most must be able to reach the least that is asked.
	if s.Max > 0 && s.MaxPerProject > 0 && int64(s.Max)*s.MaxPerProject < s.MinPoints {
		v.add("points_unreachable", field+".min_points", "Min", s.MinPoints, "Max", int64(s.Max)*s.MaxPerProject)
	}
}

func (v *validator) count() {
	c := v.r.Seeded("?") // a drawing to come has its numbers later
	v.lots()
	for _, p := range c.Check(nil) {
		args := []any{}
		for name, value := range p.Args {
			if a, ok := value.(tally.Amount); ok {
				value = v.r.money(a)
			}
			args = append(args, name, value)
		}
		v.add("count."+p.Code, "count."+p.Field, args...)
	}
	if c.Method != tally.MethodGreedy && v.r.Imported == nil {
		v.add("method", "count.method", "Value", string(c.Method))
	}
	if c.Budget == 0 {
		v.add("no_budget", "count.budget")
	}
	if c.Parts != nil {
		list := v.r.Districts
		if c.Parts.By == tally.PartsByCategory {
			list = v.r.Categories
		}
		for _, e := range c.Parts.Envelopes {
			v.keys("count.parts.envelopes", []string{e.Key}, list)
		}
	}
	if c.Guarantee != nil {
		v.keys("count.guarantee.districts", c.Guarantee.Districts, v.r.Districts)
	}
}

// maxDraw is how long the name of a drawing may be, in characters.
const maxDraw = 120

func (v *validator) lots() {
	if v.r.Lots == nil {
		return
	}
	switch draw := v.r.Lots.Draw; {
	case strings.TrimSpace(draw) == "":
		v.add("draw", "lots.draw")
	case utf8.RuneCountInString(draw) > maxDraw:
		v.add("draw_long", "lots.draw", "Max", maxDraw)
	}
	at := slices.IndexFunc(v.r.Count.Ties, func(t tally.TieBreak) bool { return t.By == tally.TieLots })
	v.unused("lots", at < 0)
	v.unused("count.ties", at >= 0 && v.r.Count.Ties[at].Seed != "")
}

func (v *validator) imported() {
	if v.r.Imported == nil {
		return
	}
	for _, f := range v.r.Imported.Added {
		oneOf(v, "imported.added", f, FieldBallot, FieldScoring, FieldMinimum, FieldFit, FieldParts, FieldGuarantee,
			FieldExclusive, FieldTies, FieldDropOut)
	}
	v.once("imported.added", texts(v.r.Imported.Added))
}
