package delivery

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Service is for who follows the works.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// Winner is a winner as its follow-up names it.
type Winner struct {
	ID        ids.ID
	Edition   ids.ID
	Past      bool // from before Parvis
	Number    int
	Title     string // empty: moderation put it out of sight
	Slug      string
	District  ids.ID
	Latitude  float64
	Longitude float64
	Placed    bool
	Picture   ids.ID // zero: none
	Body      string // of a past one
	Address   string // of a past one
}

// WinnersByID gives winners by their identifiers, proposals and those from before Parvis.
func WinnersByID(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) (map[ids.ID]Winner, error) {
	all := make(map[ids.ID]Winner, len(list))
	found, err := proposal.ByIDs(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		w := Winner{ID: p.ID, Edition: p.Project, Number: p.Number, District: p.District}
		if p.Trashed.Readable() {
			w.Title, w.Slug, w.Picture = p.Title, p.Slug, p.Picture
			if w.Placed = p.Place != nil; w.Placed {
				w.Latitude, w.Longitude = p.Place.Latitude, p.Place.Longitude
			}
		}
		all[p.ID] = w
	}
	if len(all) == len(list) {
		return all, nil
	}
	past, err := PastByIDs(ctx, tx, platform, list)
	for _, p := range past {
		all[p.ID] = p.winner()
	}
	return all, err
}

func (p Past) winner() Winner {
	w := Winner{ID: p.ID, Edition: p.Edition, Past: true, Number: p.Number, Title: p.Title, District: p.District, Body: p.Body, Address: p.Address}
	if w.Placed = p.Place != nil; w.Placed {
		w.Latitude, w.Longitude = p.Place.Latitude, p.Place.Longitude
	}
	return w
}

// Row is a winner on the desk of who follows it.
type Row struct {
	Winner
	Delivery
	Edition Edition
	Last    News // zero: none
}

// Edition is an edition as the desk names it.
type Edition struct {
	ID                    ids.ID
	Slug, Title, Currency string
	Language              string
	Past                  bool
}

// Desk is the work of somebody who follows works.
type Desk struct {
	Rows    []Row // those that wait first, by their next date
	Offices []Office
	Now     time.Time
}

// deskSize is more than anybody follows.
const deskSize = 2000

// Desk gives the winners for which somebody answers. Fault: forbidden.
func (s *Service) Desk(ctx context.Context, of platform.Platform, who account.Person) (d Desk, err error) {
	if !who.Roles.Ever(access.Deliver) {
		return d, fault.New(fault.Forbidden, "fault.forbidden")
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d = Desk{Now: of.Now(tx.Now())}
		if d.Offices, err = Offices(ctx, tx, of.Key); err != nil {
			return err
		}
		all, err := deskOf(ctx, tx, of.Key, deskSize)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(v Delivery) bool { return !who.Roles.Can(access.Deliver, Moment(who, v.Service, d.Offices)) })
		d.Rows, err = rows(ctx, tx, of.Key, all)
		return err
	})
	return d, err
}

// One gives one winner of the desk. Faults: forbidden, not_found.
func (s *Service) One(ctx context.Context, of platform.Platform, who account.Person, id ids.ID) (r Row, offices []Office, now time.Time, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		now = of.Now(tx.Now())
		d, list, err := mine(ctx, tx, of.Key, who, id)
		if err != nil {
			return err
		}
		offices = list
		found, err := rows(ctx, tx, of.Key, []Delivery{d})
		if err == nil {
			r = found[0]
		}
		return err
	})
	return r, offices, now, err
}

// mine gives a winner for which somebody answers. Faults: forbidden, not_found.
func mine(ctx context.Context, tx db.Tx, platform int64, who account.Person, id ids.ID) (d Delivery, offices []Office, err error) {
	found, err := Of(ctx, tx, platform, []ids.ID{id})
	if err != nil {
		return d, nil, err
	}
	d, ok := found[id]
	if !ok {
		return d, nil, notFound()
	}
	if offices, err = Offices(ctx, tx, platform); err != nil {
		return d, nil, err
	}
	if !who.Roles.Can(access.Deliver, Moment(who, d.Service, offices)) {
		return d, nil, fault.New(fault.Forbidden, "fault.works.not_yours")
	}
	return d, offices, nil
}

// rows completes winners, in their order, in as many statements for one as for all.
func rows(ctx context.Context, tx db.Tx, platform int64, list []Delivery) ([]Row, error) {
	at, editions := make([]ids.ID, len(list)), []ids.ID{}
	for i, d := range list {
		at[i] = d.Proposal
		if !slices.Contains(editions, d.Project) {
			editions = append(editions, d.Project)
		}
	}
	whole, err := Of(ctx, tx, platform, at)
	if err != nil {
		return nil, err
	}
	winners, err := WinnersByID(ctx, tx, platform, at)
	if err != nil {
		return nil, err
	}
	news, err := NewsOf(ctx, tx, platform, at)
	if err != nil {
		return nil, err
	}
	names, err := editionsByID(ctx, tx, platform, editions)
	out := make([]Row, len(list))
	for i, d := range list {
		out[i] = Row{Winner: winners[d.Proposal], Delivery: whole[d.Proposal], Edition: names[d.Project]}
		if told := news[d.Proposal]; len(told) > 0 {
			out[i].Last = told[0]
		}
	}
	return out, err
}

