package discussion

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Filter says to which authors of an edition something is written; what is empty does not count.
type Filter struct {
	Category ids.ID `json:"category,omitzero"`
	District ids.ID `json:"district,omitzero"`
	Status   string `json:"status,omitempty"` // as proposal.StatusVoted, StatusWinner
}

// Letter is what the city writes to authors.
type Letter struct {
	ID      ids.ID // made by the page that previews it, so that it is sent once
	Subject string
	Body    string // plain text
	Filter  Filter
}

const (
	maxSubject = 120
	maxLetter  = 10_000
	mostPeople = 20_000 // authors of an edition
)

func (l Letter) check() error {
	var list []*fault.Error
	if n := utf8.RuneCountInString(l.Subject); n == 0 || n > maxSubject {
		list = append(list, fault.New(fault.Invalid, "fault.talk.subject", "Max", maxSubject).In("subject"))
	}
	if n := utf8.RuneCountInString(l.Body); n < minBody || n > maxLetter {
		list = append(list, fault.New(fault.Invalid, "fault.talk.letter", "Max", maxLetter).In("body"))
	}
	if l.Filter.Status != "" && l.Filter.Status != proposal.StatusVoted && l.Filter.Status != proposal.StatusWinner {
		list = append(list, fault.New(fault.Invalid, "fault.talk.status").In("status"))
	}
	return fault.All(list)
}

func (l Letter) tidy() Letter {
	l.Subject, l.Body = strings.Join(strings.Fields(l.Subject), " "), tidy(l.Body)
	return l
}

// authors gives whom a filter finds, each once.
func authors(ctx context.Context, tx db.Tx, platform int64, project ids.ID, f Filter) ([]ids.ID, error) {
	where, args := `p.platform = ? AND p.project = ? AND p.published_at > 0 AND p.trashed = ?`, []any{platform, project, string(proposal.NotTrashed)}
	if !f.Category.IsZero() {
		where, args = where+` AND p.category = ?`, append(args, f.Category)
	}
	if !f.District.IsZero() {
		where, args = where+` AND p.district = ?`, append(args, f.District)
	}
	if f.Status != "" {
		where, args = where+` AND EXISTS (SELECT 1 FROM selection s WHERE s.platform = p.platform AND s.proposal = p.id AND s.status = ? AND s.trashed = ?)`, append(args, f.Status, false)
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT p.author FROM proposal p WHERE `+where+` ORDER BY p.author LIMIT ?`, append(args, mostPeople)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// letterTo reads the edition and those who can be written to. Faults: forbidden, not_found.
func letterTo(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, f Filter) (project.View, []account.Person, error) {
	view, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
	if err != nil {
		return view, nil, err
	}
	if view.Origin == project.Imported {
		return view, nil, fault.New(fault.NotFound, "fault.project.unknown", "Value", slug)
	}
	list, err := authors(ctx, tx, of.Key, view.ID, f)
	if err != nil {
		return view, nil, err
	}
	people, err := account.Reachable(ctx, tx, of.Key, list)
	return view, people, err
}

func (l Letter) mail(p account.Person, slug string) notify.Mail {
	return notify.Mail{To: p.Email, Name: p.Name, Lang: langOf(p), Kind: "authors", Person: p.ID, Path: "/projets/" + slug, Args: map[string]any{"Subject": l.Subject, "Body": l.Body}}
}

// PreviewLetter says how many people a letter reaches, and how it arrives. Faults: forbidden, not_found, invalid.
func (s *Service) PreviewLetter(ctx context.Context, of platform.Platform, who account.Person, slug, local string, l Letter) (people int, arrives notify.Letter, err error) {
	if err := may(who, access.WriteAuthors, access.Moment{}); err != nil {
		return 0, arrives, err
	}
	l = l.tidy()
	if err := l.check(); err != nil {
		return 0, arrives, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		view, to, err := letterTo(ctx, tx, of, who, slug, l.Filter)
		people, arrives = len(to), l.mail(who, view.Slug).Compose(of, local)
		return err
	})
	return people, arrives, err
}

// SendLetter sends it to whom the preview counted, once, and says to how many. Sent again, it answers the same and sends
// nothing. Faults: forbidden, not_found, invalid, conflict (it reaches nobody).
func (s *Service) SendLetter(ctx context.Context, of platform.Platform, who account.Person, slug string, l Letter) (people int, err error) {
	if err := may(who, access.WriteAuthors, access.Moment{}); err != nil {
		return 0, err
	}
	l = l.tidy()
	if err := l.check(); err != nil {
		return 0, err
	}
	if l.ID.IsZero() {
		return 0, fault.New(fault.Invalid, "fault.form.unreadable")
	}
	filter, err := json.Marshal(l.Filter)
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "letter "+l.ID.String()); err != nil {
			return err
		}
		sent := tx.QueryRow(ctx, `SELECT m.people FROM author_message m WHERE m.platform = ? AND m.id = ?`, of.Key, l.ID).Scan(&people)
		if !db.None(sent) {
			return sent
		}
		view, to, err := letterTo(ctx, tx, of, who, slug, l.Filter)
		if err != nil {
			return err
		}
		if people = len(to); people == 0 {
			return fault.New(fault.Conflict, "fault.talk.nobody")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO author_message (platform, id, project, sender, subject, body, filter, people, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			of.Key, l.ID, view.ID, who.ID, l.Subject, l.Body, string(filter), people, db.Micros(view.Now)); err != nil {
			return err
		}
		mails := make([]notify.Mail, len(to))
		for i, p := range to {
			mails[i] = l.mail(p, view.Slug)
		}
		if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
			return err
		}
		return audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "authors_written", Kind: "project", Subject: view.ID, Project: view.ID, Note: l.Subject})
	})
	return people, err
}

// Sent is a letter that was sent.
type Sent struct {
	ID      ids.ID
	Subject string
	Body    string
	People  int
	At      time.Time
}

// Letters gives those of an edition, the last first.
func Letters(ctx context.Context, tx db.Tx, platform int64, project ids.ID, limit int) ([]Sent, error) {
	rows, err := tx.Query(ctx, `SELECT m.id, m.subject, m.body, m.people, m.sent_at FROM author_message m WHERE m.platform = ? AND m.project = ? ORDER BY m.sent_at DESC, m.id DESC LIMIT ?`, platform, project, limit)
	return db.Collect(rows, err, func(r *sql.Rows, s *Sent) error {
		var at int64
		err := r.Scan(&s.ID, &s.Subject, &s.Body, &s.People, &at)
		s.At = db.Time(at)
		return err
	})
}
