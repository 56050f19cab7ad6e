package moderation

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Queue is a part of what waits in a state, with what it takes to decide.
type Queue struct {
	State  State
	Items  []Item
	Next   Key // to go on after; zero: that is all
	Counts map[State]int
	Now    time.Time
}

// tracesMost bounds what clusters are looked for in.
const tracesMost = 2000

// Queue gives the cases in a state, the oldest first (those that are settled, the last first), from after a key on. A queue of any
// length takes the same few statements. Fault: forbidden.
func (s *Service) Queue(ctx context.Context, of platform.Platform, who account.Person, state State, after Key, limit int) (q Queue, err error) {
	if err := mayModerate(who); err != nil {
		return q, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		q = Queue{State: state, Now: of.Now(tx.Now())}
		if q.Counts, err = waiting(ctx, tx, of.Key); err != nil {
			return err
		}
		read := queue
		if state == Settled {
			read = func(ctx context.Context, tx db.Tx, platform int64, _ State, key Key, limit int) ([]Case, error) {
				return settled(ctx, tx, platform, key, limit)
			}
		}
		cases, err := read(ctx, tx, of.Key, state, after, limit+1)
		if err != nil {
			return err
		}
		if len(cases) > limit {
			cases = cases[:limit]
			q.Next = Key{cases[limit-1].OpenedAt, cases[limit-1].ID}
		}
		q.Items, _, err = s.items(ctx, tx, of, cases)
		return err
	})
	return q, err
}

// items adds to cases what it takes to decide, and gives their reports.
func (s *Service) items(ctx context.Context, tx db.Tx, of platform.Platform, cases []Case) ([]Item, map[ids.ID][]Report, error) {
	wanted := map[Kind][]ids.ID{}
	var authors, all []ids.ID
	for _, m := range cases {
		wanted[m.Kind] = append(wanted[m.Kind], m.Contribution)
		authors, all = append(authors, m.Author), append(all, m.ID)
	}
	if len(all) == 0 {
		return nil, nil, nil
	}
	found, err := s.contributions(ctx, tx, of.Key, wanted)
	if err != nil {
		return nil, nil, err
	}
	before, err := against(ctx, tx, of.Key, authors)
	if err != nil {
		return nil, nil, err
	}
	reports, err := reportsOf(ctx, tx, of.Key, all)
	if err != nil {
		return nil, nil, err
	}
	traces, err := account.Traces(ctx, tx, of.Key, tx.Now().Add(-account.TraceLife), tracesMost)
	if err != nil {
		return nil, nil, err
	}
	clusters := Suspect(traces)
	byCase := map[ids.ID][]Report{}
	for _, r := range reports {
		byCase[r.Case] = append(byCase[r.Case], r)
	}
	items := make([]Item, len(cases))
	for i, m := range cases {
		items[i] = Item{Case: m, Contribution: found[m.Contribution], Before: before[m.Author], Reporters: sum(byCase[m.ID], m.Contribution, traces)}
		for _, c := range clusters {
			if slices.ContainsFunc(c.Traces, func(t account.Trace) bool { return t.Subject == m.Contribution }) {
				items[i].Suspicions = append(items[i].Suspicions, c)
			}
		}
	}
	return items, byCase, nil
}

// sum sums the reports of a contribution up; their traces say how many came from one network.
func sum(reports []Report, contribution ids.ID, traces []account.Trace) Reporters {
	r := Reporters{All: len(reports), Reasons: map[string]int{}}
	for _, one := range reports {
		r.Reasons[one.Reason]++
		if one.Signed {
			r.Signed++
		}
	}
	networks := map[string]int{}
	for _, t := range traces {
		if t.Doing == account.Reports && t.Subject == contribution {
			networks[t.Network]++
			r.Together = max(r.Together, networks[t.Network])
		}
	}
	return r
}

// Sheet is one case with everything about it.
type Sheet struct {
	Item
	Reports  []Report
	Acts     []Act // of this case, the first first
	Earlier  []Act // against the same author, of other cases, the last first
	Editable bool  // its author can still change it
	Bar      account.Bar
	Barred   bool
	Mine     bool   // it is the moderator's own
	Involved bool   // they decided what a second person must now look at, or what is contested
	Next     ids.ID // the case after it in the same queue; zero: it is the last
	Now      time.Time
}