func editionsByID(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) (map[ids.ID]Edition, error) {
	names := map[ids.ID]Edition{}
	here, err := project.ByIDs(ctx, tx, platform, list)
	if err != nil {
		return nil, err
	}
	for _, p := range here {
		names[p.ID] = Edition{ID: p.ID, Slug: p.Slug, Title: p.Title, Currency: p.Currency, Language: p.Language}
	}
	past, err := PastEditions(ctx, tx, platform)
	for _, e := range past {
		names[e.ID] = e.shown()
	}
	return names, err
}

func (e PastEdition) shown() Edition {
	return Edition{ID: e.ID, Slug: e.Slug, Title: e.Title, Currency: "EUR", Language: "fr", Past: true}
}

// Save keeps what somebody tells of a winner: its state with the journal's entry, and the news with their job, in one
// transaction. Faults: forbidden, not_found, conflict (somebody saved it meanwhile; nothing is changed), and those of With.
func (s *Service) Save(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, c Change) error {
	if c.News != nil {
		c.News.Body = strings.TrimSpace(c.News.Body)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := of.Now(tx.Now())
		was, offices, err := mine(ctx, tx, of.Key, who, id)
		if err != nil {
			return err
		}
		if was.Version != c.Version {
			return changed()
		}
		if c.Service != nil && !c.Service.IsZero() && !slices.ContainsFunc(offices, func(o Office) bool { return o.ID == *c.Service }) {
			return fault.New(fault.Invalid, "fault.works.service").In("service")
		}
		d, err := was.With(c, now)
		if err != nil {
			return err
		}
		if err := update(ctx, tx, of.Key, d, d.Delays[len(was.Delays):]); err != nil {
			return err
		}
		if err := journal.Append(ctx, tx, of.Key, entryKind(was, d), entry(was, d, c)); err != nil {
			return err
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: entryKind(was, d), Kind: "proposal", Subject: d.Proposal, Project: d.Project}); err != nil {
			return err
		}
		switch {
		case c.News != nil:
			return tell(ctx, tx, of, d, *c.News, now)
		case c.End != nil: // people are told that too, in the words of its reason
			return tell(ctx, tx, of, d, Told{Phase: During, Body: d.Reason}, now)
		}
		return nil
	})
}

func entryKind(was, d Delivery) string {
	if d.State == Abandoned && was.State != Abandoned {
		return "works_abandoned"
	}
	return "works_changed"
}

// entry is what the journal says of a change: facts, and none of the words that somebody typed.
func entry(was, d Delivery, c Change) map[string]any {
	day := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	body := map[string]any{"proposal": d.Proposal, "project": d.Project, "state": d.State, "version": d.Version, "news": c.News != nil}
	if d.Committed != nil {
		body["committed"] = *d.Committed
	}
	if d.Spent != nil {
		body["spent"] = *d.Spent
	}
	if !d.Service.IsZero() {
		body["service"] = d.Service
	}
	reached := []map[string]any{}
	for _, r := range c.Reached {
		reached = append(reached, map[string]any{"stage": r.Position, "on": day(r.Day)})
	}
	moved := []map[string]any{}
	for _, w := range d.Delays[len(was.Delays):] {
		moved = append(moved, map[string]any{"stage": w.Position, "from": day(w.From), "to": day(w.To), "reason": w.Reason})
	}
	body["reached"], body["moved"] = reached, moved
	return body
}

// tell stores a piece of news with its picture, the job that tells its author at once, and what letters tell who follows.
func tell(ctx context.Context, tx db.Tx, of platform.Platform, d Delivery, t Told, now time.Time) error {
	n := News{ID: ids.Dated(tx.Now()), Proposal: d.Proposal, Phase: t.Phase, Body: t.Body, At: now}
	if t.Picture != nil {
		p, err := media.Store(ctx, tx, of.Key, *t.Picture, t.Alt)
		if err != nil {
			return err
		}
		n.Picture = p.ID
	}
	if err := insertNews(ctx, tx, of.Key, d.Project, n); err != nil {
		return err
	}
	if err := jobs.Add(ctx, tx, of.Key, NewsJob, newsJob{n.ID}, time.Time{}); err != nil {
		return err
	}
	found, err := proposal.ByIDs(ctx, tx, of.Key, []ids.ID{d.Proposal})
	if err != nil || len(found) == 0 { // nobody follows a past winner
		return err
	}
	path, err := pathOf(ctx, tx, of.Key, found[0])
	if err != nil {
		return err
	}
	return notify.Tell(ctx, tx, of, notify.Happening{Kind: "work", Project: d.Project, Proposal: d.Proposal, District: found[0].District, Source: n.ID, Actor: found[0].Author, Path: path, At: now})
}
