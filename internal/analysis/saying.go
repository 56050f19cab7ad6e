package analysis

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Said is what an agent types of a proposal.
type Said struct {
	Verdict Verdict
	Invest  *int64 // hundredths
	Running *int64 // hundredths a year
	Months  *int
	Land    Land
	Answers map[string]string
	Public  string
	Private string
}

// The bounds of what is said.
const (
	MaxText   = 8_000 // characters
	MaxMonths = 240
	maxMoney  = 1_000_000_000_00 // hundredths
)

// Verdicts lists what can be given.
func Verdicts() []Verdict { return []Verdict{Favourable, Unfavourable, TooLate} }

// Lands lists what can be said of the land.
func Lands() []Land { return []Land{LandCity, LandOther, LandNone, LandUnknown} }

func (w Said) tidy() Said {
	w.Public, w.Private = tidy(w.Public), tidy(w.Private)
	w.Answers = maps.Clone(w.Answers)
	for k, v := range w.Answers {
		if w.Answers[k] = tidy(v); w.Answers[k] == "" {
			delete(w.Answers, k)
		}
	}
	return w
}

// check says what is wrong with it; give asks for what an opinion that is given must have.
func (w Said) check(give, costs bool) error {
	var found []*fault.Error
	if w.Verdict != Undecided && !slices.Contains(Verdicts(), w.Verdict) || give && w.Verdict == Undecided {
		found = append(found, invalid("verdict", "no_verdict"))
	}
	if w.Land != LandUnsaid && !slices.Contains(Lands(), w.Land) {
		found = append(found, invalid("land", "land"))
	}
	for _, m := range []struct {
		field string
		value *int64
	}{{"invest", w.Invest}, {"running", w.Running}} {
		if m.value != nil && (*m.value < 0 || *m.value > maxMoney) {
			found = append(found, invalid(m.field, "money"))
		}
	}
	if w.Months != nil && (*w.Months < 0 || *w.Months > MaxMonths) {
		found = append(found, invalid("months", "months", "Max", MaxMonths))
	}
	if give && costs && w.Verdict == Favourable && w.Invest == nil {
		found = append(found, invalid("invest", "no_cost"))
	}
	if give && w.Verdict == Unfavourable && w.Public == "" {
		found = append(found, invalid("public", "no_reason"))
	}
	for _, t := range []struct{ field, text string }{{"public", w.Public}, {"private", w.Private}} {
		if over := utf8.RuneCountInString(t.text) - MaxText; over > 0 {
			found = append(found, invalid(t.field, "long", "Max", MaxText, "Over", over))
		}
	}
	for k, v := range w.Answers {
		if over := utf8.RuneCountInString(v) - MaxNote; over > 0 || len(k) > MaxName {
			found = append(found, invalid("answers", "long", "Max", MaxNote, "Over", max(over, 0)))
		}
	}
	return fault.All(found)
}

func (o Opinion) said() Said {
	return Said{o.Verdict, o.Invest, o.Running, o.Months, o.Land, o.Answers, o.Public, o.Private}
}

func (o *Opinion) take(w Said) {
	o.Verdict, o.Invest, o.Running, o.Months, o.Land, o.Answers, o.Public, o.Private = w.Verdict, w.Invest, w.Running, w.Months, w.Land, w.Answers, w.Public, w.Private
}

