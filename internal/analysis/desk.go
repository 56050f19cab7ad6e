package analysis

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// Task is a proposal that a service of the agent has to say something of.
type Task struct {
	Assignment
	Number    int
	Slug      string
	Title     string
	Cost      int64 // hundredths, as its author says
	Address   string
	Category  string
	District  string
	Verdict   Verdict
	Version   int    // of the opinion; 0: none
	Edition   string // slug
	Currency  string
	Language  string
	RoundKind RoundKind
	RoundName string // title; empty: the kind's own name
	Alike     int    // number of the first of those that are like it, itself among them
	Likes     int    // how many of the agent's are like it, itself among them
}

// Filter is what an agent wants to see of the desk.
type Filter struct {
	Show     Show
	Edition  string // slug; empty: all
	Round    string // identifier; empty: all
	Service  string // identifier; empty: all of theirs
	Category string // name; empty: all
	District string
	Mine     bool // only what they are in charge of, or nobody is
	Alike    int  // only those that are like that number; 0: all
	Order    Order
}

// Show is which part of the work.
type Show string

// The parts.
const (
	ShowTodo    Show = "" // to do, begun or not
	ShowLate    Show = "late"
	ShowWaiting Show = "waiting"
	ShowDone    Show = "done"
	ShowAll     Show = "all"
)

// Shows lists them.
func Shows() []Show { return []Show{ShowTodo, ShowLate, ShowWaiting, ShowDone, ShowAll} }

// Order is how the desk is sorted; proposals that are alike stay together.
type Order string

// The orders.
const (
	ByDue      Order = ""
	ByStreet   Order = "street"
	ByCategory Order = "category"
)

// Orders lists them.
func Orders() []Order { return []Order{ByDue, ByStreet, ByCategory} }

func (t Task) in(show Show, now time.Time) bool {
	switch show {
	case ShowTodo:
		return t.State == Todo || t.State == Begun
	case ShowLate:
		return t.Late(now)
	case ShowWaiting:
		return t.State == Waiting
	case ShowDone:
		return t.State == Given
	}
	return true
}

// meets says whether a task is wanted, whatever part of the work it is in.
func (f Filter) meets(t Task, me ids.ID) bool {
	return (f.Edition == "" || t.Edition == f.Edition) && (f.Round == "" || t.Round.String() == f.Round) && (f.Service == "" || t.Service.String() == f.Service) &&
		(f.Category == "" || t.Category == f.Category) && (f.District == "" || t.District == f.District) && (!f.Mine || t.Charge.IsZero() || t.Charge == me) &&
		(f.Alike == 0 || t.Alike == f.Alike)
}

// Desk is what an agent has to do: first how much, and until when.
type Desk struct {
	Seat     Seat
	Now      time.Time
	Tasks    []Task // those that the filter wants, in its order
	All      []Task // every one of theirs
	Counts   map[Show]int
	Late     int
	Due      time.Time // the first day that is still to come; zero: none
	Editions []project.View
	Rounds   []Round
	People   map[ids.ID]string // names of those in charge
}

// Desk gives an agent's desk. A number of statements that does not follow that of proposals. Fault: forbidden.
func (s *Service) Desk(ctx context.Context, of platform.Platform, who account.Person, f Filter) (d Desk, err error) {
	if !who.Roles.Ever(access.Analyse) {
		return d, forbidden()
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err = deskOf(ctx, tx, of, who, f)
		return err
	})
	return d, err
}

func deskOf(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, f Filter) (d Desk, err error) {
	if d.Seat, err = SeatOf(ctx, tx, of.Key, who); err != nil {
		return d, err
	}
	d.Now = of.Now(tx.Now())
	views, err := project.Views(ctx, tx, of.Key, mostEditions, d.Now)
	if err != nil {
		return d, err
	}
	var open []ids.ID
	for _, e := range views {
		if e.Origin == project.OfCity && !project.Voted(e.Steps, d.Now) {
			d.Editions, open = append(d.Editions, e), append(open, e.Project.ID)
		}
	}
	if d.Rounds, err = Rounds(ctx, tx, of.Key, open); err != nil {
		return d, err
	}
	if d.All, err = tasksOf(ctx, tx, of.Key, d.Seat, open); err != nil {
		return d, err
	}
	d.name()
	group(d.All)
	holders, err := account.Holders(ctx, tx, of.Key)
	d.People = map[ids.ID]string{}
	for _, h := range holders {
		d.People[h.ID] = nameOf(h)
	}
	d.choose(f)
	return d, err
}

