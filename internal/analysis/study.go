package analysis

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Study is everything that an agent needs of one proposal, on one screen.
type Study struct {
	Edition   project.View
	Proposal  proposal.Proposal
	Author    string
	Category  string
	District  *project.District
	Answers   []deposit.Answered // public ones, then those for the services alone
	Private   []deposit.Answered
	Seat      Seat
	Rounds    []Round
	Sent      []Assignment // to whom it was sent, all rounds
	Mine      []Assignment // of them, those of the agent's services that are not passed on
	At        *Assignment  // the one that is worked on; nil: nothing was sent to the agent
	Opinion   Opinion      // of At; version 0: none
	Others    []Opinion    // what the other services gave
	Drafts    int          // how many others are still writing
	Asked     []Asked
	Articles  []rulebook.Article
	Notes     []Note
	Files     []File
	People    map[ids.ID]string
	Team      []Colleague
	Past      []Past
	Alike     []proposal.Alike // of this edition
	Handed    []Transmission
	MayWrite  bool
	MayAssign bool
	Costs     bool // the service must say what it costs
	Next      *Task
	Before    *Task
	Place     int // in the list of the desk, from 1; 0: not in it
	Of        int
	Desk      Desk
}

// Past is what a like project of an earlier edition cost.
type Past struct {
	proposal.Alike
	Cost     int64
	Currency string
	Winner   bool
}

// mostAlike is how many like projects are looked at.
const mostAlike = 12

// mostShown is how many of the same edition are shown.
const mostShown = 5

// Study gives a proposal as an agent studies it, in the list that the filter makes of their desk. at says which of their assignments
// is worked on; a zero service is the first that is open. Faults: forbidden, not_found.
func (s *Service) Study(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, at Key, f Filter, l *i18n.Locale) (v Study, err error) {
	if !who.Roles.Ever(access.SeeAnalysis) {
		return v, forbidden()
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		v, err = study(ctx, tx, of, who, slug, number, at, f, l)
		return err
	})
	return v, err
}

func study(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, number int, at Key, f Filter, l *i18n.Locale) (v Study, err error) {
	d, err := doorTo(ctx, tx, of, who, slug, number)
	if err != nil {
		return v, err
	}
	v = Study{Edition: d.edition, Proposal: d.found, Seat: d.seat, Sent: d.sent}
	v.MayWrite = d.seat.May(access.Analyse, d.edition, d.sent)
	v.MayAssign = d.seat.May(access.Assign, d.edition, d.sent)
	for _, a := range d.sent {
		if d.seat.In(a.Service) && a.State != Passed {
			v.Mine = append(v.Mine, a)
		}
	}
	v.At = pick(v.Mine, at)
	if v.Desk, err = deskOf(ctx, tx, of, who, f); err != nil {
		return v, err
	}
	v.Rounds = slices.DeleteFunc(slices.Clone(v.Desk.Rounds), func(r Round) bool { return r.Project != d.edition.Project.ID })
	v.Costs = v.At != nil && v.At.Lead && slices.ContainsFunc(v.Rounds, func(r Round) bool { return r.ID == v.At.Round && r.Kind == Costing })
	v.neighbours()
	for _, read := range []func(context.Context, db.Tx, platform.Platform, door, *i18n.Locale) error{v.words, v.people, v.opinions, v.around} {
		if err := read(ctx, tx, of, d, l); err != nil {
			return v, err
		}
	}
	return v, nil
}

// pick gives the assignment that is worked on: the one that is named, else the first that is open, else the last.
func pick(mine []Assignment, at Key) *Assignment {
	for i := range mine {
		if mine[i].Service == at.Service && mine[i].Round == at.Round {
			return &mine[i]
		}
	}
	for i := range mine {
		if mine[i].State.Open() {
			return &mine[i]
		}
	}
	if len(mine) > 0 {
		return &mine[len(mine)-1]
	}
	return nil
}

// neighbours finds the proposals before and after this one in the desk's list.
func (v *Study) neighbours() {
	tasks := v.Desk.Tasks
	v.Of = len(tasks)
	i := slices.IndexFunc(tasks, func(t Task) bool { return v.At != nil && t.Key() == v.At.Key() })
	if i < 0 { // it has just left the list, as its opinion is given: the next one is the first that is left
		for k := range tasks {
			if tasks[k].Proposal != v.Proposal.ID {
				v.Next = &tasks[k]
				break
			}
		}
		return
	}
	v.Place = i + 1
	if i > 0 {
		v.Before = &tasks[i-1]
	}
	if i+1 < len(tasks) {
		v.Next = &tasks[i+1]
	}
}