func equal[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// Same says whether two say the same.
func (w Said) Same(o Said) bool {
	return w.Verdict == o.Verdict && equal(w.Invest, o.Invest) && equal(w.Running, o.Running) && equal(w.Months, o.Months) && w.Land == o.Land && maps.Equal(w.Answers, o.Answers) &&
		w.Public == o.Public && w.Private == o.Private
}

// Empty says whether nothing was said.
func (w Said) Empty() bool { return w.Same(Said{}) }

// Save keeps what a service says, and gives the opinion when give is true. version is that in which it was read, 0 for none: when
// somebody saved another text meanwhile, nothing is changed, and the stored one comes back with the fault. Faults: forbidden,
// not_found, closed, conflict (somebody saved meanwhile; or it is given, and only giving it anew changes it), invalid (verdict,
// invest, running, months, land, public, private, answers).
func (s *Service) Save(ctx context.Context, of platform.Platform, who account.Person, key Key, said Said, version int, give bool) (o Opinion, err error) {
	said = said.tidy()
	err = s.working(ctx, of, who, key, false, func(ctx context.Context, tx db.Tx, w work) error {
		stored, there := w.opinion(key)
		o = stored
		costs, err := w.costs(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		if err := said.check(give, costs); err != nil {
			return err
		}
		switch {
		case there && stored.said().Same(said) && (!give || stored.Given()):
			return nil // pressing twice, or two who agree
		case stored.Version != version:
			return fault.New(fault.Conflict, "fault.analysis.changed")
		case stored.Given() && !give:
			return fault.New(fault.Conflict, "fault.analysis.given")
		case !there && !give && said.Empty():
			return nil
		}
		o = Opinion{Round: key.Round, Service: key.Service, Proposal: key.Proposal, Version: version + 1, SavedBy: who.ID, SavedAt: w.edition.Now}
		o.take(said)
		if give {
			o.GivenAt = w.edition.Now
		}
		if err := putOpinions(ctx, tx, of.Key, []Opinion{o}); err != nil {
			return err
		}
		a := w.mine
		switch {
		case give:
			a.State = Given
		case a.State == Todo:
			a.State = Begun
		}
		return setState(ctx, tx, of.Key, a)
	})
	return o, err
}

// costs says whether the assignment's service must say what the proposal costs: the lead of a round of costing.
func (w work) costs(ctx context.Context, tx db.Tx, platform int64) (bool, error) {
	if !w.mine.Lead {
		return false, nil
	}
	rounds, err := Rounds(ctx, tx, platform, []ids.ID{w.mine.Project})
	return slices.ContainsFunc(rounds, func(r Round) bool { return r.ID == w.mine.Round && r.Kind == Costing }), err
}

// Several is what became of an opinion that was given for several proposals.
type Several struct {
	Given int
	Kept  []ids.ID // proposals that have a text of their own already, or a given opinion: they stay as they are
}

// GiveSeveral gives one opinion on several proposals. Those about which the service has written something stay as they are and
// are named. Faults: forbidden, not_found, closed, invalid as Save's.
func (s *Service) GiveSeveral(ctx context.Context, of platform.Platform, who account.Person, keys []Key, said Said) (done Several, err error) {
	said = said.tidy()
	if err := said.check(true, false); err != nil {
		return done, err
	}
	if len(keys) == 0 || len(keys) > MaxRows {
		return done, invalid("several", "none_chosen", "Max", MaxRows)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		done = Several{}
		all, err := loadSeveral(ctx, tx, of, who, keys)
		if err != nil {
			return err
		}
		var give []Opinion
		for _, w := range all {
			o, there := w.opinion(w.mine.Key())
			if !w.mine.State.Open() || there && strings.TrimSpace(o.Public+o.Private) != "" {
				done.Kept = append(done.Kept, w.mine.Proposal)
				continue
			}
			o.Round, o.Service, o.Proposal, o.Version, o.SavedBy, o.SavedAt, o.GivenAt = w.mine.Round, w.mine.Service, w.mine.Proposal, o.Version+1, who.ID, w.edition.Now, w.edition.Now
			o.take(said)
			give = append(give, o)
		}
		done.Given = len(give)
		return giveAll(ctx, tx, of.Key, give)
	})
	return done, err
}

// giveAll stores opinions, those that are given as such.
func giveAll(ctx context.Context, tx db.Tx, platform int64, list []Opinion) error {
	if err := putOpinions(ctx, tx, platform, list); err != nil {
		return err
	}
	type group struct {
		round, service ids.ID
		state          State
	}
	groups := map[group][]ids.ID{}
	for _, o := range list {
		state := Begun
		if o.Given() {
			state = Given
		}
		g := group{o.Round, o.Service, state}
		groups[g] = append(groups[g], o.Proposal)
	}
	for g, proposals := range groups { // a few services in a round
		if err := setStates(ctx, tx, platform, g.round, g.service, proposals, g.state); err != nil {
			return err
		}
	}
	return nil
}

// loadSeveral is load for several assignments at once, each of a service of the person. Faults as load's: one that is not theirs
// refuses all.
func loadSeveral(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, keys []Key) ([]work, error) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b Key) int {
		return cmp.Or(slices.Compare(a.Proposal[:], b.Proposal[:]), slices.Compare(a.Round[:], b.Round[:]), slices.Compare(a.Service[:], b.Service[:]))
	})
	keys = slices.Compact(keys)
	proposals := make([]ids.ID, len(keys))
	for i, k := range keys {
		proposals[i] = k.Proposal // two who save one at once are told apart by its version
	}
	first, err := load(ctx, tx, of, who, keys[0], false)
	if err != nil {
		return nil, err
	}
	assigned, err := Assignments(ctx, tx, of.Key, proposals)
	if err != nil {
		return nil, err
	}
	said, err := Opinions(ctx, tx, of.Key, proposals)
	if err != nil {
		return nil, err
	}
	var all []work
	for _, k := range keys {
		w := work{seat: first.seat, edition: first.edition, all: assigned[k.Proposal], said: said[k.Proposal]}
		i := slices.IndexFunc(w.all, func(a Assignment) bool { return a.Key() == k })
		if i < 0 || !w.seat.In(k.Service) || w.all[i].Project != first.edition.Project.ID {
			return nil, notFound()
		}
		w.mine = w.all[i]
		all = append(all, w)
	}
	return all, nil
}
