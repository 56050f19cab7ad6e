package discussion

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Question is a thread between the author of a proposal and the services that study it. Whoever asks chooses whether
// everybody reads it, and it stays so.
type Question struct {
	ID       ids.ID
	Proposal ids.ID
	Project  ids.ID
	Public   bool
	AskedBy  Side
	WaitsFor Side // who has not had the last word
	AskedAt  time.Time
	MovedAt  time.Time // of its last message
	Messages []Message // the oldest first
}

// Message is one of a thread. Who wrote for the city is nobody else's to know: the city speaks.
type Message struct {
	ID       ids.ID
	Question ids.ID
	Side     Side
	Author   ids.ID // participant
	Body     string // empty once its author was forgotten
	At       time.Time
}

// Side is who speaks.
type Side string

// The sides.
const (
	OfAuthor Side = "author"
	OfCity   Side = "city"
)

// Other is the other one.
func (s Side) Other() Side {
	if s == OfAuthor {
		return OfCity
	}
	return OfAuthor
}

// SideOf says for whom somebody speaks about a proposal, if they may. Faults: forbidden, closed.
func SideOf(a About, who account.Person) (Side, error) {
	m := a.QuestionMoment(who)
	if m.Own {
		return OfAuthor, may(who, access.AskServices, m)
	}
	return OfCity, may(who, access.AskAuthor, m)
}

// QuestionMoment is what access is asked with about the questions to and of a proposal's author.
func (a About) QuestionMoment(who account.Person) access.Moment {
	m := a.Moment()
	m.Sent = a.Sent
	m.Own = !who.IsZero() && who.ID == a.Proposal.Author
	return m
}

// For gives somebody with their roles as they count among the services, and notes whether the proposal was sent to theirs.
func (a *About) For(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person) (account.Person, error) {
	roles, sent, err := analysis.SentTo(ctx, tx, of.Key, who)
	who.Roles, a.Sent = roles, slices.Contains(sent, a.Proposal.ID)
	return who, err
}

// Questions gives the threads of a proposal, the last begun first: those that the reader may see.
func Questions(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, a About) ([]Question, error) {
	return questionsOf(ctx, tx, of.Key, a.Proposal.ID, who.Roles.Can(access.SeeQuestions, a.QuestionMoment(who)))
}

// Ask begins a thread: the author of the services, or one of those who study the proposal of its author. The same words again,
// within minutes, are the same question. Faults: forbidden, not_found, closed, limited, invalid (body), those of account.Contribute.
func (s *Service) Ask(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, public bool, body string) (q Question, err error) {
	body = tidy(body)
	err = s.speak(ctx, of, who, slug, number, body, func(ctx context.Context, tx db.Tx, a About, side Side) error {
		q = Question{ID: ids.Dated(a.Now), Proposal: a.Proposal.ID, Project: a.ID, Public: public, AskedBy: side, AskedAt: a.Now}
		said, err := saidBy(ctx, tx, of.Key, who.ID, a.Now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		for _, m := range said {
			if m.Body == body && m.first && m.proposal == q.Proposal && a.Now.Sub(m.At) < again {
				q.ID = m.Question
				return nil
			}
		}
		if err := insertQuestion(ctx, tx, of.Key, q); err != nil {
			return err
		}
		return s.say(ctx, tx, of, who, a, q, side, body, said)
	})
	return q, err
}

// Reply adds a message to a thread. Faults: those of Ask.
func (s *Service) Reply(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, question ids.ID, body string) error {
	body = tidy(body)
	return s.speak(ctx, of, who, slug, number, body, func(ctx context.Context, tx db.Tx, a About, side Side) error {
		q, err := oneQuestion(ctx, tx, of.Key, question)
		if err != nil {
			return err
		}
		if q.Proposal != a.Proposal.ID {
			return unknownQuestion()
		}
		said, err := saidBy(ctx, tx, of.Key, who.ID, a.Now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		for _, m := range said {
			if m.Body == body && m.Question == q.ID && a.Now.Sub(m.At) < again {
				return nil
			}
		}
		return s.say(ctx, tx, of, who, a, q, side, body, said)
	})
}

// speak runs fn for who may say something about the questions of a proposal.
func (s *Service) speak(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, body string, fn func(ctx context.Context, tx db.Tx, a About, side Side) error) error {
	if err := checkBody(body); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "questions of "+who.ID.String()); err != nil {
			return err
		}
		a, err := AboutOf(ctx, tx, of, slug, number)
		if err != nil {
			return err
		}
		counted, err := a.For(ctx, tx, of, who)
		if err != nil {
			return err
		}
		side, err := SideOf(a, counted)
		if err != nil {
			return err
		}
		return fn(ctx, tx, a, side)
	})
}

