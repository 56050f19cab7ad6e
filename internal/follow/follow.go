// Package follow is who follows an edition or a district, beside the proposals that they follow, and the letters that tell
// them what happened: one for each person and period, with everything in it.
package follow

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Topic is what somebody follows, more than one proposal.
type Topic struct {
	Kind    Kind
	Subject ids.ID
}

// Kind is the kind of topic.
type Kind string

// The kinds.
const (
	Edition  Kind = "project"
	District Kind = "district"
)

// List is the list under which letters are sent: leaving it ends them all.
const List = "digest"

// Topics gives what somebody follows, the last first.
func Topics(ctx context.Context, tx db.Tx, platform int64, person ids.ID) ([]Topic, error) {
	rows, err := tx.Query(ctx, `SELECT t.kind, t.subject FROM follow_topic t WHERE t.platform = ? AND t.participant = ? ORDER BY t.at DESC, t.kind, t.subject`, platform, person)
	return db.Collect(rows, err, func(r *sql.Rows, t *Topic) error { return r.Scan(&t.Kind, &t.Subject) })
}

// PeriodOf gives how often somebody wants to be told.
func PeriodOf(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (notify.Period, error) {
	p := notify.Weekly
	err := tx.QueryRow(ctx, `SELECT r.period FROM digest_reader r WHERE r.platform = ? AND r.participant = ?`, platform, person).Scan(&p)
	if db.None(err) {
		err = nil
	}
	return p, err
}

// Service is for who follows.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// Choice is what somebody wants of what a page offered them.
type Choice struct {
	Offered, Wanted []Topic
	Period          notify.Period
}

// Choose keeps it: of what was offered, what is wanted is followed and the rest is not. Whoever wants something is on the list
// of letters again. Faults: forbidden, invalid (period).
func (s *Service) Choose(ctx context.Context, of platform.Platform, who account.Person, c Choice) error {
	if !who.Roles.Can(access.Follow, access.Moment{Published: true}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	if c.Period != notify.Daily && c.Period != notify.Weekly {
		return fault.New(fault.Invalid, "fault.talk.period").In("period")
	}
	wanted := map[Topic]bool{}
	for _, t := range c.Wanted {
		wanted[t] = true
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		now := of.Now(tx.Now())
		some := false
		for _, t := range c.Offered { // an edition and its districts
			if err := follow(ctx, tx, of.Key, who.ID, t, !wanted[t], now); err != nil {
				return err
			}
			some = some || wanted[t]
		}
		if some {
			if err := notify.Join(ctx, tx, of.Key, who.ID, List); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO digest_reader (platform, participant, period, told_until) VALUES (?, ?, ?, 0)
			ON CONFLICT (platform, participant) DO UPDATE SET period = excluded.period`, of.Key, who.ID, string(c.Period))
		return err
	})
}

func follow(ctx context.Context, tx db.Tx, platform int64, person ids.ID, t Topic, off bool, now time.Time) error {
	if off {
		_, err := tx.Exec(ctx, `DELETE FROM follow_topic WHERE platform = ? AND participant = ? AND kind = ? AND subject = ?`, platform, person, string(t.Kind), t.Subject)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO follow_topic (platform, kind, subject, participant, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (platform, participant, kind, subject) DO NOTHING`,
		platform, string(t.Kind), t.Subject, person, db.Micros(now))
	return err
}

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "following", Merge: merge, Forget: forget, Export: export}
}

// Own is what this room has of a person, for the file that they ask for.
type Own struct {
	Editions  []ids.ID      `json:"editions,omitempty"`
	Districts []ids.ID      `json:"districts,omitempty"`
	Period    notify.Period `json:"period"`
}

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	topics, err := Topics(ctx, tx, platform, person)
	if err != nil || len(topics) == 0 {
		return nil, err
	}
	var own Own
	for _, t := range topics {
		if t.Kind == Edition {
			own.Editions = append(own.Editions, t.Subject)
		} else {
			own.Districts = append(own.Districts, t.Subject)
		}
	}
	own.Period, err = PeriodOf(ctx, tx, platform, person)
	return own, err
}

// merge hands what one participant follows to another, who keeps how often they are told.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `INSERT INTO follow_topic (platform, kind, subject, participant, at) SELECT t.platform, t.kind, t.subject, ?, t.at FROM follow_topic t
		WHERE t.platform = ? AND t.participant = ? ON CONFLICT (platform, participant, kind, subject) DO NOTHING`, to, platform, from); err != nil {
		return err
	}
	return forget(ctx, tx, platform, from, false)
}

func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	if _, err := tx.Exec(ctx, `DELETE FROM follow_topic WHERE platform = ? AND participant = ?`, platform, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM digest_reader WHERE platform = ? AND participant = ?`, platform, person)
	return err
}
