package ballot

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Vote is what a person casts: exactly what the check page showed them.
type Vote struct {
	Choices  []Choice
	District string // slug of the district whose ballot they fill in; empty: none
	Declared Declared
}

// Receipt is what a person has of a cast: that their ballot is in, and nothing of what is on it.
type Receipt struct {
	Tracker string
	Changed bool // it takes the place of one before
	Again   bool // the same ballot was in already: a double tap, a form that was sent twice
	At      time.Time
}

// cast is one call of Cast on its way through the turnstile.
type cast struct {
	person account.Person
	lang   i18n.Lang
	vote   Vote

	turn    chan []*cast // a group to lead, or nil: done
	receipt Receipt
	err     error
}

// Cast puts a person's ballot in: one for each person and step, the last one counts. It is accepted exactly when the
// database's time, on the platform's clock, is before the end of the step. The e-mail that confirms it is queued with it.
// Faults: invalid (field choices, or what was declared: age, home, lives, kind), closed, forbidden, not_found, unavailable.
func (s *Service) Cast(ctx context.Context, of platform.Platform, person account.Person, slug string, lang i18n.Lang, v Vote) (Receipt, error) {
	c := &cast{person: person, lang: lang, vote: v}
	err := s.in.pass(ctx, box{of.Key, slug}, c, func(ctx context.Context, group []*cast) error {
		return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return admit(ctx, tx, of, slug, group) })
	})
	return c.receipt, err
}

// admit puts a group of ballots for one box in: the step is locked, its time asked, each ballot judged, and what they
// change written together.
func admit(ctx context.Context, tx db.Tx, of platform.Platform, slug string, group []*cast) error {
	for _, c := range group {
		c.receipt, c.err = Receipt{}, nil
	}
	b, err := locked(ctx, tx, of, slug)
	if err != nil {
		for _, c := range group {
			c.err = err
		}
		return ours(err)
	}
	if b.Paper.Items, err = proposal.Choosables(ctx, tx, of.Key, b.Step().ID, false, b.Paper.TwoParts()); err != nil {
		return err
	}
	d, err := b.desk(ctx, tx, of, group)
	if err != nil {
		return err
	}
	for _, c := range group {
		c.receipt, c.err = d.take(c)
	}
	return d.write(ctx, tx)
}

// locked reads a booth under the lock of its step: closing and prolonging wait for the ballots that are being written, and
// the time is asked once the lock is held. Statements are planned anew, as the box fills within hours from nothing.
func locked(ctx context.Context, tx db.Tx, of platform.Platform, slug string) (Booth, error) {
	if err := tx.LockRows(ctx, `SELECT s.id FROM step s JOIN project p ON p.platform = s.platform AND p.id = s.project
		WHERE s.platform = ? AND p.slug = ? AND s.kind = ? ORDER BY s.id FOR UPDATE OF s`, of.Key, slug, string(project.Vote)); err != nil {
		return Booth{}, err
	}
	return hall(ctx, tx, of, slug)
}

// desk is the table at the box: who has voted, and what a group of ballots changes.
type desk struct {
	booth Booth
	of    platform.Platform
	asked Asked
	day   int64
	held  map[ids.ID]*held // by person
	shut  map[ids.ID]error // to whom the project is not open: their address is not of its domains or its list
}

// held is what a person has in the box, and had before the group.
type held struct {
	Signature
	text    string // of the ballot
	choices []Choice
	before  Signature
	old     string // text of the ballot before
	mail    account.Person
	lang    i18n.Lang
}

func (h *held) moved() bool { return h.Ballot != h.before.Ballot || h.Tracker != h.before.Tracker }

func (b Booth) desk(ctx context.Context, tx db.Tx, of platform.Platform, group []*cast) (*desk, error) {
	people, who := make([]ids.ID, 0, len(group)), make([]account.Person, 0, len(group))
	for _, c := range group {
		people, who = append(people, c.person.ID), append(who, c.person)
	}
	shut, err := project.Admits(ctx, tx, of.Key, b.Project.ID, b.Rulebook.Vote.Who, who)
	if err != nil {
		return nil, err
	}
	people = unique(people)
	signed, err := signaturesOf(ctx, tx, of.Key, b.Step().ID, people)
	if err != nil {
		return nil, err
	}
	var ballots []ids.ID
	for _, g := range signed {
		if !g.Ballot.IsZero() {
			ballots = append(ballots, g.Ballot)
		}
	}
	texts := map[ids.ID]string{}
	if len(ballots) > 0 {
		if texts, err = choicesOf(ctx, tx, of.Key, b.Step().ID, unique(ballots)); err != nil {
			return nil, err
		}
	}
	d := &desk{booth: b, of: of, asked: Asks(b.Rulebook.Vote), day: dayOf(b.Now, of.Zone), held: map[ids.ID]*held{}, shut: shut}
	for id, g := range signed {
		text := texts[g.Ballot]
		d.held[id] = &held{Signature: g, text: text, before: g, old: text}
	}
	return d, nil
}

// dayOf gives the local day of a time, as days since 1970.
func dayOf(t time.Time, zone *time.Location) int64 {
	y, m, day := t.In(zone).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// take judges one ballot and puts it on the table.
func (d *desk) take(c *cast) (Receipt, error) {
	b, v := d.booth, c.vote
	if err := b.may(c.person, access.Cast); err != nil {
		return Receipt{At: b.Now}, err
	}
	if err := d.shut[c.person.ID]; err != nil {
		return Receipt{At: b.Now}, err
	}
	declared := v.Declared
	if right := b.Rulebook.Vote.District; right != nil && right.Choice == rulebook.HomeDistrict {
		declared.District = v.District
	}
	if err := b.district(declared.District); err != nil {
		return Receipt{At: b.Now}, err
	}
	if err := d.asked.Admit(declared); err != nil {
		return Receipt{At: b.Now}, err
	}
	if err := b.Paper.Check(v.Choices, v.District); err != nil {
		return Receipt{At: b.Now}, err
	}
	home := ""
	if d.asked.Home {
		home = declared.District
	}
	h := d.held[c.person.ID]
	if h == nil {
		h = &held{}
		d.held[c.person.ID] = h
	}
	text := b.Paper.Text(v.Choices)
	if !h.Signature.IsZero() && h.text == text && h.District == home {
		return Receipt{Tracker: h.Tracker, Again: true, At: b.Now}, nil
	}
	receipt := Receipt{Tracker: newTracker(), Changed: !h.Signature.IsZero(), At: b.Now}
	h.Signature = Signature{Ballot: ids.Random(), Tracker: receipt.Tracker, District: home, Day: d.day}
	h.text, h.choices, h.mail, h.lang = text, v.Choices, c.person, c.lang
	return receipt, nil
}