// name gives tasks what their edition and their round are called.
func (d *Desk) name() {
	editions, rounds := map[ids.ID]project.View{}, map[ids.ID]Round{}
	for _, e := range d.Editions {
		editions[e.Project.ID] = e
	}
	for _, r := range d.Rounds {
		rounds[r.ID] = r
	}
	for i := range d.All {
		t := &d.All[i]
		e, r := editions[t.Project], rounds[t.Round]
		t.Edition, t.Currency, t.Language, t.RoundKind, t.RoundName = e.Slug, e.Currency, e.Language, r.Kind, r.Title
	}
}

// choose counts and takes what the filter wants.
func (d *Desk) choose(f Filter) {
	d.Counts = map[Show]int{}
	for _, t := range d.All {
		if !f.meets(t, d.Seat.Person.ID) {
			continue
		}
		for _, show := range Shows() {
			if t.in(show, d.Now) {
				d.Counts[show]++
			}
		}
		if t.State.Open() && !t.Late(d.Now) && (d.Due.IsZero() || t.DueAt.Before(d.Due)) {
			d.Due = t.DueAt
		}
		if t.in(f.Show, d.Now) {
			d.Tasks = append(d.Tasks, t)
		}
	}
	d.Late = d.Counts[ShowLate]
	slices.SortStableFunc(d.Tasks, func(a, b Task) int { return f.Order.compare(a, b) })
}

func (o Order) compare(a, b Task) int {
	switch o {
	case ByStreet:
		return cmp.Or(cmp.Compare(street(a), street(b)), cmp.Compare(a.Number, b.Number))
	case ByCategory:
		return cmp.Or(cmp.Compare(i18n.Fold(a.Category), i18n.Fold(b.Category)), cmp.Compare(a.Alike, b.Alike), cmp.Compare(a.Number, b.Number))
	}
	return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Alike, b.Alike), cmp.Compare(a.Number, b.Number))
}

// street is by what proposals of one street stand together: the address without its number, else the district.
func street(t Task) string {
	if s := i18n.Fold(strings.TrimLeftFunc(t.Address, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsSpace(r) || r == ',' })); s != "" {
		return s
	}
	return "\uffff" + i18n.Fold(t.District) // after the streets
}

func tasksOf(ctx context.Context, tx db.Tx, platform int64, seat Seat, editions []ids.ID) ([]Task, error) {
	if len(seat.Services) == 0 || len(editions) == 0 {
		return nil, nil
	}
	services := make([]ids.ID, len(seat.Services))
	for i, v := range seat.Services {
		services[i] = v.ID
	}
	marks, args := db.In(services)
	of, more := db.In(editions)
	rows, err := tx.Query(ctx, `SELECT `+assignmentColumns+`, p.number, p.slug, p.title, p.cost, p.address, COALESCE(c.name, ''), COALESCE(d.name, ''), COALESCE(o.verdict, ''), COALESCE(o.version, 0)
		FROM assignment a JOIN proposal p ON p.platform = a.platform AND p.id = a.proposal
		LEFT JOIN category c ON c.platform = p.platform AND c.id = p.category LEFT JOIN district d ON d.platform = p.platform AND d.id = p.district
		LEFT JOIN opinion o ON o.platform = a.platform AND o.proposal = a.proposal AND o.round = a.round AND o.service = a.service
		WHERE a.platform = ? AND a.service IN (`+marks+`) AND a.project IN (`+of+`) AND a.state <> 'passed' AND p.trashed = '' AND p.published_at > 0 ORDER BY a.due_at, p.number`,
		slices.Concat([]any{platform}, args, more)...)
	return db.Collect(rows, err, func(r *sql.Rows, t *Task) error {
		var due, assigned int64
		err := r.Scan(append(t.targets(&due, &assigned), &t.Number, &t.Slug, &t.Title, &t.Cost, &t.Address, &t.Category, &t.District, &t.Verdict, &t.Version)...)
		t.DueAt, t.AssignedAt = db.Time(due), db.Time(assigned)
		return err
	})
}