// say writes a message, tells the other side by e-mail without its words, and what everybody may read into the journal.
func (s *Service) say(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, a About, q Question, side Side, body string, said []spoken) error {
	if side == OfAuthor {
		times := make([]time.Time, len(said))
		for i, m := range said {
			times[i] = m.At
		}
		if err := limit(of.Now(who.CreatedAt), times, a.Now); err != nil {
			return err
		}
	}
	m := Message{ID: ids.Dated(a.Now), Question: q.ID, Side: side, Author: who.ID, Body: body, At: a.Now}
	if side == OfAuthor {
		if err := account.Contribute(ctx, tx, of, who, account.Comments, m.ID); err != nil {
			return err
		}
	}
	if err := insertMessage(ctx, tx, of.Key, m); err != nil {
		return err
	}
	if err := move(ctx, tx, of.Key, q.ID, side.Other(), a.Now); err != nil {
		return err
	}
	path := a.Path() + "/questions"
	to, err := s.addressees(ctx, tx, of, a, q, side.Other())
	if err != nil {
		return err
	}
	var mails []notify.Mail
	for _, p := range to {
		if p.ID == who.ID {
			continue
		}
		mails = append(mails, notify.Mail{To: p.Email, Name: p.Name, Lang: langOf(p), Kind: "question_to_" + string(side.Other()), Person: p.ID, Path: path,
			Args: map[string]any{"Title": a.Proposal.Title, "Number": a.Proposal.Number, "Project": a.Title}})
	}
	if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
		return err
	}
	if side == OfCity {
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "author_written", Kind: "proposal", Subject: a.Proposal.ID, Project: a.ID}); err != nil {
			return err
		}
	}
	if !q.Public {
		return nil
	}
	if err := journal.Append(ctx, tx, of.Key, "question_published", map[string]any{"question": q.ID, "message": m.ID, "proposal": q.Proposal, "project": q.Project, "from": string(side)}); err != nil {
		return err
	}
	if side == OfAuthor {
		return nil
	}
	return notify.Tell(ctx, tx, of, notify.Happening{Kind: "answer", Project: a.ID, Proposal: q.Proposal, District: a.Proposal.District, Source: m.ID, Actor: who.ID, Path: path, At: a.Now})
}

// langOf is the language in which somebody is written to.
func langOf(p account.Person) i18n.Lang {
	if lang, ok := i18n.Parse(p.Language); ok {
		return lang
	}
	return i18n.FR
}

// addressees are those who are told by e-mail: the author; or who has written for the city in the thread, else who is in charge
// of the proposal, else who follows the analyses.
func (s *Service) addressees(ctx context.Context, tx db.Tx, of platform.Platform, a About, q Question, side Side) ([]account.Person, error) {
	if side == OfAuthor {
		return account.Reachable(ctx, tx, of.Key, []ids.ID{a.Proposal.Author})
	}
	list, err := agentsOf(ctx, tx, of.Key, q.ID)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		if list, err = analysis.InCharge(ctx, tx, of.Key, a.Proposal.ID); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		holders, err := account.Holders(ctx, tx, of.Key)
		if err != nil {
			return nil, err
		}
		for _, role := range []access.Role{access.Supervisor, access.Organiser} {
			for _, h := range holders {
				if h.Roles.Has(role) {
					list = append(list, h.ID)
				}
			}
			if len(list) > 0 {
				break
			}
		}
	}
	return account.Reachable(ctx, tx, of.Key, list)
}