// Sheet gives a case. Faults: forbidden, not_found.
func (s *Service) Sheet(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) (sh Sheet, err error) {
	if err := mayModerate(who); err != nil {
		return sh, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		m, err := caseByID(ctx, tx, of.Key, id)
		if err != nil {
			return err
		}
		items, reports, err := s.items(ctx, tx, of, []Case{m})
		if err != nil {
			return err
		}
		sh = Sheet{Item: items[0], Reports: reports[m.ID], Mine: m.Author == who.ID, Now: of.Now(tx.Now())}
		if sh.Acts, err = actsOf(ctx, tx, of.Key, m.ID); err != nil {
			return err
		}
		earlier, err := actsAgainst(ctx, tx, of.Key, m.Author, 20)
		if err != nil {
			return err
		}
		for _, a := range earlier {
			if a.Case != m.ID {
				sh.Earlier = append(sh.Earlier, a)
			}
		}
		for _, a := range sh.Acts {
			second := m.State == Second && (a.Standing == Proposed || a.Standing == Urgent) && a.By == who.ID
			appealed := m.State == Appeal && !a.AppealedAt.IsZero() && a.Answer == NotYet && a.involves(who.ID)
			sh.Involved = sh.Involved || second || appealed
		}
		if sh.Bar, sh.Barred, err = account.BarOf(ctx, tx, of.Key, m.Author, sh.Now); err != nil {
			return err
		}
		if !sh.Contribution.Out && !sh.Contribution.Gone && !sh.Contribution.ID.IsZero() {
			path, err := s.sources[m.Kind].Editable(ctx, tx, of, sh.Contribution)
			if err != nil {
				return err
			}
			sh.Editable = path != ""
		}
		if m.State == Settled {
			return nil
		}
		after, err := queue(ctx, tx, of.Key, m.State, Key{m.OpenedAt, m.ID}, 1)
		if len(after) > 0 {
			sh.Next = after[0].ID
		}
		return err
	})
	return sh, err
}

// Outcome is what became of one case of several.
type Outcome struct {
	Case ids.ID
	Act  Act
	Err  error // a fault: this one was not decided, whatever the others
}

// Picked is a case in the version in which somebody ticked it.
type Picked struct {
	Case    ids.ID
	Version int
}

// atOnce is how many cases are decided with one form.
const atOnce = 100

// DecideAll decides several cases alike, each in a transaction of its own: one that somebody else decided meanwhile does not hold
// the others up. Only what is ours is returned as an error. Fault: forbidden.
func (s *Service) DecideAll(ctx context.Context, of platform.Platform, who account.Person, picked []Picked, d Decision) (list []Outcome, err error) {
	if err := mayModerate(who); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	for _, p := range picked[:min(len(picked), atOnce)] {
		d.Version = p.Version
		a, err := s.Decide(ctx, of, who, p.Case, d)
		if err != nil && !isFault(err) {
			return list, err
		}
		list = append(list, Outcome{p.Case, a, err})
	}
	return list, nil
}

// Suspicions gives the clusters among what was contributed of late, and the contributions in them. Fault: forbidden.
func (s *Service) Suspicions(ctx context.Context, of platform.Platform, who account.Person) (clusters []Cluster, found map[ids.ID]Contribution, err error) {
	if err := mayModerate(who); err != nil {
		return nil, nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		traces, err := account.Traces(ctx, tx, of.Key, tx.Now().Add(-account.TraceLife), tracesMost)
		if err != nil {
			return err
		}
		clusters = Suspect(traces)
		wanted := map[Kind][]ids.ID{}
		for _, c := range clusters {
			for _, t := range c.Traces {
				kind := Proposal
				if t.Doing == account.Comments {
					kind = Comment
				}
				wanted[kind] = append(wanted[kind], t.Subject)
				if t.Doing == account.Reports { // of either kind
					wanted[Comment] = append(wanted[Comment], t.Subject)
				}
			}
		}
		found, err = s.contributions(ctx, tx, of.Key, wanted)
		return err
	})
	return clusters, found, err
}

// Domains gives what the platform changed in the list of mail domains that are thrown away. Fault: forbidden.
func (s *Service) Domains(ctx context.Context, of platform.Platform, who account.Person) (d account.Domains, err error) {
	if err := mayKeepDomains(who); err != nil {
		return d, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err = account.DomainsOf(ctx, tx, of.Key)
		return err
	})
	return d, err
}

// SetDomains changes them. Faults: forbidden, invalid (refused, taken).
func (s *Service) SetDomains(ctx context.Context, of platform.Platform, who account.Person, d account.Domains) error {
	if err := mayKeepDomains(who); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := account.SetDomains(ctx, tx, of.Key, d); err != nil {
			return err
		}
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "domains_set"})
	})
}

func mayKeepDomains(who account.Person) error {
	if who.Roles.Can(access.KeepDomains, access.Moment{}) {
		return nil
	}
	return mayModerate(account.Person{})
}