// words reads what the author says, and where.
func (v *Study) words(ctx context.Context, tx db.Tx, of platform.Platform, d door, l *i18n.Locale) error {
	if !d.found.District.IsZero() {
		places, err := project.DistrictsByID(ctx, tx, of.Key, []ids.ID{d.found.District})
		if err != nil {
			return err
		}
		if len(places) > 0 {
			v.District = &places[0]
		}
	}
	if !d.found.Category.IsZero() {
		found, err := project.CategoriesByID(ctx, tx, of.Key, []ids.ID{d.found.Category})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			v.Category = found[0].Name
		}
	}
	authors, err := account.ByIDs(ctx, tx, of.Key, []ids.ID{d.found.Author})
	if err != nil {
		return err
	}
	if v.Author = d.found.Proposer; v.Author == "" && len(authors) > 0 {
		v.Author = authors[0].Name
	}
	made, ok, err := deposit.DepositOf(ctx, tx, of.Key, d.found.ID)
	if err != nil || !ok {
		return err
	}
	form, err := deposit.FormOf(ctx, tx, of.Key, made.Step)
	v.Answers = form.PublicAnswers(made.Content, l.Lang)
	if d.seesAnswers(made) {
		v.Private = form.PrivateAnswers(made.Content, l.Lang)
	}
	return err
}

// seesAnswers asks access whether what the author answered for the services alone is theirs to read.
func (d door) seesAnswers(made deposit.Deposit) bool {
	m := made.Moment(d.found, d.seat.Person)
	m.Sent = d.seat.sent(d.sent)
	return d.seat.roles().Can(access.SeeAnswers, m)
}

// people reads who they are.
func (v *Study) people(ctx context.Context, tx db.Tx, of platform.Platform, d door, _ *i18n.Locale) error {
	holders, err := account.Holders(ctx, tx, of.Key)
	v.People, v.Team = map[ids.ID]string{}, colleagues(holders, d.seat.All)
	for _, h := range holders {
		v.People[h.ID] = nameOf(h)
	}
	if d.seat.Guest() { // another body does not learn who works for the city
		v.Team = slices.DeleteFunc(v.Team, func(c Colleague) bool {
			return !slices.ContainsFunc(d.seat.Services, func(s project.CityService) bool { return slices.Contains(s.Members, c.ID) })
		})
	}
	return err
}

// opinions reads what the services say, with their notes and files, as far as they are theirs to read.
func (v *Study) opinions(ctx context.Context, tx db.Tx, of platform.Platform, d door, l *i18n.Locale) error {
	said, err := Opinions(ctx, tx, of.Key, []ids.ID{d.found.ID})
	if err != nil {
		return err
	}
	for _, o := range said[d.found.ID] {
		switch mine := v.At != nil && o.Service == v.At.Service && o.Round == v.At.Round; {
		case mine:
			v.Opinion = o
		case !d.shows(o.Service):
		case o.Given():
			v.Others = append(v.Others, o)
		default:
			v.Drafts++
		}
	}
	form, err := FormOf(ctx, tx, of.Key, d.edition)
	if err != nil {
		return err
	}
	v.Asked, v.Articles = form.Ask(d.edition.Rulebook, l), d.edition.Rulebook.Regulation(l)
	notes, err := notesOf(ctx, tx, of.Key, d.found.ID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if d.shows(n.Service) || slices.Contains(n.Mentions, d.seat.Person.ID) {
			v.Notes = append(v.Notes, n)
		}
	}
	files, err := filesOf(ctx, tx, of.Key, d.found.ID)
	for _, f := range files {
		if d.shows(f.Service) {
			v.Files = append(v.Files, f)
		}
	}
	if d.seat.Guest() && !d.seat.roles().Can(access.Assign, access.Moment{}) {
		v.Sent = slices.DeleteFunc(slices.Clone(v.Sent), func(a Assignment) bool { return !d.seat.In(a.Service) })
	}
	return err
}

// around reads what is like the proposal, here and in earlier editions, and to whom it was handed.
func (v *Study) around(ctx context.Context, tx db.Tx, of platform.Platform, d door, _ *i18n.Locale) error {
	handed, err := Transmissions(ctx, tx, of.Key, []ids.ID{d.found.ID})
	if err != nil {
		return err
	}
	v.Handed = handed[d.found.ID]
	found, err := proposal.Similar(ctx, tx, of.Key, d.found.Title, mostAlike)
	if err != nil {
		return err
	}
	var earlier []ids.ID
	for _, a := range found {
		switch {
		case a.ID == d.found.ID:
		case a.Project == d.edition.Project.ID:
			if len(v.Alike) < mostShown {
				v.Alike = append(v.Alike, a)
			}
		default:
			earlier = append(earlier, a.ID)
		}
	}
	if len(earlier) == 0 {
		return nil
	}
	costs, err := proposal.ByIDs(ctx, tx, of.Key, earlier)
	if err != nil {
		return err
	}
	places, err := proposal.SelectionsOf(ctx, tx, of.Key, earlier)
	if err != nil {
		return err
	}
	for _, a := range found {
		i := slices.IndexFunc(costs, func(p proposal.Proposal) bool { return p.ID == a.ID })
		if a.Project == d.edition.Project.ID || i < 0 || costs[i].Cost == 0 {
			continue
		}
		winner := slices.ContainsFunc(places, func(s proposal.Selection) bool { return s.Proposal == a.ID && s.Status == proposal.StatusWinner })
		v.Past = append(v.Past, Past{Alike: a, Cost: costs[i].Cost, Currency: d.edition.Currency, Winner: winner})
	}
	slices.SortStableFunc(v.Past, func(a, b Past) int { // what was decided on says more than what was asked for
		switch {
		case a.Winner == b.Winner:
			return 0
		case a.Winner:
			return -1
		}
		return 1
	})
	return nil
}
